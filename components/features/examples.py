"""The Examples that Transform and the Evaluator read, drawn from the engine that holds the purchases."""

import pathlib

import numpy as np
import pyarrow as pa

from components.examples import write_examples
from components.features.engine import Engine
from transforms import columns
from transforms import features as f
from transforms.calendar import Calendar
from transforms.progress import Progress

SPLITS = ("articles", "customers", "purchases")
JUDGED_SPLIT = "eval"
_ARTICLE_COLUMNS = (columns.ARTICLE_ID, columns.PRODUCT_NAME, columns.DESCRIPTION, *f.ARTICLE_CATEGORIES)
_CUSTOMER_COLUMNS = (columns.CUSTOMER_ID, columns.AGE, *f.CUSTOMER_CATEGORIES)


def write_transform_examples(engine: Engine, calendar: Calendar, window_days: int, to: pathlib.Path) -> int:
    """Writes the splits `articles`, `customers` and `purchases`; returns the number of purchases.

    Args:
        engine: after `states.prepare`.
        calendar: the days of the run; `week` counts from it: 0 before the first list week, then one a week.
        window_days: how far before the first list week purchases are taken.
        to: the artifact's folder.
    """
    days = {
        "first_list_day": calendar.list_days[0],
        "window_days": window_days,
        "label_days": calendar.label_days,
    }
    splits = {
        "articles": (_selected(batch, _ARTICLE_COLUMNS) for batch in engine.batches("article_rows")),
        "customers": (_selected(batch, _CUSTOMER_COLUMNS) for batch in engine.batches("customer_rows")),
        "purchases": engine.batches("interactions", **days),
    }
    first_day = calendar.list_days[0] - window_days
    (counted,) = engine.query(f"select count(*) as purchases from purchases where day >= {first_day}").to_pylist()
    written = {}
    for split in SPLITS:
        with Progress("examples", split, counted.get(split)) as progress:
            written[split] = write_examples(splits[split], to / f"Split-{split}", on_batch=progress.advance)
    return written["purchases"]


def write_judged_examples(engine: Engine, calendar: Calendar, to: pathlib.Path) -> int:
    """Writes one Example for each customer who bought in the test week; returns their number.

    Columns: `customer_id`, `purchased` (distinct article ids), and what figures are sliced by: `age_group`,
    `club_member_status`, `activity` (purchases in the 30 days before the cut: none, few, many) and `standing`
    (`new` without a purchase before the cut, or `returning`).
    """
    customers = engine.table("judged_customers", cut=calendar.cut, end=calendar.end)
    purchases = engine.table("judged_purchases", cut=calendar.cut, end=calendar.end)
    # Both are sorted by customer_row, and hold the same customers.
    firsts = np.searchsorted(purchases["customer_row"].to_numpy(), customers["customer_row"].to_numpy())
    offsets = pa.array(np.append(firsts, purchases.num_rows), pa.int32())
    purchased = pa.ListArray.from_arrays(offsets, purchases[columns.ARTICLE_ID].combine_chunks())
    judged = customers.drop(["customer_row"]).append_column("purchased", purchased)
    return write_examples(judged, to / f"Split-{JUDGED_SPLIT}")


def _selected(batch: pa.RecordBatch, names: tuple[str, ...]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([batch.column(batch.schema.get_field_index(name)) for name in names], names)
