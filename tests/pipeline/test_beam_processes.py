"""Statistics and Transform give the same results if Beam's workers are processes of their own.

The Evaluator's test is in `tests/components/evaluation/test_through_tfma.py`.
"""

import collections
import dataclasses
import json
import pathlib
import subprocess
import sys

import pytest

from benchmarks.environment import ROOT
from benchmarks.performance.step import Report, Spec
from components.features.examples import SPLITS
from synthetic.shop import ShopConfig, synthesize
from transforms import columns

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]

STATISTICS = [f"statistics_{table}" for table in columns.TABLES]


@dataclasses.dataclass(frozen=True)
class Ran:
    """The outputs of a run, by `step.output`, and its log."""

    outputs: dict[str, pathlib.Path]
    log: str


def run(data, out, *assignments):
    """Runs statistics and Transform on a shop, with the steps before them."""
    spec = Spec(
        kind="train",
        data=str(data),
        out=str(out),
        preset=None,
        assignments=("features.list_weeks=1", *assignments),
        steps=(*STATISTICS, "Transform"),
        report=str(out.with_suffix(".json")),
    )
    command = [sys.executable, "-m", "benchmarks.performance.step", json.dumps(dataclasses.asdict(spec))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    report = Report(**json.loads(pathlib.Path(spec.report).read_text()))
    return Ran({name: pathlib.Path(folder) for name, folder in report.outputs.items()}, done.stderr)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A run in one process, and one in two processes of Beam."""
    root = tmp_path_factory.mktemp("beam")
    synthesize(ShopConfig(customers=1_000, articles=200, transactions=20_000, days=120, seed=4), root / "data")
    return run(root / "data", root / "one"), run(root / "data", root / "two", "beam.workers=2")


def test_the_second_run_used_processes(ran):
    one, two = ran
    assert "sdk_worker_main" not in one.log
    assert "sdk_worker_main" in two.log


@pytest.mark.parametrize("step", STATISTICS)
def test_statistics_are_equal(ran, step):
    from tensorflow_metadata.proto.v0 import statistics_pb2

    def read(folder):
        statistics = statistics_pb2.DatasetFeatureStatisticsList.FromString(
            next(folder.glob("Split-*/*.pb")).read_bytes()
        )
        (dataset,) = statistics.datasets
        return dataset.num_examples, {str(feature.path): feature for feature in dataset.features}

    (rows, features), (our_rows, ours) = (read(each.outputs[f"{step}.statistics"]) for each in ran)
    assert our_rows == rows > 0
    assert ours.keys() == features.keys()
    for name, feature in features.items():
        our = ours[name]
        assert our.string_stats == feature.string_stats, name
        numbers, our_numbers = feature.num_stats, our.num_stats
        assert our_numbers.common_stats.num_non_missing == numbers.common_stats.num_non_missing
        assert our_numbers.common_stats.num_missing == numbers.common_stats.num_missing
        assert (our_numbers.min, our_numbers.max, our_numbers.num_zeros) == (
            numbers.min,
            numbers.max,
            numbers.num_zeros,
        )
        # Sums depend on the order of bundles, and quantiles are those of a sketch.
        assert [our_numbers.mean, our_numbers.std_dev] == pytest.approx([numbers.mean, numbers.std_dev], rel=1e-6)
        assert our_numbers.median == pytest.approx(numbers.median, rel=0.02), name


def test_vocabularies_are_equal(ran):
    one, two = (each.outputs["Transform.transform_graph"] / "transform_fn" / "assets" for each in ran)
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in two.iterdir())
    assert names
    for name in names:
        assert (two / name).read_bytes() == (one / name).read_bytes()


@pytest.mark.parametrize("split", SPLITS)
def test_transformed_examples_are_equal(ran, split):
    import tensorflow as tf

    def read(folder):
        files = [str(path) for path in sorted((folder / f"Split-{split}").iterdir())]
        return collections.Counter(map(values, tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()))

    def values(record):
        """The features of an example; their order in the record is that of a hash table."""
        features = tf.train.Example.FromString(record).features.feature
        return tuple((name, features[name].SerializeToString()) for name in sorted(features))

    one, two = (read(each.outputs["Transform.transformed_examples"]) for each in ran)
    assert sum(one.values()) > 0
    assert two == one
