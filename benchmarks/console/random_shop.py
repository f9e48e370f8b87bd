"""Tables of a shop with H&M's numbers of rows and random content, as Ingest writes them, without a model."""

import dataclasses
import os
import pathlib

import duckdb
import ml_metadata
from ml_metadata.proto import metadata_store_pb2

from transforms.columns import ARTICLES, CUSTOMERS, Column, parquet_file

_WORDS = ("cotton", "striped", "denim", "wool", "slim", "wide", "red", "blue", "sweater", "shirt", "skirt", "coat")
_SQL_TYPES = {"id": "varchar", "category": "varchar", "text": "varchar", "int": "bigint", "float": "double"}
_DAYS, _FIRST_DAY = 734, "2018-09-20"


@dataclasses.dataclass(frozen=True)
class Rows:
    """Numbers of rows."""

    articles: int = 105_542
    customers: int = 1_371_980
    transactions: int = 31_788_324


def write_shop(out: pathlib.Path, rows: Rows) -> None:
    """Writes the tables below an output folder, with the metadata by which the console finds them.

    Args:
        out: the output folder; it must not have metadata yet.
        rows: numbers of rows.
    """
    tables = out / "tables"
    tables.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set memory_limit = '4GB'")
        connection.execute("set temp_directory = ?", [str(out / "spill")])
        articles = {"article_id": "lpad((100000000 + i)::varchar, 10, '0')"}
        customers = {"customer_id": "sha256(i::varchar)", "age": "17 + i % 60"}
        for table, columns, given, count in (
            ("articles", ARTICLES, articles, rows.articles),
            ("customers", CUSTOMERS, customers, rows.customers),
        ):
            values = ", ".join(f"{given.get(each.name, _random(each))} as {each.name}" for each in columns)
            _copy(connection, f"select {values} from range({count}) as r(i) order by 1", tables / parquet_file(table))
        _copy(
            connection,
            f"select (date '{_FIRST_DAY}' + (i * {_DAYS} // {rows.transactions})::integer) as t_dat,"
            f" sha256((hash(i) % {rows.customers})::varchar) as customer_id,"
            f" lpad((100000000 + hash(i * 7) % {rows.articles})::varchar, 10, '0') as article_id,"
            f" (hash(i * 3) % 1000) / 10000 as price, 2::bigint as sales_channel_id"
            f" from range({rows.transactions}) as r(i)",
            tables / parquet_file("transactions"),
        )
    _record(out, tables)


def _random(column: Column) -> str:
    """SQL of a random value of a column: numbers below 50, two words, or five words for texts."""
    number = f"hash(i * 31 + {len(column.name)}) % 50"
    if column.kind in ("int", "float"):
        return f"({number})::{_SQL_TYPES[column.kind]}"
    words = f"{list(_WORDS)}"
    count = 5 if column.kind == "text" else 2
    places = [f"1 + (hash(i * {k + 3} + {len(column.name)}) % {len(_WORDS)})::bigint" for k in range(count)]
    return " || ' ' || ".join(f"{words}[{place}]" for place in places)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, to: pathlib.Path) -> None:
    quoted = str(to).replace("'", "''")
    connection.execute(f"copy ({query}) to '{quoted}' (format parquet)")


def _record(out: pathlib.Path, tables: pathlib.Path) -> None:
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = os.fspath(out / "metadata.db")
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    store = ml_metadata.MetadataStore(config)
    kind = store.put_artifact_type(metadata_store_pb2.ArtifactType(name="lookbook.Tables"))
    live = metadata_store_pb2.Artifact.LIVE
    store.put_artifacts([metadata_store_pb2.Artifact(type_id=kind, uri=str(tables.absolute()), state=live)])
