"""The SQL of `joined`, for DuckDB. Braces are filled in by `str.format`; `$name` are parameters."""

from __future__ import annotations

from components.ingest.numbers import day_sql
from transforms.columns import ARTICLE_ID, CUSTOMER_ID, DAY

# Properties of a shown article by which hit rates are grouped: name and SQL expression.
PROPERTIES = {
    "version": "version::VARCHAR",
    "label": "nullif(label, '')",
    "position": "position",
    "reason": "unnest(reasons)",
    "channel": "unnest(channels)",
    "past purchases": """CASE WHEN past = 0 THEN 'none' WHEN past < 5 THEN '1 to 4'
        WHEN past < 20 THEN '5 to 19' ELSE '20 and more' END""",
    "activity": "CASE WHEN units_30d = 0 THEN 'none' WHEN units_30d < 5 THEN 'few' ELSE 'many' END",
}
# Rows that ingest would reject have no day. A day after tomorrow is mistyped: it would let purchases of days that are
# still to come count as missing.
TRANSACTIONS = f"""
CREATE VIEW transactions AS
SELECT * FROM (
    SELECT {day_sql(f"trim({DAY})").replace("{", "{{").replace("}", "}}")} AS day,
        trim({CUSTOMER_ID}) AS customer, trim({ARTICLE_ID}) AS article
    FROM read_csv({{path}}, header = true, delim = ',', quote = '"', escape = '"', all_varchar = true)
) WHERE day <= current_date + 1
"""
PURCHASES = """
CREATE TABLE purchases AS
SELECT ids.customer, t.article, t.day, count(*) AS units
FROM transactions AS t JOIN ids ON ids.id = t.customer
WHERE ids.customer IN (SELECT customer FROM logged)
GROUP BY ALL
"""
KNOWN = """
SELECT count(*) FILTER (customer IN (SELECT customer FROM purchases)), count(*)
FROM (SELECT DISTINCT customer FROM logged)
"""
SHOWN = """
CREATE TABLE shown AS
WITH counted AS (
    SELECT
        customer, article, day, version, label, min(position) AS position,
        arg_min(channels, position) AS channels, arg_min(reasons, position) AS reasons
    FROM logged WHERE day <= $last GROUP BY ALL
),
past AS (
    SELECT
        c.customer, c.day, count(p.article) AS past,
        coalesce(sum(p.units) FILTER (p.day >= c.day - $recent::INT), 0) AS units_30d
    FROM (SELECT DISTINCT customer, day FROM counted) AS c
    LEFT JOIN purchases AS p ON p.customer = c.customer AND p.day < c.day
    GROUP BY ALL
)
SELECT
    c.*, past.past, past.units_30d,
    EXISTS (
        FROM purchases AS p
        WHERE p.customer = c.customer AND p.article = c.article AND p.day >= c.day AND p.day < c.day + $days::INT
    ) AS bought
FROM counted AS c JOIN past USING (customer, day)
"""
ANSWERS = (
    "CREATE TABLE answers AS SELECT customer, day, version, label, bool_or(bought) AS bought FROM shown GROUP BY ALL"
)
_SUMS = "count(*), sum(n), sum(h), sum(n * n), sum(n * h), sum(h * h)"
TOTALS = f"""
SELECT {_SUMS} FROM (
    SELECT customer, count(*) AS n, count(*) FILTER (bought) AS h FROM {{table}} WHERE {{where}} GROUP BY customer
)
"""
TOTALS_BY = f"""
SELECT key, {_SUMS} FROM (
    SELECT key, customer, count(*) AS n, count(*) FILTER (bought) AS h
    FROM (SELECT {{key}} AS key, customer, bought FROM shown) WHERE key IS NOT NULL GROUP BY key, customer
) GROUP BY key ORDER BY sum(n) DESC, key
"""
INFLUENCE = """
SELECT
    sum(((hb - $rate_b * nb) / $shown_b - (ha - $rate_a * na) / $shown_a) ** 2),
    count(*) FILTER (na > 0 AND nb > 0)
FROM (
    SELECT
        count(*) FILTER ({a}) AS na, count(*) FILTER ({a} AND bought) AS ha,
        count(*) FILTER ({b}) AS nb, count(*) FILTER ({b} AND bought) AS hb
    FROM shown WHERE ({a}) OR ({b}) GROUP BY customer
)
"""
