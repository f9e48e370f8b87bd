"""Looks in the graph: the utilities that Features fitted, in the groups and order of the probabilities."""

import numpy as np
import pytest
import tensorflow as tf

from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.look_catalogue import read_catalogue
from components.features.look_model import fit
from components.features.look_sales import read_sales
from components.features.looks import Looks as LookWriter
from components.features.purchases import read_purchases
from components.features.states import StateWriter, prepare
from models.recommender.look_tables import load_look_tables
from models.recommender.looks import Looks
from models.recommender.rules import Rules
from models.recommender.state import State, load_tables
from tests import tiny_shop
from transforms.content import CONTENT_FILE

GROUPS = ("Jersey", "Trousers", "Shoes", "Knitwear", "Socks", "Dresses")
DAY = tiny_shop.FIRST_DAY + tiny_shop.DAYS


def articles(groups=GROUPS):
    rows = tiny_shop.raw_articles()
    for i, row in enumerate(rows):  # all articles of a product are of one group
        row["garment_group_name"] = groups[i // 3 % len(groups)]
        row["graphical_appearance_name"] = ["Solid", "Stripe", None][i % 3]
    return rows


class Shop:
    """A shop with its state as of `DAY`: the graph, and what Features computed it from."""

    def __init__(self, root, rows, purchases):
        tiny_shop.write_tables(root / "tables", rows, tiny_shop.raw_customers(), purchases)
        engine = DuckDbEngine(root)
        prepare(engine, root / "tables", root / "states")
        tiny_shop.write_vectors(root / "tables", root / "states")
        config = FeaturesConfig()
        StateWriter(engine, [DAY], config, tiny_shop.LABEL_DAYS).write(DAY, root / "states")
        catalogue = read_catalogue(engine, root / "states" / CONTENT_FILE)
        self.writer = LookWriter(
            read_purchases(engine),
            catalogue,
            lambda day, window_days: read_sales(engine, catalogue.size, day, window_days),
            config,
            tiny_shop.LABEL_DAYS,
        )
        self.facts, self.weights = self.writer.facts(DAY), fit(self.writer.examples(DAY))
        self.state = State(load_tables(root / "states", DAY))
        self.looks = Looks(load_look_tables(root / "states", DAY), self.state)

    def ask(self, rows, customers=None, excluded=None, k=5):
        """The answer as lists: for each article, (group, article rows, scores)."""
        rows = np.asarray(rows, np.int32)
        customers = np.full(len(rows), self.state.num_customers) if customers is None else customers
        excluded = np.zeros((len(rows), 0)) if excluded is None else excluded
        rows, customers, excluded = (tf.constant(each, tf.int32) for each in (rows, customers, excluded))
        answer = self.looks(rows, customers, Rules(excluded), k)
        names, found, scores = answer.groups.numpy(), answer.article_rows.numpy(), answer.scores.numpy()
        return [
            [(names[i, g].decode(), found[i, g].tolist(), scores[i, g]) for g in range(names.shape[1]) if names[i, g]]
            for i in range(len(rows))
        ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return Shop(tmp_path_factory.mktemp("looks"), articles(), tiny_shop.purchases())


def expected(shop, anchor, customer, excluded=()):
    """The answer by the inputs and weights of Features, with loops: {group: {article: probability}} in order."""
    facts, anchors = shop.facts, np.array([anchor], np.int32)
    tastes = shop.writer.tastes(np.array([customer], np.int32), DAY)
    group_scores = (facts.group_inputs(anchors) @ shop.weights.groups)[0]
    answer = {}
    for position in np.argsort(-group_scores, kind="stable"):
        if facts.kept[position] == facts.groups[anchor]:
            continue
        utilities = facts.inputs(position, anchors, tastes)[0] @ shop.weights.articles
        powers = {
            int(row): float(np.exp(utility))
            for row, utility in zip(facts.candidates[position], utilities, strict=True)
            if row // 3 != anchor // 3 and row not in excluded
        }
        name = facts.catalogue.names[facts.kind][facts.kept[position]]
        if powers:
            answer[name] = {row: power / sum(powers.values()) for row, power in powers.items()}
    return dict(list(answer.items())[:4])


@pytest.mark.parametrize("customer", [0, 7, tiny_shop.CUSTOMERS - 1])
def test_the_graph_answers_by_the_fitted_utilities(shop, customer):
    anchors = list(range(tiny_shop.ARTICLES))
    excluded = np.tile([2, 9, 16], (len(anchors), 1))
    for anchor, answer in zip(
        anchors, shop.ask(anchors, [customer] * len(anchors), excluded, k=tiny_shop.ARTICLES), strict=True
    ):
        wanted = expected(shop, anchor, customer, (2, 9, 16))
        assert [name for name, *_ in answer] == list(wanted)
        for name, rows, scores in answer:
            rows = [row for row in rows if row < tiny_shop.ARTICLES]
            np.testing.assert_allclose(scores[: len(rows)], [wanted[name][row] for row in rows], rtol=2e-3)
            assert set(rows) == set(wanted[name])
            assert (np.diff(scores) <= 0).all()


def test_the_weights_are_fitted_and_customers_have_a_taste(shop):
    assert shop.weights.choices > 50
    anchors = [0, 4, 20]
    with_taste, without = shop.ask(anchors, [0] * 3), shop.ask(anchors)
    for taste, none in zip(with_taste, without, strict=True):
        assert [name for name, *_ in taste] == [name for name, *_ in none]  # groups depend on the article alone
    assert any(
        not np.allclose(a[2], b[2])
        for taste, none in zip(with_taste, without, strict=True)
        for a, b in zip(taste, none, strict=True)
    )


def test_no_answer_has_the_article_a_variant_its_group_or_an_excluded_article(shop):
    anchors = list(range(tiny_shop.ARTICLES))
    excluded = np.stack([np.random.default_rng(i).choice(tiny_shop.ARTICLES, 8) for i in anchors])
    for anchor, gone, answer in zip(anchors, excluded, shop.ask(anchors, excluded=excluded, k=30), strict=True):
        rows = {row for _, found, _ in answer for row in found if row < tiny_shop.ARTICLES}
        assert not rows & {anchor, *gone}
        assert not {row // 3 for row in rows} & {anchor // 3}
        assert GROUPS[anchor // 3 % len(GROUPS)] not in {name for name, *_ in answer}


def test_excluded_articles_are_replaced_by_the_next_ones(shop):
    (plain,) = shop.ask([0], k=30)
    for name, rows, _ in plain:
        real = [row for row in rows if row < tiny_shop.ARTICLES]
        ((_, left, _),) = [each for each in shop.ask([0], excluded=[real[:2]], k=30)[0] if each[0] == name] or [
            (0, [], 0)
        ]
        assert [row for row in left if row < tiny_shop.ARTICLES] == real[2:]


def test_an_unknown_article_has_an_empty_answer(shop):
    answer = shop.looks(tf.constant([tiny_shop.ARTICLES]), tf.constant([0]), Rules(tf.constant([[0]])), 3)
    assert answer.groups.numpy().tolist() == [[b""] * 4]
    assert answer.article_rows.numpy().tolist() == [[[tiny_shop.ARTICLES] * 3] * 4]
    assert (answer.scores.numpy() == 0).all()


def test_an_article_never_sold_is_answered(shop):
    assert not [row for *_, row in tiny_shop.purchases() if row == tiny_shop.ARTICLES - 1]
    (answer,) = shop.ask([tiny_shop.ARTICLES - 1])
    assert len(answer) == 4


def test_later_purchases_do_not_change_the_tables(shop, tmp_path):
    week = DAY - tiny_shop.LABEL_DAYS
    before = [purchase for purchase in tiny_shop.purchases() if purchase[0] < week]
    ended = Shop(tmp_path, articles(), before)
    earlier, seen = ended.writer.tables(week), shop.writer.tables(week)
    for name, table in earlier.items():
        assert table == seen[name], name
    assert seen["look_groups"] != shop.writer.tables(DAY)["look_groups"]


def test_the_answer_for_one_article_does_not_depend_on_the_batch(shop):
    (alone,) = shop.ask([3], [5])
    together = shop.ask([8, 3, 29], [1, 5, 2])[1]
    for (name, rows, scores), (other_name, other_rows, other_scores) in zip(alone, together, strict=True):
        assert (name, rows) == (other_name, other_rows)
        np.testing.assert_allclose(scores, other_scores, rtol=1e-5)


def test_a_shop_of_one_garment_group_is_completed_by_product_types(tmp_path):
    shop = Shop(tmp_path, articles(("Jersey",)), tiny_shop.purchases())
    (answer,) = shop.ask([0])  # trousers
    assert {name for name, *_ in answer} == {"Vest top", "Coat"}


def test_a_shop_of_one_group_completes_nothing(tmp_path):
    rows = [{**row, "product_type_name": "Coat"} for row in articles(("Jersey",))]
    shop = Shop(tmp_path, rows, tiny_shop.purchases())
    assert shop.ask([0, 5]) == [[], []]


def test_a_shop_without_baskets_answers_popular_articles(tmp_path):
    """Each customer buys one article a day: nothing can be learned but popularity."""
    bought = {}
    for day, customer, article, price in tiny_shop.purchases():
        bought.setdefault((day, customer), (day, customer, article, price))
    shop = Shop(tmp_path, articles(), sorted(bought.values()))
    assert shop.weights.choices == 0
    (answer,) = shop.ask([0], k=30)
    assert answer
    for _, rows, _ in answer:
        real = np.array([row for row in rows if row < tiny_shop.ARTICLES])
        popularity = shop.facts.popularity_inputs(real).sum(axis=0)
        assert (np.diff(popularity) <= 1e-6).all()
