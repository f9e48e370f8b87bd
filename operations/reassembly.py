"""Makes a version again without some customers, from the tables and the settings of the run that pushed it.

Nothing is trained, and no gate of quality is asked: the weights are those of the version, and its figures are kept.
"""

from __future__ import annotations

import pathlib
import shutil
import tempfile
from collections.abc import Collection

import ml_metadata as mlmd
import pyarrow as pa
import pyarrow.compute as pc

from components.assemble.component import AssembleSettings
from components.assemble.executor import END, assemble
from components.features.component import FeaturesSettings
from components.features.executor import Outputs, build_features
from components.gates.infra.config import InfraGateConfig
from components.gates.infra.executor import try_model
from components.last_blessed.executor import emit_weights
from components.model_files import DRIFT, RUN_KEY, description_of
from components.push.publish import publish
from components.served_folder import model_dir
from components.weights import FOLDER
from operations.availability import AVAILABILITY_OF, AVAILABLE_ON
from operations.availability import TABLES as AVAILABILITY
from operations.forgotten_weights import forget_in_weights
from operations.recorded_runs import RecordedRun, setting_of
from pipeline.run_outputs import outputs_of
from pipeline.versions import Version
from transforms.columns import CUSTOMER_ID, parquet_file
from transforms.content import CONTENT_FILE
from transforms.errors import DataError, LookbookError
from transforms.parquet import pq

REASSEMBLED_FROM = "reassembled_from"
_STATES = ("Features", "CurrentStates")
_ANY_LATENCY_MS = 60_000.0


def reassemble(
    out: pathlib.Path, version: Version, store: mlmd.MetadataStore, runs: Collection[RecordedRun], ids: Collection[str]
) -> pathlib.Path:
    """Pushes a version like the given one, without the customers.

    A model server must load the new version and answer before it is pushed.

    Args:
        out: output folder.
        version: version to make again.
        store: metadata of the output folder.
        runs: all runs.
        ids: ids of customers.

    Returns:
        The folder of the new version. Its `lookbook.json` has the fields of the given version that do not describe the
        state, and `reassembled_from`.

    Raises:
        DataError: the artifacts of the run that pushed the version are not there.
        LookbookError: the new model does not answer.
    """
    run = _run_of(out, version, store, runs)
    outputs = outputs_of(store, run.number).outputs
    step = next(name for name in _STATES if name in outputs)
    of_features = FeaturesSettings.from_json(setting_of(store, run.number, step))
    of_model = AssembleSettings.from_json(setting_of(store, run.number, "assemble_end"))
    with tempfile.TemporaryDirectory(prefix="lookbook-forget-") as folder:
        work = pathlib.Path(folder)
        _write_tables(outputs["Ingest"]["tables"], work / "tables", ids)
        newest = out / AVAILABILITY / parquet_file("availability")  # that of `lookbook refresh --only availability`
        if newest.is_file():
            shutil.copyfile(newest, work / "tables" / newest.name)
        build_features(
            work / "tables",
            outputs["Content"]["content"] / "Format-Serving" / CONTENT_FILE,
            Outputs(states=work / "states", examples=None, judged=work / "judged"),
            of_features.features,
            of_features.label_days,
        )
        emit_weights(version.path, work / "weights")
        forget_in_weights(work / "weights" / FOLDER, ids)
        assemble(work / "states", work / "weights", END, of_model.recommender, work / "model")
        verdict = try_model(work / "model", InfraGateConfig(latency_budget_ms=_ANY_LATENCY_MS))
        if not verdict.passed:
            raise LookbookError(f"the version without the customers must answer. {verdict.line}; nothing was changed")
        described = [*description_of(work / "model"), AVAILABILITY_OF, AVAILABLE_ON]
        kept = {name: value for name, value in version.figures.items() if name not in described}
        return publish(
            work / "model",
            model_dir(out),
            {**kept, REASSEMBLED_FROM: version.number},
            at_least=version.number + 1,
            folders={DRIFT: version.path / DRIFT} if (version.path / DRIFT).is_dir() else {},
        )


def _run_of(
    out: pathlib.Path, version: Version, store: mlmd.MetadataStore, runs: Collection[RecordedRun]
) -> RecordedRun:
    """The newest run with the version's key whose tables and content are still there."""
    for run in sorted(runs, key=lambda run: run.number, reverse=True):
        if run.run_key is not None and run.run_key == version.figures.get(RUN_KEY):
            outputs = outputs_of(store, run.number).outputs
            folders = [
                outputs.get(step, {}).get(output) for step, output in (("Ingest", "tables"), ("Content", "content"))
            ]
            if all(folder is not None and folder.is_dir() for folder in folders):
                return run
    raise DataError(
        f"the artifacts of the run that pushed version {version.number} must be in {out}. They were deleted; push "
        "a version with `lookbook refresh` on data without the customers, then forget them again"
    )


def _write_tables(tables: pathlib.Path, to: pathlib.Path, ids: Collection[str]) -> None:
    """Copies the ingested tables without the rows of customers."""
    to.mkdir()
    gone = pa.array(sorted(ids), pa.string())
    for file in sorted(tables.glob("*.parquet")):
        with pq.ParquetFile(file) as source, pq.ParquetWriter(to / file.name, source.schema_arrow) as target:
            for batch in source.iter_batches():
                rows = pa.Table.from_batches([batch])
                if CUSTOMER_ID in rows.column_names:
                    rows = rows.filter(pc.invert(pc.is_in(rows[CUSTOMER_ID].cast(pa.string()), value_set=gone)))
                target.write_table(rows)
