"""`lookbook run`: the whole pipeline on this machine, and what came of it."""

import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import time
from typing import TYPE_CHECKING

from components.ingest.source import fingerprint_of
from components.last_blessed.executor import find_last_blessed, key_of
from pipeline.code_version import code_version
from pipeline.config import PipelineConfig
from pipeline.settings import fingerprint as settings_fingerprint
from pipeline.steps import Watcher
from pipeline.versions import model_dir

if TYPE_CHECKING:
    from pipeline.summary import Summary

_ROOMS = ("components", "models", "pipeline/pipeline.py", "serving", "transforms")


def run(
    data_dir: pathlib.Path, out_dir: pathlib.Path, config: PipelineConfig, watcher: Watcher | None = None
) -> "Summary":
    """Runs every step whose inputs, settings or code have changed.

    Args:
        data_dir: folder of the three CSVs.
        out_dir: `pipeline/` (artifacts), `serving/lookbook/<number>/` (pushed versions), `metadata.db`,
            `checkpoints/` and `summary.json` go there.
        config: all settings.
        watcher: told of each step.

    Returns:
        Figures, gates' verdicts and where the model went.

    Raises:
        DataError: the CSVs are not what they should be.
        GateError: a gate stopped the run.
    """
    started = time.monotonic()
    data_dir, out_dir = data_dir.resolve(), out_dir.resolve()
    data_fingerprint = fingerprint_of(data_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    key = _run_key(data_fingerprint, config)
    last_blessed = find_last_blessed(model_dir(out_dir), key)
    # TensorFlow and TFX take twenty seconds to import: after the data were found readable.
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    from pipeline.local import BEAM_ARGS, run_locally
    from pipeline.pipeline import SCHEMAS, Occasion, Places, create_pipeline
    from pipeline.summary import read_summary

    schemas = _schemas_by_content(SCHEMAS, out_dir)
    places = Places(
        data_dir=str(data_dir),
        pipeline_root=str(out_dir / "pipeline"),
        serving_dir=str(model_dir(out_dir)),
        checkpoints=str(out_dir / "checkpoints"),
        schemas=str(schemas),
    )
    occasion = Occasion(fingerprint=data_fingerprint, run_key=key, last_blessed=key_of(last_blessed))
    pipeline = create_pipeline(config, places, occasion, beam_args=BEAM_ARGS)
    steps = run_locally(pipeline, out_dir / "metadata.db", watcher)
    summary = read_summary(steps, config, data_dir=data_dir, seconds=time.monotonic() - started)
    (out_dir / "summary.json").write_text(json.dumps(dataclasses.asdict(summary), indent=1))
    return summary


def _schemas_by_content(schemas: pathlib.Path, out_dir: pathlib.Path) -> pathlib.Path:
    """Copies the curated schemas to a folder named by what they say: TFX's cache knows a schema by its path alone."""
    folder = out_dir / "schemas" / code_version(["transforms/schemas"])
    shutil.copytree(schemas, folder, dirs_exist_ok=True)
    return folder


def _run_key(data_fingerprint: str, config: PipelineConfig) -> str:
    text = "\n".join([data_fingerprint, settings_fingerprint(config), code_version(_ROOMS)])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
