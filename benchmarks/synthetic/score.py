"""MAP@12 of the oracle and of the simple recommenders on the last week of a synthetic shop."""

import csv
import pathlib

import duckdb

from models.metrics import K, per_customer
from synthetic.shop import ORACLE
from transforms import columns

_OWN = """
    SELECT customer_id, list(article_id ORDER BY {order}, article_id)
    FROM (
        SELECT customer_id, article_id, max(t_dat) AS latest, count(DISTINCT t_dat) AS days
        FROM past GROUP BY ALL
    )
    GROUP BY customer_id
"""
_RECENT, _FREQUENT = "latest DESC, days DESC", "days DESC, latest DESC"


def map_at_12(shop: pathlib.Path, label_days: int = 7) -> dict[str, float]:
    """MAP@12 on the last `label_days` of a folder with H&M's transactions.

    Args:
        shop: folder of the CSVs.
        label_days: length of the test period in days.

    Returns:
        `popular_7_days`, `own_recent` and `own_frequent` (both followed by popular articles), and `oracle` if the
        folder has one.
    """
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    path = next(shop.glob(columns.FILES["transactions"] + "*"))
    connection.execute(
        "CREATE TABLE sales AS SELECT t_dat::DATE AS t_dat, customer_id, article_id "
        "FROM read_csv(?, all_varchar = true)",
        [str(path)],
    )
    connection.execute(
        f"CREATE TABLE past AS FROM sales WHERE t_dat <= (SELECT max(t_dat) FROM sales) - {int(label_days)}"
    )
    truth = dict(
        connection.execute(
            "SELECT customer_id, list(DISTINCT article_id) FROM sales "
            f"WHERE t_dat > (SELECT max(t_dat) FROM sales) - {int(label_days)} GROUP BY customer_id"
        ).fetchall()
    )
    popular = [
        row[0]
        for row in connection.execute(
            "SELECT article_id FROM past WHERE t_dat > (SELECT max(t_dat) FROM past) - 7 "
            f"GROUP BY article_id ORDER BY count(*) DESC, article_id LIMIT {K}"
        ).fetchall()
    ]
    rankings: dict[str, dict[str, list[str]]] = {"popular_7_days": {}}
    for name, order in (("own_recent", _RECENT), ("own_frequent", _FREQUENT)):
        rankings[name] = dict(connection.execute(_OWN.format(order=order)).fetchall())
    if (shop / ORACLE).exists():
        with (shop / ORACLE).open(newline="") as stream:
            rankings["oracle"] = {c: p.split() for c, p in list(csv.reader(stream))[1:]}
    return {name: _mean(truth, ranking, popular) for name, ranking in rankings.items()}


def _mean(truth: dict[str, list[str]], ranking: dict[str, list[str]], popular: list[str]) -> float:
    customers = sorted(truth)
    lists = []
    for customer in customers:
        own = ranking.get(customer, [])[:K]
        lists.append(own + [article for article in popular if article not in own])
    return float(per_customer(lists, [truth[customer] for customer in customers])["map_at_12"].mean())
