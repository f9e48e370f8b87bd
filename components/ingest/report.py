"""The report of ingest: rows read, kept and set aside of each table, with the reasons."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib
from typing import Any, Literal

FILE = "ingest.json"
MAX_VALUES = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Violation:
    """Kept values of a column that its curated schema does not allow, over all rows.

    Attributes:
        column: name of the column.
        kind: `below` or `above` the bound of the domain, or `unlisted` in the string domain.
        bound: bound as text; "" if unlisted.
        rows: number of rows with such a value.
        values: worst or most frequent values as text, at most `MAX_VALUES`.
        line: line number of the first such row in the CSV.
    """

    column: str
    kind: Literal["below", "above", "unlisted"]
    bound: str
    rows: int
    values: tuple[str, ...]
    line: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableReport:
    """The rows of one table.

    Attributes:
        file: name of the CSV.
        rows_read: number of rows in the CSV, `rows_kept + rows_rejected`.
        rows_kept: number of rows in the Parquet table.
        rows_rejected: number of rows set aside.
        reasons: defects by `column: reason`, most frequent first. A row may have several.
        nulls: optional values that could not be parsed and became null, by `column: reason`.
        reject_lines_left_out: defects that are counted but not listed in `rejects.csv`.
        violations: values that the curated schema does not allow.
        ids_with_blanks: number of kept ids of the table itself that hold white space.
    """

    file: str
    rows_read: int
    rows_kept: int
    rows_rejected: int
    reasons: dict[str, int]
    nulls: dict[str, int]
    reject_lines_left_out: int = 0
    violations: tuple[Violation, ...] = ()
    ids_with_blanks: int = 0

    @classmethod
    def of(cls, plain: dict[str, Any]) -> TableReport:
        """Builds the report from parsed JSON."""
        violations = tuple(
            Violation(**{**violation, "values": tuple(violation["values"])})
            for violation in plain.get("violations", ())
        )
        return cls(**{**plain, "violations": violations})


@dataclasses.dataclass(frozen=True, kw_only=True)
class IngestReport:
    """The reports of all tables, and the days of the transactions.

    Attributes:
        tables: reports by table.
        first_day: first day with a kept transaction.
        last_day: last day with one.
        rows_by_day: number of kept transactions of each day that has any, ascending.
    """

    tables: dict[str, TableReport]
    first_day: datetime.date
    last_day: datetime.date
    rows_by_day: dict[datetime.date, int] = dataclasses.field(default_factory=dict)

    def write(self, folder: pathlib.Path) -> None:
        """Writes `ingest.json` into `folder`."""
        plain = dataclasses.asdict(self)
        plain["rows_by_day"] = {day.isoformat(): rows for day, rows in self.rows_by_day.items()}
        text = json.dumps(plain, indent=2, default=datetime.date.isoformat)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: pathlib.Path) -> IngestReport:
        """Reads `ingest.json` from `folder`."""
        plain = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(
            tables={name: TableReport.of(table) for name, table in plain["tables"].items()},
            first_day=datetime.date.fromisoformat(plain["first_day"]),
            last_day=datetime.date.fromisoformat(plain["last_day"]),
            rows_by_day={datetime.date.fromisoformat(day): rows for day, rows in plain.get("rows_by_day", {}).items()},
        )
