"""The figures beyond accuracy of the model, of the simple baselines, and of what the customers bought."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from components.insights.answers import Answers
from components.insights.files import BOUGHT
from components.insights.shop_articles import ShopArticles
from models.beyond_accuracy import (
    coverage,
    deciles_of_popularity,
    intra_list_diversity,
    kinds_per_list,
    novelty,
    self_information,
    share_of,
    shares_by_decile,
)

WINDOW_DAYS = 28  # of popularity, of articles on sale and of new arrivals; the state counts purchases of 28 days


def figures_of_reach(
    answers: Answers, bought: list[list[int]], articles: ShopArticles, *, cut: int, num_customers: int
) -> dict[str, Any]:
    """Computes the figures of `models.beyond_accuracy` for each ranking, and those of the purchases that have a sense.

    On sale is an article that was bought in the last 28 days before the cut. A new arrival was not bought earlier than
    that. Purchases are lists of any length, so they have no diversity.

    Args:
        answers: rankings of a sample of customers.
        bought: article rows that each of them bought in the test week.
        articles: articles of the state.
        cut: day of the state.
        num_customers: number of customers of the shop.

    Returns:
        A tree for JSON; figures that do not exist are null.
    """
    purchases, first_day = articles.number("purchases_28d"), articles.number("first_day")
    everything, on_sale = np.ones(len(purchases), dtype=bool), purchases > 0
    arrivals = (first_day < 0) | (first_day >= cut - WINDOW_DAYS)
    deciles = deciles_of_popularity(purchases)
    information = self_information(articles.number("customers"), num_customers)

    def of_lists(lists: npt.NDArray[np.int32]) -> dict[str, Any]:
        return {
            "coverage": _finite(coverage(lists, everything)),
            "coverage_on_sale": _finite(coverage(lists, on_sale)),
            "novelty_bits": _finite(novelty(lists, information)),
            "new_arrivals": _finite(share_of(lists, arrivals)),
            "by_decile": shares_by_decile(lists, deciles),
        }

    rankings: dict[str, dict[str, Any]] = {
        name: {
            **of_lists(lists),
            "diversity": _finite(intra_list_diversity(lists, articles.vectors)),
            "product_types": _finite(kinds_per_list(lists, articles.product_types)),
        }
        for name, lists in answers.lists.items()
    }
    rankings[BOUGHT] = of_lists(np.array([[row for rows in bought for row in rows]], dtype=np.int32))
    return {
        "customers": len(bought),
        "articles": len(purchases),
        "on_sale": int(on_sale.sum()),
        "window_days": WINDOW_DAYS,
        "rankings": rankings,
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
