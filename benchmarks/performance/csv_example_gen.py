"""Runs TFX's CsvExampleGen, to compare ingest with: `python -m benchmarks.performance.csv_example_gen CSV OUT TO`.

Uses the local runner and Beam's in-process runner like a run of the pipeline, with default settings, on the
transactions only. Writes its seconds to the file TO, as JSON.
"""

import json
import pathlib
import sys

from lookbook.environment import prepare_tensorflow


def read(csv: pathlib.Path, out: pathlib.Path) -> float:
    """Reads a CSV, and returns the seconds of the step.

    Args:
        csv: a CSV with a header.
        out: folder of the artifacts, which does not exist yet.
    """
    from tfx.components.example_gen.csv_example_gen.component import CsvExampleGen
    from tfx.orchestration import pipeline as tfx_pipeline

    from pipeline.beam_config import BeamConfig, beam_args
    from pipeline.local import run_locally

    alone = out / "csv"
    alone.mkdir(parents=True)
    (alone / csv.name).symlink_to(csv)
    pipeline = tfx_pipeline.Pipeline(
        pipeline_name="beside",
        pipeline_root=str(out / "pipeline"),
        components=[CsvExampleGen(input_base=str(alone))],
        beam_pipeline_args=list(beam_args(BeamConfig())),
    )
    return run_locally(pipeline, out / "metadata.db")["CsvExampleGen"].seconds


if __name__ == "__main__":
    prepare_tensorflow()
    csv_file, out_folder, to = map(pathlib.Path, sys.argv[1:])
    to.write_text(json.dumps({"seconds": read(csv_file, out_folder)}))
