"""Prints the wiring and the verdicts of the gate of CONTRIBUTING.md; runs in a copy of the project with that gate."""

import dataclasses
import datetime
import importlib
import json
import pathlib
import sys

from components.artifacts import GateVerdict, Tables
from components.gates.table import GATES
from components.gates.verdict import read_verdict
from components.ingest.report import IngestReport, TableReport
from pipeline.config import PipelineConfig
from pipeline.pipeline import create_pipeline
from pipeline.refresh import create_refresh_pipeline
from pipeline.shared_steps import CacheKeys, Paths
from transforms.columns import FILES
from transforms.errors import GateError

SizeGate = importlib.import_module("components.gates.size.component").SizeGate
work = pathlib.Path(sys.argv[1])
paths = Paths(data_dir="/d", pipeline_root="/r", serving_dir="/s", checkpoints="/c", content_cache="/v")
cache_keys = CacheKeys(fingerprint="f", content="p", run_key="k", last_blessed="none")
waits = {}
for create in (create_pipeline, create_refresh_pipeline):
    wired = create(PipelineConfig(), paths, cache_keys, version_of=lambda module: "v")
    waits[wired.pipeline_info.pipeline_name] = {
        node.id: [up.id for up in node.upstream_nodes] for node in wired.components
    }


def judged(transactions):
    day = datetime.date(2020, 9, 22)
    counts = {"rows_read": transactions, "rows_kept": transactions, "rows_rejected": 0}
    tables = {name: TableReport(file=FILES[name], **counts, reasons={}, nulls={}) for name in FILES}
    folder = work / str(transactions)
    folder.mkdir()
    IngestReport(tables=tables, first_day=day, last_day=day).write(folder)
    read, written = Tables(), GateVerdict()
    read.uri, written.uri = str(folder), str(folder / "verdict")
    executor = SizeGate.EXECUTOR_SPEC.executor_class()
    executor.Do({"tables": [read]}, {"verdict": [written]}, {"settings": '{"code_version": "v"}'})
    return read_verdict(folder / "verdict")


passed = dataclasses.asdict(judged(1000))
try:
    judged(999)
except GateError as error:
    stopped = str(error)
print(json.dumps({"waits": waits, "passed": passed, "stopped": stopped, "table": [gate.step for gate in GATES]}))
