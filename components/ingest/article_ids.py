"""Counts the article ids of a CSV that ingest would set aside or that hold blanks. Needs no run."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile

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
    with tempfile.TemporaryDirectory() as work, duckdb.connect() as connection:
        source = open_source(data_dir, "articles", pathlib.Path(work))
        for batch in Reader(source, max_malformed=1).batches():
            counted = connection.execute(
                f"""
                SELECT count(*) FILTER (NOT {accepted_sql("id")}),
                    count(*) FILTER ({accepted_sql("id")} AND {has_blank_sql("id")})
                FROM (SELECT unnest(?::VARCHAR[]) AS id)
                """,
                [batch.column(batch.schema.get_field_index(ARTICLE_ID)).to_pylist()],
            ).fetchone()
            assert counted is not None
            rows += batch.num_rows
            set_aside += counted[0]
            with_blanks += counted[1]
    return IdCount(rows=rows, set_aside=set_aside, with_blanks=with_blanks)
