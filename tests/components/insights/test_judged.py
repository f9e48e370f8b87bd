"""Customers are read from the judged Examples, and chosen by seed so that the slices take turns."""

import collections

from components.insights.judged import JudgedCustomers, choose_by_slice, read_judged
from tests.tiny_shop import purchases

AGES = ["young"] * 50 + ["old"] * 45 + ["unknown"] * 5


def customers(count=100):
    standing = ["new" if number % 10 == 0 else "returning" for number in range(count)]
    ids = [f"c{number}" for number in range(count)]
    return JudgedCustomers(ids, {"age": AGES[:count], "standing": standing}, [["a"]] * count)


def test_slices_take_turns_and_each_customer_has_the_value_it_was_drawn_from():
    chosen = choose_by_slice(customers(), 8, seed=0)
    positions = [position for position, _ in chosen]
    assert len(set(positions)) == 8
    of = customers().slices
    assert all(of[name.partition("=")[0]][position] == name.partition("=")[2] for position, name in chosen)
    assert collections.Counter(name.partition("=")[0] for _, name in chosen) == {"age": 4, "standing": 4}
    assert collections.Counter(name for _, name in chosen)["standing=new"] == 2
    assert len({name for _, name in chosen}) == 5


def test_the_choice_is_that_of_the_seed():
    first, again, other = (choose_by_slice(customers(), 8, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_fewer_customers_than_wanted_are_all_chosen():
    assert sorted(position for position, _ in choose_by_slice(customers(3), 8, seed=0)) == [0, 1, 2]
    assert choose_by_slice(customers(0), 8, seed=0) == []


def test_the_judged_customers_have_the_purchases_of_the_test_week(tiny):
    found = read_judged(tiny.root / "judged")
    bought = collections.defaultdict(set)
    for day, customer, article, _ in purchases():
        if day >= tiny.calendar.cut:
            bought[customer].add(article)
    assert {customer: set(articles) for customer, articles in zip(found.ids, found.bought, strict=True)} == bought
    assert set(found.slices["standing"]) <= {"new", "returning"}
    assert len(found.sample(5, seed=3)) == 5
