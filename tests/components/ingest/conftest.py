"""A shop of three articles, two customers and four transactions, as CSV lines that tests modify."""

import csv
import gzip
import pathlib

import pyarrow.parquet as pq
import pytest

from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from components.ingest.report import IngestReport
from transforms.columns import COLUMNS, FILES, TABLES
from transforms.errors import DataError

LENIENT = IngestConfig(max_rejected_share=0.9, memory_limit_gib=0.5)
GOOD = {"t_dat": "2020-09-03", "customer_id": "00aa", "article_id": "0100000001", "price": "0.5"}
CONTROL = "holds a control character, such as a line break, tab or NUL; remove it"


def line(table: str, **values: str) -> str:
    """Returns a CSV line with `values` by column; other columns are empty."""
    written = ",".join(quoted(values.pop(column.name, "")) for column in COLUMNS[table])
    assert not values, f"no such column: {values}"
    return written


def quoted(value: str) -> str:
    """Quotes a value if necessary. Python's csv module cannot write NUL."""
    if any(character in value for character in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


class Shop:
    """Lines of the files, with headers; `write` writes the files, but none without rows of an optional table."""

    def __init__(self, folder: pathlib.Path):
        self.data_dir = folder / "data"
        self.to = folder / "out" / "tables"
        self.data_dir.mkdir()
        self.lines = {table: [",".join(column.name for column in columns)] for table, columns in COLUMNS.items()}
        for article in ("0100000001", "0100000002", "0200000001"):
            self.lines["articles"].append(
                line("articles", article_id=article, product_code=article[:7], product_type_no="253")
            )
        for customer in ("00aa", "00bb"):
            self.lines["customers"].append(line("customers", customer_id=customer, age="31"))
        for day, customer, article in (
            ("2020-09-02", "00bb", "0100000002"),
            ("2020-09-01", "00bb", "0200000001"),
            ("2020-09-01", "00aa", "0100000001"),
            ("2020-09-01", "00aa", "0100000001"),
        ):
            self.lines["transactions"].append(
                line("transactions", t_dat=day, customer_id=customer, article_id=article, price="0.05")
            )

    def add(self, table: str, **values: str) -> None:
        self.lines[table].append(line(table, **values))

    def bytes_of(self, table: str) -> bytes:
        return ("\n".join(self.lines[table]) + "\n").encode()

    def write(self, *, packed: bool = False, **contents: bytes) -> None:
        for table in COLUMNS:
            if table not in TABLES and len(self.lines[table]) == 1 and table not in contents:
                continue  # an optional table without rows
            content = contents.get(table, self.bytes_of(table))
            path = self.data_dir / (FILES[table] + ".gz" * packed)
            path.write_bytes(gzip.compress(content) if packed else content)

    def ingest(self, config: IngestConfig = LENIENT, **contents: bytes) -> IngestReport:
        if not any(self.data_dir.iterdir()) or contents:
            self.write(**contents)
        return ingest(self.data_dir, self.to, config)

    def rows(self, table: str) -> list[dict]:
        return pq.read_table(self.to / f"{table}.parquet").to_pylist()

    def rejects(self) -> list[tuple]:
        with (self.to / "rejects.csv").open(encoding="utf-8", newline="") as file:
            return [
                (row["file"], int(row["line"]), row["column"], row["value"], row["reason"], row["action"])
                for row in csv.DictReader(file)
            ]

    def assert_stops(self, message: str, **contents: bytes) -> None:
        """Checks that ingest stops with an error of one line and leaves no output."""
        with pytest.raises(DataError, match=message) as stopped:
            self.ingest(**contents)
        assert "\n" not in str(stopped.value)
        assert not self.to.parent.exists() or not list(self.to.parent.iterdir())


@pytest.fixture
def shop(tmp_path) -> Shop:
    return Shop(tmp_path)
