"""Runs the training and the refresh pipeline on this machine."""

import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import time
from typing import TYPE_CHECKING

from components.content.source import fingerprint_of_content
from components.drift.baseline import find_baseline, key_of_baseline
from components.gates.freshness.executor import served_as_of
from components.ingest.source import fingerprint_of
from components.last_blessed.executor import key_of
from components.served_folder import find_last_blessed, model_dir
from pipeline.beam_config import beam_args
from pipeline.code_version import code_version
from pipeline.config import SETTINGS_OF_TRAINING, PipelineConfig
from pipeline.disk import estimate, record_start, require_disk_space
from pipeline.last_run import SUMMARY
from pipeline.notification import notified
from pipeline.out_lock import shared_lock
from pipeline.step_callbacks import StepCallbacks
from pipeline.toml_text import to_toml
from pipeline.versions import served_version
from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT
from transforms.errors import ConfigError
from transforms.photos.shop_photos import ShopPhotos

if TYPE_CHECKING:
    from pipeline.summary import Summary

_WILDCARDS = "*?["
_NAMES = {"train": "run", "refresh": "refresh"}  # names of the commands
_PIPELINES = ("pipeline.pipeline", "pipeline.refresh")


def run(
    data_dir: pathlib.Path,
    out_dir: pathlib.Path,
    config: PipelineConfig,
    callbacks: StepCallbacks | None = None,
    *,
    disk_check: bool = True,
    allow_older: bool = False,
) -> "Summary":
    """Runs the training pipeline. Steps whose inputs, settings and code have not changed are taken from the cache.

    Args:
        data_dir: folder of the three CSVs.
        out_dir: folder to write to. Receives `pipeline/` (artifacts), `serving/lookbook/<number>/` (pushed versions),
            `content/` (vectors of photos),
            `metadata.db`, `checkpoints/`, `summary.json`, `run.json`, `report.html`, and `settings.toml` (of the last
            run that pushed).
        config: all settings.
        callbacks: called for each step.
        disk_check: whether to refuse a run if the disk is estimated to be too small.
        allow_older: whether to accept data that end before those of the served version.

    Returns:
        Figures, verdicts of the gates, and the pushed version.

    Raises:
        ConfigError: the name of `out_dir` contains a wildcard.
        DiskError: the disk is too small.
        DataError: a CSV is missing or invalid.
        GateError: a gate stopped the run.
    """
    return _execute("train", data_dir, out_dir, config, callbacks, disk_check, allow_older)


def refresh(
    data_dir: pathlib.Path,
    out_dir: pathlib.Path,
    config: PipelineConfig,
    callbacks: StepCallbacks | None = None,
    *,
    disk_check: bool = True,
    allow_older: bool = False,
) -> "Summary":
    """Runs the refresh pipeline: combines the last blessed weights with the state of today's data.

    Args:
        data_dir: folder of the three CSVs.
        out_dir: as in `run`; has a pushed version.
        config: all settings, those of the run that trained.
        callbacks: called for each step.
        disk_check: as in `run`.
        allow_older: as in `run`. Weights trained on the last label period are refused in any case.

    Returns:
        As `run`.

    Raises:
        ConfigError: the name of `out_dir` contains a wildcard.
        DiskError: the disk is too small.
        LookbookError: no version has been pushed, or today's code cannot use the weights.
        DataError: a CSV is missing or invalid.
        GateError: a gate stopped the run.
    """
    served_version(out_dir)  # raises if there is none
    return _execute("refresh", data_dir, out_dir, config, callbacks, disk_check, allow_older)


def _execute(
    kind: str,
    data_dir: pathlib.Path,
    out_dir: pathlib.Path,
    config: PipelineConfig,
    callbacks: StepCallbacks | None,
    disk_check: bool,
    allow_older: bool,
) -> "Summary":
    started = time.monotonic()
    data_dir, out_dir = data_dir.resolve(), out_dir.resolve()
    callbacks = callbacks or StepCallbacks()
    with notified(_NAMES[kind], data_dir, out_dir, config.notify, callbacks.on_warning) as outcome:
        _require_no_wildcard(out_dir)
        data_fingerprint = fingerprint_of(data_dir)
        out_dir.mkdir(parents=True, exist_ok=True)
        with shared_lock(out_dir):
            outcome.summary = _run_steps(
                kind, data_dir, data_fingerprint, out_dir, config, callbacks, disk_check, allow_older, started
            )
        return outcome.summary


