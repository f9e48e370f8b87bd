"""Runs the analysis of Transform over articles and customers, without TFX."""

import pathlib
import tempfile

from benchmarks.environment import ROOT


def feature_schema():
    """Returns the curated schema of Transform's input, a `schema_pb2.Schema`."""
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2

    text = (ROOT / "transforms" / "schemas" / "features.pbtxt").read_text(encoding="utf-8")
    return text_format.Parse(text, schema_pb2.Schema())


def analyse(examples: pathlib.Path, to: pathlib.Path) -> None:
    """Writes the graph of Transform.

    Purchases are never analysed (docs/decisions/0005-transform-over-entities.md), so one graph serves every day.

    Args:
        examples: folder with the splits `articles` and `customers` of the features component.
        to: folder of the graph; its parent receives temporary files.
    """
    import apache_beam as beam
    import tensorflow_transform.beam as tft_beam
    from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
    from tfx_bsl.public import tfxio

    from transforms.preprocessing import preprocessing_fn

    patterns = [str(examples / f"Split-{name}" / "*") for name in ("articles", "customers")]
    source = tfxio.TFExampleRecord(patterns, schema=feature_schema(), telemetry_descriptors=["bench"])
    with (
        tempfile.TemporaryDirectory(prefix="beam-", dir=to.parent) as temporary,
        beam.Pipeline(runner=FnApiRunner()) as pipeline,
        tft_beam.Context(temp_dir=temporary),
    ):
        rows = pipeline | source.BeamSource()
        graph = (rows, source.TensorAdapterConfig()) | tft_beam.AnalyzeDataset(preprocessing_fn)
        _ = graph | tft_beam.WriteTransformFn(str(to))
