"""Runs the analysis of Transform over articles and customers, without TFX."""

import pathlib
import tempfile


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

    from tests.tiny_shop import feature_schema
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
