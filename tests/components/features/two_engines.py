"""Builds the features of a shop on an engine, and compares the files of two engines."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components.examples import read_examples
from components.features.config import FeaturesConfig
from components.features.executor import build_features
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from synthetic.shop import ShopConfig, synthesize
from tests import tiny_shop
from transforms.content import CONTENT_FILE, KINDS, ContentVectors, write_content

TOLERANCE = 1e-6  # relative, for float32
SETTINGS = {
    "tiny": {"list_weeks": 1, "neighbours": 6, "popular_length": 12, "variants": 3},
    # Limits below the data, so that every top-k cuts rows off.
    "synthetic": {
        "list_weeks": 1,
        "history_length": 10,
        "recent_length": 8,
        "neighbours": 4,
        "lines_per_customer": 20,
        "popular_length": 12,
        "variants": 1,
        "interaction_window_days": 30,
    },
}


def tables(shop: str, root: pathlib.Path) -> pathlib.Path:
    """Writes the ingested tables of a shop; returns their folder."""
    if shop == "tiny":
        return tiny_shop.write_tables(root, tiny_shop.raw_articles(), tiny_shop.raw_customers(), tiny_shop.purchases())
    synthesize(ShopConfig(customers=1_000, articles=200, transactions=20_000, days=120, seed=4), root / "csvs")
    ingest(root / "csvs", root / "tables", IngestConfig(memory_limit_gib=1.0))
    return root / "tables"


def build(shop: str, folder: pathlib.Path, root: pathlib.Path, engine: str, **settings) -> pathlib.Path:
    """Builds the features of the ingested tables in `folder`; returns `root`, the folder of the outputs."""
    config = FeaturesConfig(engine=engine, **{"spark_master": "local[2]", **SETTINGS[shop], **settings})
    root.mkdir(parents=True, exist_ok=True)
    ids = pq.read_table(folder / "articles.parquet", columns=["article_id"])["article_id"].combine_chunks()
    content = root / CONTENT_FILE
    write_content(content, ids, {kind: ContentVectors.none(len(ids)) for kind in KINDS})
    build_features(folder, content, tiny_shop.outputs(root), config, tiny_shop.LABEL_DAYS)
    return root


def read(path: pathlib.Path) -> pa.Table:
    """Reads a table of a state, or a split of Examples with sorted columns."""
    if path.suffix == ".parquet":
        return pq.read_table(path)
    table = read_examples(path.parent)
    return table.select(sorted(table.column_names))


def assert_same_files(ours: pathlib.Path, wanted: pathlib.Path) -> list[pathlib.Path]:
    """Asserts that two folders of outputs hold the same files with the same rows; returns the names of the files."""
    files = sorted(path.relative_to(wanted) for path in wanted.rglob("*") if path.is_file())
    assert sorted(path.relative_to(ours) for path in ours.rglob("*") if path.is_file()) == files
    assert len([path for path in files if path.suffix == ".parquet"]) > 3 * 10
    for path in files:
        if path.suffix == ".json":
            assert (ours / path).read_bytes() == (wanted / path).read_bytes()
        else:
            assert_same(read(ours / path), read(wanted / path))
    return files


def assert_same(ours: pa.Table, wanted: pa.Table) -> None:
    """Asserts that two tables have the same rows in the same order, floats within `TOLERANCE`."""
    assert ours.schema.equals(wanted.schema)
    assert ours.num_rows == wanted.num_rows
    for name in wanted.column_names:
        if pa.types.is_floating(wanted[name].type):
            np.testing.assert_allclose(ours[name].to_numpy(), wanted[name].to_numpy(), rtol=TOLERANCE, err_msg=name)
        else:
            assert ours[name].equals(wanted[name]), name
