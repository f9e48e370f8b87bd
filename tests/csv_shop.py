"""Writes the three CSVs of a shop."""

import csv
import gzip
import pathlib

from transforms.columns import FILES, TABLES


def write_csvs(folder: pathlib.Path, rows: dict[str, list[dict]], *, packed: bool = False) -> pathlib.Path:
    """Writes the rows of each table into a new folder; missing values are empty.

    Args:
        folder: folder to create.
        rows: rows by table.
        packed: whether to write `.csv.gz` files.

    Returns:
        The folder.
    """
    folder.mkdir()
    for table, columns in TABLES.items():
        path = folder / (FILES[table] + ".gz" * packed)
        with (gzip.open if packed else open)(path, "wt", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in columns])
            writer.writeheader()
            writer.writerows(rows[table])
    return folder
