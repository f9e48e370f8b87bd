"""A very small shop: its tables, and the output of the features component and of Transform."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import shutil
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.transform_graph import feature_schema
from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.executor import Outputs, build_features
from components.features.states import StateWriter, prepare
from transforms import columns
from transforms.calendar import Calendar
from transforms.content import CONTENT_FILE, ContentVectors, write_content

FIRST_DAY = 18_000  # 2019-04-14
DAYS = 56
LABEL_DAYS = 7
LIST_WEEKS = 2
ARTICLES, CUSTOMERS = 30, 48
# Arrow types of the kinds of columns.
TYPES = {
    "id": pa.string(),
    "category": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "int": pa.int64(),
    "float": pa.float64(),
}
FEATURES = FeaturesConfig(list_weeks=LIST_WEEKS, neighbours=6, popular_length=12, variants=3)
_EPOCH = datetime.date(1970, 1, 1)


@dataclasses.dataclass(frozen=True)
class Place:
    """Folders of one build: the tables, and the output of `build_features`."""

    root: pathlib.Path
    calendar: Calendar

    @property
    def tables(self) -> pathlib.Path:
        return self.root / "tables"

    @property
    def content(self) -> pathlib.Path:
        return self.root / "content"

    @property
    def vectors(self) -> pathlib.Path:
        return self.content / CONTENT_FILE

    @property
    def states(self) -> pathlib.Path:
        return self.root / "states"

    @property
    def examples(self) -> pathlib.Path:
        return self.root / "examples"

    @property
    def judged(self) -> pathlib.Path:
        return self.root / "judged"


def table(columns_of_table, rows: list[dict]) -> pa.Table:
    """Converts rows to a typed table; missing columns are null."""
    schema = pa.schema([(column.name, TYPES[column.kind]) for column in columns_of_table])
    return pa.table({name: [row.get(name) for row in rows] for name in schema.names}, schema)


def write_tables(
    folder: pathlib.Path, articles: list[dict], customers: list[dict], purchases: list[tuple]
) -> pathlib.Path:
    """Writes the three ingested tables.

    Args:
        folder: folder of the tables.
        articles: rows; `product_code` is taken from the id if missing.
        customers: rows.
        purchases: tuples of day number, customer id, article id and price.
    """
    folder.mkdir(parents=True, exist_ok=True)
    articles = [{columns.PRODUCT_CODE: row[columns.ARTICLE_ID][:7], **row} for row in articles]
    bought = [
        {
            columns.DAY: _EPOCH + datetime.timedelta(days=int(day)),
            columns.CUSTOMER_ID: customer,
            columns.ARTICLE_ID: article,
            columns.PRICE: price,
            columns.SALES_CHANNEL: 1,
        }
        for day, customer, article, price in purchases
    ]
    for name, rows in (("articles", articles), ("customers", customers), ("transactions", bought)):
        pq.write_table(table(columns.TABLES[name], rows), folder / f"{name}.parquet")
    return folder


def article_id(number: int) -> str:
    return f"{100 + number // 3:07d}{number % 3:03d}"


def article_row(article: str) -> int:
    """Returns the row of an article id."""
    return (int(article[:7]) - 100) * 3 + int(article[7:])


def customer_id(number: int) -> str:
    return f"c{number:03d}"


def raw_articles() -> list[dict]:
    """Returns thirty articles, three of each product; some without name, colour or description."""
    names = ["Jade denim", "Ärmellos 👗 top", "Basic tee", None, "Wool coat"]
    return [
        {
            columns.ARTICLE_ID: article_id(i),
            columns.PRODUCT_NAME: names[i % 5],
            columns.DESCRIPTION: None if i % 7 == 0 else f"Soft cotton in {['red', 'blue', 'green'][i % 3]}",
            "product_type_name": ["Trousers", "Vest top", "Coat"][i // 3 % 3],
            "product_group_name": "Garment",
            "colour_group_name": None if i % 11 == 0 else ["Red", "Blue", "Green"][i % 3],
            "department_name": ["Ladies", "Men"][i % 2],
            "index_name": "Ladieswear",
            "section_name": ["Basics", "Denim", "Outdoor", "Sale"][i % 4],
            "garment_group_name": ["Jersey", "Knitwear"][i % 2],
        }
        for i in range(ARTICLES)
    ]


def raw_customers() -> list[dict]:
    """Returns forty-eight customers of all ages; the age of every fifth is unknown."""
    return [
        {
            columns.CUSTOMER_ID: customer_id(i),
            columns.AGE: None if i % 5 == 4 else float(17 + (i * 7) % 50),
            columns.CLUB_STATUS: [None, "ACTIVE", "PRE-CREATE"][i % 3],
            columns.NEWS_FREQUENCY: ["NONE", "Regularly"][i % 2],
        }
        for i in range(CUSTOMERS)
    ]


def purchases(seed: int = 5) -> list[tuple]:
    """Draws purchases of all but the last two customers and articles: favourite articles and random ones."""
    draw = np.random.default_rng(seed)
    bought = []
    for customer in range(CUSTOMERS - 2):
        favourites = draw.choice(ARTICLES - 2, 4, replace=False)
        for _ in range(int(draw.integers(3, 14))):
            day = FIRST_DAY + int(draw.integers(0, DAYS))
            for _ in range(int(draw.integers(1, 4))):
                article = int(draw.choice(favourites) if draw.random() < 0.6 else draw.integers(0, ARTICLES - 2))
                bought.append((day, customer_id(customer), article_id(article), 0.01 + article / 100))
    bought += [(FIRST_DAY, customer_id(0), article_id(0), 0.01)]
    bought += [(FIRST_DAY + DAYS - 1, customer_id(0), article_id(0), 0.01)]
    return sorted(bought)


def outputs(root: pathlib.Path) -> Outputs:
    """Returns the output folders of the features component below `root`."""
    return Outputs(states=root / "states", examples=root / "examples", judged=root / "judged")


def write_states(
    tables: pathlib.Path, to: pathlib.Path, days: Sequence[int], config: FeaturesConfig = FEATURES
) -> dict[int, pathlib.Path]:
    """Writes the states of `days`, ascending, with DuckDB below `to`; returns their folders by day."""
    engine = DuckDbEngine(to)
    prepare(engine, tables, to)
    write_vectors(tables, to)
    writer = StateWriter(engine, days, config, LABEL_DAYS)
    folders = {day: writer.write(day, to) for day in days}
    engine.close()
    return folders


def build(root: pathlib.Path, bought: list[tuple]) -> Place:
    """Writes the tables of the shop with these purchases and runs the features component on them."""
    write_tables(root / "tables", raw_articles(), raw_customers(), bought)
    content = write_vectors(root / "tables", root / "content")
    return Place(root, build_features(root / "tables", content, outputs(root), FEATURES, LABEL_DAYS))


def write_vectors(tables: pathlib.Path, folder: pathlib.Path, seed: int = 7) -> pathlib.Path:
    """Writes content vectors below `folder`: pictures of all articles but every seventh, and texts of all."""
    ids = pq.read_table(tables / columns.parquet_file("articles"))[columns.ARTICLE_ID].combine_chunks()
    draw = np.random.default_rng(seed)
    pictures, texts = (draw.normal(size=(len(ids), size)).astype(np.float16) for size in (4, 3))
    has_picture = np.arange(len(ids)) % 7 > 0
    pictures[~has_picture] = 0
    folder.mkdir(parents=True, exist_ok=True)
    write_content(
        folder / CONTENT_FILE,
        ids,
        {
            "picture": ContentVectors(vectors=pictures, known=has_picture),
            "text": ContentVectors(vectors=texts, known=np.ones(len(ids), bool)),
        },
    )
    return folder / CONTENT_FILE


def transform(place: Place, to: pathlib.Path) -> pathlib.Path:
    """Analyses the articles and the customers and transforms all splits, as TFX's Transform does.

    Returns:
        The folder of the transform graph; transformed examples are in `to/transformed/Split-<name>`, and the content
        vectors beside.
    """
    import apache_beam as beam
    import tensorflow_transform.beam as tft_beam
    from apache_beam.io import WriteToTFRecord
    from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
    from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder
    from tfx_bsl.public import tfxio

    from components.features.examples import SPLITS
    from transforms.preprocessing import preprocessing_fn

    def source(*splits):
        patterns = [str(place.examples / f"Split-{split}" / "*") for split in splits]
        return tfxio.TFExampleRecord(patterns, schema=feature_schema(), telemetry_descriptors=["test"])

    shutil.copyfile(place.vectors, to / CONTENT_FILE)
    with beam.Pipeline(runner=FnApiRunner()) as pipeline, tft_beam.Context(temp_dir=str(to / "temporary")):
        analysed = source("articles", "customers")
        rows = pipeline | "read analysed" >> analysed.BeamSource()
        graph = (rows, analysed.TensorAdapterConfig()) | tft_beam.AnalyzeDataset(preprocessing_fn)
        _ = graph | tft_beam.WriteTransformFn(str(to / "graph"))
        for split in SPLITS:
            reader = source(split)
            batches = pipeline | f"read {split}" >> reader.BeamSource()
            transformed, _ = (
                (batches, reader.TensorAdapterConfig()),
                graph,
            ) | f"transform {split}" >> tft_beam.TransformDataset(output_record_batches=True)
            _ = (
                transformed
                | f"encode {split}" >> beam.FlatMapTuple(lambda batch, _: RecordBatchToExamplesEncoder().encode(batch))
                | f"write {split}"
                >> WriteToTFRecord(str(to / "transformed" / f"Split-{split}" / "examples"), file_name_suffix=".gz")
            )
    return to / "graph"
