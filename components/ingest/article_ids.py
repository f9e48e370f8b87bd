"""Reads the article ids of a CSV without a run: those that ingest would accept, and how many are unusual."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
from collections.abc import Iterator

import duckdb

from components.ingest.ids import accepted_sql, has_blank_sql
from components.ingest.reader import Reader
from components.ingest.source import open_source
from transforms.columns import ARTICLE_ID


@dataclasses.dataclass(frozen=True, kw_only=True)
class IdCount:
    """Numbers of article rows by kind of id.

    Attributes:
        rows: number of all rows.
        set_aside: number of rows whose id is not accepted.
        with_blanks: number of rows whose id is accepted and holds white space.
    """

    rows: int
    set_aside: int
    with_blanks: int


def count_article_ids(data_dir: pathlib.Path) -> IdCount:
    """Counts the ids of the articles file.

    Args:
        data_dir: folder of the CSVs.

    Raises:
        DataError: the file is not a readable CSV with the required columns.
    """
    rows = set_aside = with_blanks = 0
    with duckdb.connect() as connection:
        for ids in _batches(data_dir):
            counted = connection.execute(
                f"""
                SELECT count(*) FILTER (NOT {accepted_sql("id")}),
                    count(*) FILTER ({accepted_sql("id")} AND {has_blank_sql("id")})
                FROM (SELECT unnest(?::VARCHAR[]) AS id)
                """,
                [ids],
            ).fetchone()
            assert counted is not None
            rows += len(ids)
            set_aside += counted[0]
            with_blanks += counted[1]
    return IdCount(rows=rows, set_aside=set_aside, with_blanks=with_blanks)


def accepted_article_ids(data_dir: pathlib.Path) -> list[str]:
    """Reads the distinct ids of the articles file that ingest accepts, in order.

    Args:
        data_dir: folder of the CSVs.

    Raises:
        DataError: as in `count_article_ids`.
    """
    accepted: set[str] = set()
    with duckdb.connect() as connection:
        for ids in _batches(data_dir):
            rows = connection.execute(
                f"SELECT id FROM (SELECT unnest(?::VARCHAR[]) AS id) WHERE {accepted_sql('id')}", [ids]
            ).fetchall()
            accepted.update(row[0] for row in rows)
    return sorted(accepted)


def _batches(data_dir: pathlib.Path) -> Iterator[list[str | None]]:
    with tempfile.TemporaryDirectory() as work:
        source = open_source(data_dir, "articles", pathlib.Path(work))
        for batch in Reader(source, max_malformed=1).batches():
            yield batch.column(batch.schema.get_field_index(ARTICLE_ID)).to_pylist()
