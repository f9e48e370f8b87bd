"""Measures an index alone, in its own process: time to build and search, memory, recall.

    python -m benchmarks.serving.index '{"articles": 105542, "kind": "scann", "model": "...", "states": "..."}'
    python -m benchmarks.serving.index '{"articles": 1000000, "kind": "scann", "scann": {"searched_share": 0.1}}'

At the size of the catalogue, the index holds the shop's embeddings, and the queries are those of customers with two or
more purchases. Without a model, they are synthetic, in clusters, as learned embeddings are.
"""

import dataclasses
import json
import pathlib
import sys
import time
from typing import Any

import numpy as np

from transforms.ids import read_ids

K = 200
QUERIES = 2000
_CLUSTERS, _SPREAD = 3000, 0.6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spec:
    """The index to build.

    Attributes:
        articles: number of articles.
        kind: kind of the index.
        model: folder of the exact SavedModel that has the embeddings; None for synthetic embeddings.
        states: folder of the states, which have the purchases of customers; not read for synthetic embeddings.
        scann: fields of `ScannConfig` that differ from the defaults.
        seconds: duration of the searches for each batch size.
    """

    articles: int
    kind: str
    model: str | None = None
    states: str = ""
    scann: dict[str, Any] = dataclasses.field(default_factory=dict)
    seconds: float = 8.0


def measure(spec: Spec) -> dict[str, float]:
    """Builds one index and searches the 200 nearest articles, with one and with 64 queries at a time."""
    import psutil
    import tensorflow as tf

    from models.retrieval.config import ScannConfig
    from models.retrieval.index import ExactIndex, build_index, recall_against_exact

    articles, queries = _of_model(spec) if spec.model else _synthetic(spec.articles)
    dim = articles.shape[1]
    before = psutil.Process().memory_info().rss
    start_s = time.monotonic()
    index = build_index(spec.kind, articles, K, ScannConfig.from_tree(spec.scann))
    figures = {"articles": len(articles), "build_s": time.monotonic() - start_s}
    search = tf.function(lambda batch: index(batch, K), input_signature=[tf.TensorSpec([None, dim], tf.float32)])
    for size in (1, 64):
        times = _times(lambda batch: search(tf.constant(batch)), queries, size, spec.seconds)
        figures[f"batch_{size}_queries_per_s"] = size * len(times) / sum(times)
        figures[f"batch_{size}_p50_ms"], figures[f"batch_{size}_p99_ms"] = np.percentile(times, [50, 99]) * 1e3
    figures["memory_mib"] = (psutil.Process().memory_info().rss - before) / 2**20
    figures["recall_at_200"] = (
        recall_against_exact(index, ExactIndex(articles), queries[:1000], K) if spec.kind != "exact" else 1.0
    )
    return figures


def _of_model(spec: Spec) -> tuple[np.ndarray, np.ndarray]:
    import pyarrow.parquet as pq
    import tensorflow as tf

    from components.model_files import CUSTOMER_IDS
    from transforms.calendar import date_of, load_calendar

    folder, states = pathlib.Path(str(spec.model)), pathlib.Path(spec.states)
    day = date_of(load_calendar(states).end)
    units = pq.read_table(states / day / "customer_state.parquet", columns=["units"])["units"].to_numpy()
    chosen = np.random.default_rng(0).permutation(np.flatnonzero(units >= 2))[:QUERIES]
    ids = read_ids(folder / CUSTOMER_IDS)
    loaded = tf.saved_model.load(str(folder))
    customers = tf.constant([ids[row] for row in chosen])
    queries = loaded.signatures["customer_embedding"](customer_id=customers)["embedding"].numpy()
    reader = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
    (name,) = (name for name in reader.get_variable_to_shape_map() if "index/_embeddings/" in name)
    return reader.get_tensor(name), queries


def _synthetic(articles: int) -> tuple[np.ndarray, np.ndarray]:
    from models.retrieval.config import RetrievalConfig

    draw, dim = np.random.default_rng(0), RetrievalConfig().embedding_dim
    centres = draw.normal(size=(_CLUSTERS, dim)).astype(np.float32)

    def around(rows: int) -> np.ndarray:
        spread = draw.normal(scale=_SPREAD, size=(rows, dim)).astype(np.float32)
        vectors = centres[draw.integers(0, _CLUSTERS, rows)] + spread
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    return around(articles), around(QUERIES)


def _times(search, queries: np.ndarray, size: int, seconds: float) -> list[float]:
    search(queries[:size])
    times: list[float] = []
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        at = len(times) * size % (len(queries) - size)
        start_s = time.monotonic()
        search(queries[at : at + size])
        times.append(time.monotonic() - start_s)
    return times


if __name__ == "__main__":
    from lookbook.environment import prepare_tensorflow

    prepare_tensorflow()
    print(json.dumps({name: float(value) for name, value in measure(Spec(**json.loads(sys.argv[1]))).items()}))
