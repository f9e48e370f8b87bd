"""Measures drift in ordinary weeks and under faults: `python -m benchmarks.drift --data DIR` (`make drift`).

The tables are cut at the end of each of the last weeks, as if a run had been pushed then. Each cut is compared with the
one a week before, and the last one also after a fault was put into its data. Takes seconds, because only statistics are
computed.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import itertools
import pathlib
import shutil
import tempfile
from collections.abc import Mapping

import duckdb
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl
from tfx.types import artifact_utils, standard_artifacts

from benchmarks import document
from components.drift.baseline import SPLIT
from components.drift.comparison import Comparison, compare, read_comparisons
from components.drift.recent import read_recent
from components.drift.statistics import Statistics, drift_statistics, write_statistics
from components.drift.thresholds import read_thresholds, validator_config
from components.drift.validator import Executor
from components.examples import as_lists
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from transforms.columns import TABLES, parquet_file

WEEKS, LABEL_DAYS = 8, 7
_SHOWN = 0.0005
_WEEK = datetime.timedelta(days=7)
_CATEGORIES = ("colour_group_name", "department_name", "product_type_name")
# Shops with a single sales channel get a second one, of a third of the customers, so that one can be lost.
_TWO_CHANNELS = "1 + (hash(customer_id) % 3 = 0)::INT AS sales_channel_id"


@dataclasses.dataclass(frozen=True)
class Measured:
    """Comparisons of ordinary weeks and of faults.

    Attributes:
        weeks: comparisons of each week with the one before, ascending in time.
        faults: comparisons of the last week with the one before, by the fault in the last week's data.
    """

    weeks: tuple[tuple[Comparison, ...], ...]
    faults: Mapping[str, tuple[Comparison, ...]]

    def table(self) -> str:
        """The largest value of the ordinary weeks and the value under each fault, as a Markdown table."""
        rows = []
        for place, one in enumerate(self.weeks[0]):
            usual = [week[place].value or 0.0 for week in self.weeks]
            faults = [found[place] for found in self.faults.values()]
            if max([*usual, *(found.value or 0.0 for found in faults)]) < _SHOWN:
                continue  # constant in this shop
            shown = [f"{found.value or 0.0:.3f}" for found in faults]
            shown = [f"**{text}**" if found.is_alarm else text for text, found in zip(shown, faults, strict=True)]
            rows.append([f"`{one.name}`", f"{one.threshold:g}", f"{max(usual):.3f}", *shown])
        return document.table(["column", "threshold", f"largest of {len(self.weeks)} weeks", *self.faults], rows)


def measure(data: pathlib.Path, work: pathlib.Path, weeks: int = WEEKS) -> Measured:
    """Compares the last weeks of a shop, and faults in its last week.

    Args:
        data: folder of the CSVs.
        work: empty folder for tables and statistics.
        weeks: number of weeks to compare with the one before.
    """
    ingest(data, work / "tables", IngestConfig())
    with duckdb.connect() as connection:
        for table in TABLES:
            source = f"read_parquet('{work / 'tables' / parquet_file(table)}')"
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM {source}")
        query = "SELECT count(DISTINCT sales_channel_id), max(t_dat) FROM transactions"
        channels, last = connection.execute(query).fetchone()  # type: ignore[misc]
        if channels == 1:
            connection.execute(f"CREATE OR REPLACE TABLE transactions AS {_replaced('transactions', _TWO_CHANNELS)}")
        ends = [last - _WEEK * number for number in range(weeks, -1, -1)]
        cuts = [_statistics(connection, work / f"cut-{end}", end) for end in ends]
        faulty = {
            name: _statistics(connection, work / "fault", last, **queries)
            for name, queries in _faults(last - _WEEK).items()
        }
    ordinary = [_compared(now, before, work) for before, now in itertools.pairwise(cuts)]
    return Measured(tuple(ordinary), {name: _compared(found, cuts[-2], work) for name, found in faulty.items()})


def _faults(before: datetime.date) -> dict[str, dict[str, str]]:
    """Queries of the tables with a fault, in the week after a day or in all rows, by name."""
    is_new = f"t_dat > DATE '{before}'"
    doubled = "price * 2 AS price"
    faults = {
        "prices doubled, last week": {
            "transactions": _replaced("transactions", f"CASE WHEN {is_new} THEN price * 2 ELSE price END AS price")
        },
        "prices doubled, all": {"transactions": _replaced("transactions", doubled)},
        "channel lost, last week": {
            "transactions": f"SELECT * FROM transactions WHERE sales_channel_id = 1 OR NOT {is_new}"
        },
        "channel lost, all": {"transactions": "SELECT * FROM transactions WHERE sales_channel_id = 1"},
    }
    for column in _CATEGORIES:
        # Each value becomes the next one in the alphabet, and the last becomes the first.
        faults[f"{column} exchanged"] = {
            "articles": f"""
                WITH found AS (SELECT DISTINCT {column} AS value FROM articles),
                next AS (
                    SELECT value, coalesce(lead(value) OVER (ORDER BY value), min(value) OVER ()) AS new FROM found
                )
                SELECT articles.* REPLACE (next.new AS {column}) FROM articles LEFT JOIN next ON value = {column}
            """
        }
    return faults


def _replaced(table: str, expression: str) -> str:
    return f"SELECT * REPLACE ({expression}) FROM {table}"


def _statistics(
    connection: duckdb.DuckDBPyConnection, folder: pathlib.Path, end: datetime.date, **queries: str
) -> Statistics:
    """Statistics of the shop as of the end of a day, of which tables may be the result of a query."""
    folder.mkdir(exist_ok=True)
    thresholds = read_thresholds()
    transactions = f"SELECT * FROM ({queries.get('transactions', 'FROM transactions')}) WHERE t_dat <= DATE '{end}'"
    sources = {
        "transactions": transactions,
        **{
            table: f"SELECT * FROM ({queries.get(table, f'FROM {table}')}) WHERE {table[:-1]}_id IN "
            f"(SELECT {table[:-1]}_id FROM ({transactions}))"
            for table in ("articles", "customers")
        },
    }
    of_tables = {}
    for table, query in sources.items():
        connection.execute(f"COPY ({query}) TO '{folder / parquet_file(table)}' (FORMAT parquet)")
        names = ", ".join(row.column for row in thresholds.rows if row.table == table)
        rows = connection.execute(f"SELECT {names} FROM '{folder / parquet_file(table)}'").to_arrow_table()
        (batch,) = rows.combine_chunks().to_batches()
        of_tables[table] = stats_impl.generate_statistics_in_memory(as_lists(batch), tfdv.StatsOptions())
    return drift_statistics(of_tables, read_recent(folder, LABEL_DAYS), thresholds)


def _compared(now: Statistics, before: Statistics, work: pathlib.Path) -> tuple[Comparison, ...]:
    """Compares statistics by the executor of the pipeline."""
    artifacts = {}
    for name, found in (("statistics", now), ("baseline_statistics", before), ("anomalies", None)):
        artifact = standard_artifacts.ExampleAnomalies() if found is None else standard_artifacts.ExampleStatistics()
        artifact.uri = str(work / name)
        shutil.rmtree(artifact.uri, ignore_errors=True)
        if found is not None:
            write_statistics(found, work / name)
            artifact.split_names = artifact_utils.encode_split_names([SPLIT])
        artifacts[name] = [artifact]
    anomalies = {"anomalies": artifacts.pop("anomalies")}
    config = {"distribution_validator_config": validator_config(read_thresholds())}
    Executor().Do(artifacts, anomalies, config)
    return tuple(compare(read_comparisons(work / "anomalies"), now, before, read_thresholds()))


def main() -> None:
    """Prints the table, and writes it into a document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description="Drift of weeks and of faults.")
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder of the three CSVs")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the table to, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lookbook-drift-") as work:
        table = measure(options.data, pathlib.Path(work)).table()
    document.publish(table, options.to, "make drift")


if __name__ == "__main__":
    main()
