"""Compares statistics of a synthetic shop with those of real data in the same layout.

    python -m benchmarks.synthetic.compare SHOP_DIR REAL_DIR

Both folders contain H&M's three CSVs, plain or gzip.
"""

import pathlib
import sys

import duckdb

from benchmarks.synthetic.score import map_at_12
from transforms import columns

_TOP = "SELECT sum(n) FILTER (r <= {share} * total) / sum(n) FROM {table}"
_STATISTICS = {
    "transactions": "SELECT count(*) FROM sales",
    "days": "SELECT max(t_dat) - min(t_dat) + 1 FROM sales",
    "articles sold": "SELECT count(DISTINCT article_id) FROM sales",
    "basket rows, mean": "SELECT avg(n) FROM baskets",
    "basket rows, median": "SELECT median(n) FROM baskets",
    "basket rows, 95 %": "SELECT quantile_cont(n, 0.95) FROM baskets",
    "baskets of one row": "SELECT avg((n = 1)::INT) FROM baskets",
    "rows that repeat a row of the day": "SELECT 1 - (SELECT count(*) FROM bought) / count(*) FROM sales",
    "bought again, later day": "SELECT avg((t_dat > first)::INT) FROM bought",
    "same product again, later day": "SELECT avg((t_dat > first_product)::INT) FROM bought",
    "rows per customer, mean": "SELECT avg(n) FROM per_customer",
    "rows per customer, 10 %": "SELECT quantile_cont(n, 0.1) FROM per_customer",
    "rows per customer, median": "SELECT median(n) FROM per_customer",
    "rows per customer, 90 %": "SELECT quantile_cont(n, 0.9) FROM per_customer",
    "rows per customer, 90 % / median": "SELECT quantile_cont(n, 0.9) / median(n) FROM per_customer",
    "visit days per customer, mean": "SELECT count(*) / count(DISTINCT customer_id) FROM baskets",
    "top 1 % of articles, share of rows": _TOP.format(share=0.01, table="per_article"),
    "top 10 % of articles, share of rows": _TOP.format(share=0.1, table="per_article"),
    "top 1 % of articles, last 7 days": _TOP.format(share=0.01, table="per_article_week"),
    "top 10 % of articles, last 7 days": _TOP.format(share=0.1, table="per_article_week"),
    "articles sold, last 7 days": "SELECT count(*) FROM per_article_week",
    "customers, last 7 days": "SELECT count(DISTINCT customer_id) FROM last_week",
    "sold online (channel 2)": "SELECT avg((sales_channel_id = '2')::INT) FROM sales",
    "price, 5 %": "SELECT quantile_cont(price, 0.05) FROM sales",
    "price, median": "SELECT median(price) FROM sales",
    "price, mean": "SELECT avg(price) FROM sales",
    "price, 95 %": "SELECT quantile_cont(price, 0.95) FROM sales",
    "busiest weekday / quietest": "SELECT max(n) / min(n) FROM "
    "(SELECT count(*) / count(DISTINCT t_dat) AS n FROM sales GROUP BY dayofweek(t_dat))",
    "variants per product": "SELECT count(*) / count(DISTINCT product_code) FROM articles",
    "FN null": "SELECT avg((FN IS NULL)::INT) FROM customers",
    "Active null": "SELECT avg((Active IS NULL)::INT) FROM customers",
    "club_member_status null": "SELECT avg((club_member_status IS NULL)::INT) FROM customers",
    "club ACTIVE": "SELECT avg((club_member_status = 'ACTIVE')::INT) FROM customers",
    "fashion_news_frequency null": "SELECT avg((fashion_news_frequency IS NULL)::INT) FROM customers",
    "news Regularly": "SELECT avg((fashion_news_frequency = 'Regularly')::INT) FROM customers",
    "age null": "SELECT avg((age IS NULL)::INT) FROM customers",
    "age, 10 %": "SELECT quantile_cont(age::DOUBLE, 0.1) FROM customers",
    "age, median": "SELECT median(age::DOUBLE) FROM customers",
    "age, 90 %": "SELECT quantile_cont(age::DOUBLE, 0.9) FROM customers",
    "detail_desc null": "SELECT avg((detail_desc IS NULL)::INT) FROM articles",
    "detail_desc characters, median": "SELECT median(length(detail_desc)) FROM articles",
}
_VIEWS = """
    CREATE TABLE sales AS
        SELECT t_dat::DATE AS t_dat, customer_id, article_id, price::DOUBLE AS price, sales_channel_id
        FROM raw_transactions;
    CREATE TABLE baskets AS SELECT customer_id, t_dat, count(*) AS n FROM sales GROUP BY ALL;
    CREATE TABLE per_customer AS SELECT customer_id, count(*) AS n FROM sales GROUP BY ALL;
    CREATE TABLE bought AS SELECT *,
            min(t_dat) OVER (PARTITION BY customer_id, article_id) AS first,
            min(t_dat) OVER (PARTITION BY customer_id, article_id[:7]) AS first_product
        FROM (SELECT DISTINCT customer_id, article_id, t_dat FROM sales);
    CREATE VIEW last_week AS SELECT * FROM sales WHERE t_dat > (SELECT max(t_dat) FROM sales) - 7;
    CREATE VIEW per_article AS SELECT n, row_number() OVER (ORDER BY n DESC) AS r, count(*) OVER () AS total
        FROM (SELECT count(*) AS n FROM sales GROUP BY article_id);
    CREATE VIEW per_article_week AS
        SELECT n, row_number() OVER (ORDER BY n DESC) AS r, count(*) OVER () AS total
        FROM (SELECT count(*) AS n FROM last_week GROUP BY article_id);
"""


def statistics(folder: pathlib.Path) -> dict[str, float | None]:
    """The statistics of one folder; None if a statistic is not defined.

    Args:
        folder: folder of the three CSVs.

    Raises:
        FileNotFoundError: a table is missing.
    """
    connection = duckdb.connect()
    for table in columns.TABLES:
        file = columns.FILES[table]
        found = sorted(folder.glob(file + "*"))
        if not found:
            raise FileNotFoundError(f"no {file} in {folder}")
        name = "raw_transactions" if table == "transactions" else table
        connection.execute(
            f"CREATE TABLE {name} AS FROM read_csv(?, all_varchar = true, header = true)",
            [str(found[0])],
        )
    connection.execute(_VIEWS)
    result = {}
    for name, query in _STATISTICS.items():
        row = connection.execute(query).fetchone()
        result[name] = None if row is None or row[0] is None else float(row[0])
    return result


def main(arguments: list[str]) -> int:
    """Prints the table."""
    if len(arguments) != 2:
        print("usage: python -m benchmarks.synthetic.compare SHOP_DIR REAL_DIR", file=sys.stderr)
        return 2
    folders = [pathlib.Path(argument) for argument in arguments]
    sides = [statistics(folder) for folder in folders]
    print(f"{'':38}{'synthetic':>12}{'real':>12}")
    for name in _STATISTICS:
        print(f"{name:38}" + "".join(f"{_text(side[name]):>12}" for side in sides))
    scores = [map_at_12(folder) for folder in folders]
    for name in scores[0]:
        print(f"{'MAP@12 ' + name:38}" + "".join(f"{_text(score.get(name)):>12}" for score in scores))
    return 0


def _text(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
