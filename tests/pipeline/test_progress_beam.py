"""Beam pipelines report the number of finished stages."""

import logging

import apache_beam as beam
from apache_beam.testing.util import assert_that, equal_to

from pipeline.beam_config import BeamConfig, beam_args
from transforms.progress import LOGGER, Progress


def test_a_pipeline_returns_its_results_and_counts_its_stages(caplog, monkeypatch):
    reached = []
    reach = Progress.reach
    monkeypatch.setattr(Progress, "reach", lambda self, done: (reached.append(done), reach(self, done)))
    caplog.set_level(logging.INFO, LOGGER)
    with beam.Pipeline(argv=list(beam_args(BeamConfig()))) as pipeline:
        words = pipeline | beam.Create(["a", "b", "a"]) | beam.Map(lambda word: (word, 1))
        assert_that(words | beam.CombinePerKey(sum), equal_to([("a", 2), ("b", 1)]))
    (record,) = [record for record in caplog.records if record.name == LOGGER]
    assert record.mark.unit == "stages"
    assert record.mark.done == record.mark.total > 1
    assert reached == sorted(reached)
    assert set(reached) == set(range(1, record.mark.total + 1))
