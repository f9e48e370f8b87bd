"""The Examples that Transform and the Evaluator read, drawn from the engine that holds the purchases."""

import pathlib

from components.examples import write_examples
from components.features.engine import Engine
from transforms import columns
from transforms import features as f
from transforms.calendar import Calendar

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
    first_list_day = calendar.list_days[0]
    queries = {
        "articles": f"select {', '.join(_ARTICLE_COLUMNS)} from article_rows order by article_row",
        "customers": f"select {', '.join(_CUSTOMER_COLUMNS)} from customer_rows order by customer_row",
        "purchases": f"""
            select
                c.{columns.CUSTOMER_ID},
                a.{columns.ARTICLE_ID},
                cast(p.day as bigint) as {f.DAY},
                cast(case when p.day < {first_list_day} then 0
                    else 1 + (p.day - {first_list_day}) // {calendar.label_days} end as bigint) as {f.WEEK}
            from purchases as p
            inner join customer_rows as c using (customer_row)
            inner join article_rows as a using (article_row)
            where p.day >= {first_list_day - window_days}
            order by p.customer_row, p.day, p.article_row
            """,
    }
    written = {split: write_examples(engine.batches(queries[split]), to / f"Split-{split}") for split in SPLITS}
    return written["purchases"]


def write_judged_examples(engine: Engine, calendar: Calendar, to: pathlib.Path) -> int:
    """Writes one Example for each customer who bought in the test week; returns their number.

    Columns: `customer_id`, `purchased` (distinct article ids), and what figures are sliced by: `age_group`,
    `club_member_status`, `activity` (purchases in the 30 days before the cut: none, few, many) and `standing`
    (`new` without a purchase before the cut, or `returning`).
    """
    judged = engine.query(
        f"""
        with bought as (
            select customer_row, article_row from purchases
            where day >= {calendar.cut} and day < {calendar.end}
            group by customer_row, article_row
        ),

        known as (
            select customer_row, sum(case when day >= {calendar.cut} - 30 then quantity else 0 end) as lately
            from purchases where day < {calendar.cut} group by customer_row
        )

        select
            c.{columns.CUSTOMER_ID},
            b.purchased,
            case when c.age is null then 'unknown' when c.age < 25 then 'below 25' when c.age < 35 then '25 to 34'
                when c.age < 50 then '35 to 49' else '50 and older' end as age_group,
            coalesce(c.{columns.CLUB_STATUS}, 'unknown') as {columns.CLUB_STATUS},
            case when coalesce(k.lately, 0) = 0 then 'none' when k.lately < 5 then 'few' else 'many' end as activity,
            case when k.customer_row is null then 'new' else 'returning' end as standing
        from (
            select customer_row, list(a.{columns.ARTICLE_ID} order by article_row) as purchased
            from bought inner join article_rows as a using (article_row)
            group by customer_row
        ) as b
        inner join customer_rows as c using (customer_row)
        left join known as k using (customer_row)
        order by customer_row
        """
    )
    write_examples(judged, to / f"Split-{JUDGED_SPLIT}")
    return judged.num_rows


def write_labels(engine: Engine, first: int, end: int, to: pathlib.Path) -> None:
    """Writes what was bought in `[first, end)`: distinct (customer_row, article_row), sorted."""
    engine.write_query(
        f"select customer_row, article_row from purchases where day >= {first} and day < {end} "
        "group by customer_row, article_row order by customer_row, article_row",
        to,
    )
