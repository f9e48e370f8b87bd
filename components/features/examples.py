"""Writes the Examples that Transform and the Evaluator read."""

import pathlib
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.examples import write_examples
from components.features.engine import Engine
from transforms import columns
from transforms import features as f
from transforms.calendar import Calendar
from transforms.errors import DataError
from transforms.progress import Progress

SPLITS = ("articles", "customers", "purchases")
JUDGED_SPLIT = "eval"
_ARTICLE_COLUMNS = (columns.ARTICLE_ID, columns.PRODUCT_NAME, columns.DESCRIPTION, *f.ARTICLE_CATEGORIES)
_CUSTOMER_COLUMNS = (columns.CUSTOMER_ID, columns.AGE, *f.CUSTOMER_CATEGORIES)


def write_transform_examples(engine: Engine, calendar: Calendar, window_days: int, to: pathlib.Path) -> int:
    """Writes the splits `articles`, `customers` and `purchases`; returns the number of purchases.

    A row of `purchases` is a customer with lists of their purchases. Transform and the readers cost time per row, and
    customer ids are long.

    Args:
        engine: engine after `states.prepare`.
        calendar: days of the run. They define `week`: 0 before the first list week, then 1 for each week.
        window_days: purchases older than this before the first list week are left out.
        to: folder of the artifact.
    """
    days = {
        "first_list_day": calendar.list_days[0],
        "window_days": window_days,
        "label_days": calendar.label_days,
    }
    entities = (("articles", "article_rows", _ARTICLE_COLUMNS), ("customers", "customer_rows", _CUSTOMER_COLUMNS))
    for split, query, selected in entities:
        rows = (_selected(batch, selected) for batch in engine.batches(query))
        with Progress("examples", split) as progress:
            write_examples(rows, to / f"Split-{split}", on_batch=progress.advance)
    first_day = calendar.list_days[0] - window_days
    (counted,) = engine.query(f"select count(*) as purchases from purchases where day >= {first_day}").to_pylist()
    with Progress("examples", "purchases", counted["purchases"]) as progress:

        def counted_batches() -> Iterator[pa.RecordBatch]:
            for batch in engine.batches("interactions", **days):
                progress.advance(batch.num_rows)
                yield batch

        write_examples(group_purchases(counted_batches()), to / "Split-purchases")
    return counted["purchases"]


def group_purchases(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Groups purchases by customer: one row for each customer, even if batches split a customer's purchases.

    Args:
        batches: `customer_id`, `article_id`, `day`, `week`, sorted by customer.

    Yields:
        `customer_id` and the lists `bought`, `day` and `week`, in the order of the input.
    """
    rest: list[pa.RecordBatch] = []
    for batch in batches:
        whole = pa.Table.from_batches([*rest, batch]).combine_chunks().to_batches() or [batch]
        firsts = _firsts(whole[0].column(columns.CUSTOMER_ID))
        if len(firsts):
            if firsts[-1]:
                yield _grouped(whole[0].slice(0, firsts[-1]), firsts[:-1])
            rest = [whole[0].slice(firsts[-1])]  # its customer may continue in the next batch
    for last in rest:
        yield _grouped(last, np.zeros(1, np.int64))


def _firsts(customers: pa.Array) -> np.ndarray:
    """Returns the positions at which a new customer begins, `[customers]` int64."""
    changes = pc.not_equal(customers[1:], customers[:-1]).to_numpy(zero_copy_only=False)
    return np.flatnonzero(np.r_[True, changes][: len(customers)])


def _grouped(batch: pa.RecordBatch, firsts: np.ndarray) -> pa.RecordBatch:
    """Returns one row for each customer whose purchases begin at `firsts`."""
    offsets = pa.array(np.append(firsts, batch.num_rows), pa.int32())
    lists = {
        name: pa.ListArray.from_arrays(offsets, batch.column(column))
        for name, column in ((f.BOUGHT, columns.ARTICLE_ID), (f.DAY, f.DAY), (f.WEEK, f.WEEK))
    }
    return pa.RecordBatch.from_pydict(
        {columns.CUSTOMER_ID: batch.column(columns.CUSTOMER_ID).take(pa.array(firsts)), **lists}
    )


def write_judged_examples(engine: Engine, calendar: Calendar, to: pathlib.Path) -> int:
    """Writes one Example for each customer who bought in the test week; returns their number.

    Columns: `customer_id`, `purchased` (distinct article ids), and the attributes that slice the figures: `age_group`,
    `club_member_status`, `activity` (units bought in the 30 days before the cut: none, few, many) and `standing`
    (`new` without a purchase before the cut, else `returning`).

    Args:
        engine: engine after `states.prepare`.
        calendar: days of the run.
        to: folder of the artifact.

    Raises:
        DataError: the judged customers differ from the buyers of the test week.
    """
    customers = engine.table("judged_customers", cut=calendar.cut, end=calendar.end)
    purchases = engine.table("judged_purchases", cut=calendar.cut, end=calendar.end)
    # Both tables are sorted by customer_row and hold the same customers.
    if not np.array_equal(np.unique(purchases["customer_row"].to_numpy()), customers["customer_row"].to_numpy()):
        raise DataError(
            f"the judged customers and the buyers of the test week must be the same. Received: {customers.num_rows:,} "
            f"and {len(np.unique(purchases['customer_row'].to_numpy())):,}."
        )
    firsts = np.searchsorted(purchases["customer_row"].to_numpy(), customers["customer_row"].to_numpy())
    offsets = pa.array(np.append(firsts, purchases.num_rows), pa.int32())
    purchased = pa.ListArray.from_arrays(offsets, purchases[columns.ARTICLE_ID].combine_chunks())
    judged = customers.drop(["customer_row"]).append_column("purchased", purchased)
    return write_examples(judged, to / f"Split-{JUDGED_SPLIT}")


def _selected(batch: pa.RecordBatch, names: tuple[str, ...]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([batch.column(batch.schema.get_field_index(name)) for name in names], names)
