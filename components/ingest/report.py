"""What ingest says of its run: rows read, kept and set aside of each table, and why."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib

FILE = "ingest.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableReport:
    """One table's rows.

    Attributes:
        file: the CSV's name.
        rows_read: rows in the CSV; always `rows_kept + rows_rejected`.
        rows_kept: rows in the Parquet table.
        rows_rejected: rows set aside.
        reasons: defects by `column: reason`, most frequent first. A row may have several.
        nulls: optional values that could not be parsed and became null, by `column: reason`.
        reject_lines_left_out: defects that are counted but not listed in `rejects.csv`.

    """

    file: str
    rows_read: int
    rows_kept: int
    rows_rejected: int
    reasons: dict[str, int]
    nulls: dict[str, int]
    reject_lines_left_out: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class IngestReport:
    """All tables, and the days the transactions span (both inclusive)."""

    tables: dict[str, TableReport]
    first_day: datetime.date
    last_day: datetime.date

    def write(self, folder: pathlib.Path) -> None:
        """Writes `ingest.json` into `folder`."""
        text = json.dumps(dataclasses.asdict(self), indent=2, default=datetime.date.isoformat)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: pathlib.Path) -> IngestReport:
        """Reads the `ingest.json` that `write` left in `folder`."""
        plain = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(
            tables={name: TableReport(**table) for name, table in plain["tables"].items()},
            first_day=datetime.date.fromisoformat(plain["first_day"]),
            last_day=datetime.date.fromisoformat(plain["last_day"]),
        )
