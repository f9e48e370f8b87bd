"""Queries hold the purchases before their day and those to recommend, worked out by hand."""

import numpy as np

from benchmarks.quality.time_split.queries import BASKETS, CUSTOMERS, queries
from models.retrieval.purchases import sort_purchases

# (customer, day, article); the judged part begins on day 5.
BOUGHT = [(0, 1, 7), (0, 4, 8), (0, 5, 7), (0, 5, 9), (0, 8, 9), (0, 8, 3), (1, 2, 7), (2, 6, 4), (3, 5, 1), (3, 9, 1)]


def arrays():
    customers, days, articles = (np.array(column) for column in zip(*BOUGHT, strict=True))
    return sort_purchases(customers, articles, days, np.zeros(len(days)))


def asked(kind):
    purchases = arrays()
    found = queries(purchases, 5, kind)
    assert purchases.customer_rows[found.positions].tolist() == found.customers.tolist()
    days = purchases.days[found.positions].tolist()
    return list(zip(found.customers.tolist(), days, found.past, found.bought, strict=True))


def test_a_customer_is_asked_once_for_everything_from_the_first_day_on():
    assert asked(CUSTOMERS) == [
        (0, 5, {7, 8}, {7, 9, 3}),
        (2, 6, set(), {4}),
        (3, 5, set(), {1}),
    ]


def test_a_basket_is_asked_for_the_purchases_of_its_day():
    assert asked(BASKETS) == [
        (0, 5, {7, 8}, {7, 9}),
        (0, 8, {7, 8, 9}, {9, 3}),
        (2, 6, set(), {4}),
        (3, 5, set(), {1}),
        (3, 9, {1}, {1}),
    ]


def test_only_what_is_new_to_the_customer_can_be_kept():
    new = queries(arrays(), 5, BASKETS).only_new()
    assert list(zip(new.customers.tolist(), new.bought, strict=True)) == [(0, {9}), (0, {3}), (2, {4}), (3, {1})]
    assert new.past == [{7, 8}, {7, 8, 9}, set(), set()]
