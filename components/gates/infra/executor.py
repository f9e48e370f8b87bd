"""Canary test: serves the model with the model server, and queries it for known and unknown customers."""

import itertools
import pathlib
import tempfile
import time

import numpy as np

from components.gates.infra.config import InfraGateConfig
from components.gates.verdict import Verdict
from components.model_files import CUSTOMER_IDS
from components.served_folder import MODEL_NAME
from serving.client import ClientConfig, RecommenderClient
from serving.errors import ServingError
from serving.server.config import ServerConfig
from serving.server.model_server import ModelServer
from serving.server.worker_client import WorkerHost

_UNKNOWN = ("", "an unknown customer", "\N{DRESS}")


def try_model(saved_model: pathlib.Path, config: InfraGateConfig, host: WorkerHost | None = None) -> Verdict:
    """Serves a SavedModel in a process of its own on a free port and queries it.

    Args:
        saved_model: folder of the model.
        config: number of queries and limits.
        host: process that forks the server's worker; None for a new one, whose import of TensorFlow takes seconds.

    Returns:
        The verdict. Its figures are `load_s`, the seconds to load and warm up, if the model loaded; and the median
        `p50_ms` and the 95th percentile `p95_ms` of the latency of a query for one customer, in milliseconds, if all
        queries were answered.
    """
    with tempfile.TemporaryDirectory(prefix="lookbook-canary-") as base:
        (pathlib.Path(base) / "1").symlink_to(saved_model.resolve(), target_is_directory=True)
        server_config = ServerConfig(
            base_paths={MODEL_NAME: base}, port=0, load_timeout_s=config.load_timeout_s, max_load_retries=0
        )
        started = time.monotonic()
        with ModelServer(server_config, host) as server:
            if not server.wait_ready(config.load_timeout_s):
                reasons = "; ".join(server.failures()) or f"no answer within {config.load_timeout_s} s"
                return Verdict(passed=False, line=f"refused: the model does not load: {reasons}")
            load_s = time.monotonic() - started
            try:
                return _query(server.port, _customers(saved_model, config.canary_queries), config, load_s)
            except ServingError as error:
                line = f"refused: the model does not answer: {error}"
                return Verdict(passed=False, line=line, figures={"load_s": load_s})


def _query(port: int, customers: list[str], config: InfraGateConfig, load_s: float) -> Verdict:
    client = RecommenderClient(f"127.0.0.1:{port}", ClientConfig(model_name=MODEL_NAME))
    latencies = []
    try:
        for customer in customers:
            started = time.monotonic()
            (answer,) = client.recommend_default([customer], reasons=True)
            latencies.append(1000 * (time.monotonic() - started))
            articles = [article.article_id for article in answer.articles if article.article_id]  # "" is padding
            if len(set(articles)) != len(articles) or not articles:
                what = "no article" if not articles else "an article twice"
                line = f"refused: customer {customer!r} is recommended {what}"
                return Verdict(passed=False, line=line, figures={"load_s": load_s})
    finally:
        client.close()
    p50, p95 = (float(np.percentile(latencies, q)) for q in (50, 95))
    within = p95 <= config.latency_budget_ms
    line = (
        f"{'passed' if within else 'refused'}: {len(latencies)} canary queries, p50 {p50:.1f} ms, p95 {p95:.1f} ms, "
        f"budget infra_gate.latency_budget_ms = {config.latency_budget_ms:g}"
    )
    return Verdict(passed=within, line=line, figures={"p50_ms": p50, "p95_ms": p95, "load_s": load_s})


def _customers(saved_model: pathlib.Path, count: int) -> list[str]:
    """Unknown customers and the first known ones, repeated until there are `count`."""
    known_file = saved_model / CUSTOMER_IDS
    known: list[str] = []
    if known_file.exists():
        with known_file.open(encoding="utf-8", newline="\n") as lines:  # ids may hold U+0085
            known = [line.removesuffix("\n") for line in itertools.islice(lines, count)]
    return list(itertools.islice(itertools.cycle([*_UNKNOWN, *known]), count))