def _run_steps(
    kind: str,
    data_dir: pathlib.Path,
    data_fingerprint: str,
    out_dir: pathlib.Path,
    config: PipelineConfig,
    callbacks: StepCallbacks,
    disk_check: bool,
    allow_older: bool,
    started: float,
) -> "Summary":
    content_fingerprint = fingerprint_of_content(ShopPhotos(data_dir, config.photos), config.content)
    key = _run_key(kind, f"{data_fingerprint} {content_fingerprint}", config)
    written = record_start(out_dir, key)
    if disk_check:
        require_disk_space(estimate(kind, data_dir, config), out_dir, written=written)
    last_blessed = find_last_blessed(model_dir(out_dir), key if kind == "train" else "")
    # Imported after the checks above, because TensorFlow and TFX take twenty seconds to import.
    os.environ.update(TENSORFLOW_ENVIRONMENT)
    from pipeline.local import run_locally
    from pipeline.pipeline import create_pipeline
    from pipeline.refresh import create_refresh_pipeline
    from pipeline.reported import Source, reported
    from pipeline.shared_steps import SCHEMAS, CacheKeys, Paths
    from pipeline.summary import read_summary

    schemas = _schemas_by_content(SCHEMAS, out_dir)
    paths = Paths(
        data_dir=str(data_dir),
        pipeline_root=str(out_dir / "pipeline"),
        serving_dir=str(model_dir(out_dir)),
        checkpoints=str(out_dir / "checkpoints"),
        content_cache=str(out_dir / "content"),
        schemas=str(schemas),
    )
    cache_keys = CacheKeys(
        fingerprint=data_fingerprint,
        content=content_fingerprint,
        run_key=key,
        last_blessed=key_of(last_blessed),
        served_as_of=served_as_of(model_dir(out_dir), key),
        drift_baseline=key_of_baseline(find_baseline(model_dir(out_dir), key)),
        allow_older="true" if allow_older else "false",
        photos=ShopPhotos(data_dir, config.photos).fingerprint(),
    )
    create = {"train": create_pipeline, "refresh": create_refresh_pipeline}[kind]
    wired = create(config, paths, cache_keys, beam_args=beam_args(config.beam))
    source = Source(data_dir, data_fingerprint)
    with reported(out_dir, _NAMES[kind], config, source, callbacks, started) as watched:
        steps = run_locally(wired, out_dir / "metadata.db", watched)
    summary = read_summary(steps, data_dir=data_dir, photos=config.photos, seconds=time.monotonic() - started)
    (out_dir / SUMMARY).write_text(json.dumps(dataclasses.asdict(summary), indent=1))
    if kind == "train" and summary.version:
        (out_dir / SETTINGS_OF_TRAINING).write_text(to_toml(config.as_tree()), encoding="utf-8")
    return summary


def _require_no_wildcard(out_dir: pathlib.Path) -> None:
    """Refuses wildcards in OUT, because TFX and Beam find the files of a step by pattern."""
    found = [character for character in _WILDCARDS if character in str(out_dir)]
    if found:
        raise ConfigError(
            f"--out must not contain {' or '.join(found)}. Received: {str(out_dir)!r}; give another folder"
        )


def _schemas_by_content(schemas: pathlib.Path, out_dir: pathlib.Path) -> pathlib.Path:
    """Copies the curated schemas to a folder named by their hash, because TFX's cache only sees a schema's path."""
    folder = out_dir / "schemas" / code_version("transforms.schemas")
    shutil.copytree(schemas, folder, dirs_exist_ok=True)
    return folder


def _run_key(kind: str, data_fingerprint: str, config: PipelineConfig) -> str:
    text = "\n".join([kind, data_fingerprint, config.of_results().fingerprint(), code_version(*_PIPELINES)])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
