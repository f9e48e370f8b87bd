"""Needs: tables of the state for the probability that a customer buys from each group of articles in the next week.

One model for each of `NEED_KINDS`, see `need_model.py`. The served graph computes the probabilities from these tables
and the customer's history (`models/recommender/needs.py`).
"""

from collections.abc import Sequence

import pyarrow as pa

from components.features.config import FeaturesConfig
from components.features.engine import Engine
from components.features.need_model import NeedModel, NeedTables
from components.features.purchases import Purchases
from transforms.group_codes import group_codes
from transforms.needs import INTERCEPT, NEED_INPUTS, NEED_KINDS, NEED_WEEKS


def read_groups(engine: Engine) -> pa.Table:
    """Reads the columns `NEED_KINDS` of all articles, sorted by row.

    Args:
        engine: engine after `states.prepare`.
    """
    return engine.query(f"select {', '.join(NEED_KINDS)} from article_rows order by article_row")


class Needs:
    """The models of all kinds, learned week by week.

    Args:
        purchases: purchases of all days. A state reads only those before its day.
        articles: the columns `NEED_KINDS` of all articles, sorted by row.
        days: day numbers of the states, ascending, whole weeks apart.
        config: history length, half-life and settings of the next basket.
        label_days: length of a week, in days.
    """

    def __init__(
        self,
        purchases: Purchases,
        articles: pa.Table,
        days: Sequence[int],
        config: FeaturesConfig,
        label_days: int,
    ):
        self._names: dict[str, list[str]] = {}
        self._models: dict[str, NeedModel] = {}
        for kind in NEED_KINDS:
            codes, names = group_codes(articles[kind])
            self._names[kind] = names
            self._models[kind] = NeedModel(purchases, codes, len(names), days, config, label_days)

    def tables(self, as_of: int) -> dict[str, pa.Table]:
        """Learns from the weeks before a day and returns the tables of its state.

        Args:
            as_of: one of the days, later than the one before.

        Returns:
            `needs`: `kind`, `input` (one of `NEED_INPUTS`, or `INTERCEPT`) and `weight` float32. `need_groups`: `kind`,
            `group_code` int32, `name` and `popularity_<weeks>w` float32, sorted by code. `need_neighbours`: `kind`,
            `group_code`, `neighbour_code` int32 and `score` float32; the code that follows the last one stands for
            articles without a group.
        """
        parts: dict[str, list[pa.Table]] = {"needs": [], "need_groups": [], "need_neighbours": []}
        for kind, model in self._models.items():
            model.learn(as_of)
            fitted = model.tables(as_of)
            parts["needs"].append(_weights(kind, fitted))
            parts["need_groups"].append(_groups(kind, self._names[kind], fitted))
            parts["need_neighbours"].append(_neighbours(kind, fitted))
        return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _weights(kind: str, fitted: NeedTables) -> pa.Table:
    names = [*NEED_INPUTS, INTERCEPT]
    weights = pa.array([*fitted.weights, fitted.intercept], pa.float32())
    return pa.table({"kind": [kind] * len(names), "input": names, "weight": weights})


def _groups(kind: str, names: list[str], fitted: NeedTables) -> pa.Table:
    return pa.table(
        {
            "kind": pa.array([kind] * len(names), pa.string()),
            "group_code": pa.array(range(len(names)), pa.int32()),
            "name": pa.array(names, pa.string()),
            **{
                f"popularity_{weeks}w": pa.array(shares, pa.float32())
                for weeks, shares in zip(NEED_WEEKS, fitted.popularity, strict=True)
            },
        }
    )


def _neighbours(kind: str, fitted: NeedTables) -> pa.Table:
    table = fitted.neighbours.rename_columns(["group_code", "neighbour_code", "score"])
    return table.add_column(0, "kind", pa.array([kind] * len(table), pa.string()))
