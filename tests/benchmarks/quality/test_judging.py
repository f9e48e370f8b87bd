"""The figures of the tiny shop's model, each computed in another way."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.quality.judging import judge, to_judge
from benchmarks.quality.purchase_history import read_history
from models.metrics import per_customer
from tests.tiny_shop import ARTICLES, article_id, customer_id, purchases
from tests.tiny_training import RECOMMENDER

NOBODY, NEVER_SOLD, UNKNOWN = "nobody", article_id(ARTICLES - 1), "9999999999"
BOUGHT = {
    customer_id(0): {article_id(0), NEVER_SOLD, UNKNOWN},
    customer_id(1): {article_id(3)},
    customer_id(4): {article_id(5), article_id(6)},
    NOBODY: {article_id(0)},
}


@pytest.fixture(scope="module")
def recommender(tiny, trained, builder):
    weights = trained / "weights"
    return builder.build(tiny.calendar.end, weights / "towers", weights / "ranking")


@pytest.fixture(scope="module")
def judged(tiny):
    return to_judge(tiny.states, BOUGHT, read_history(tiny.tables, tiny.calendar.end, BOUGHT))


@pytest.fixture(scope="module")
def figures(recommender, judged):
    return judge(recommender, judged, detailed=True, sampled=True, seed=0)


def ids(recommender, rows) -> list[list[str]]:
    names = [name.decode() for name in recommender.state.article_ids.numpy()]
    return [[names[row] for row in each if names[row]] for each in rows]


def test_earlier_purchases_are_counted_in_the_transactions(tiny):
    before = tiny.calendar.cut
    history = read_history(tiny.tables, before, BOUGHT)
    first = [row for row in purchases() if row[1] == customer_id(0) and row[0] < before]

    assert history.purchases[0] == len(first)
    assert history.articles[0] == {row[2] for row in first}
    assert history.purchases[3] == 0
    assert NEVER_SOLD not in history.sold
    assert history.sold == {row[2] for row in purchases() if row[0] < before}


def test_recommendations_are_those_of_the_graph(recommender, judged, figures):
    rows = recommender.recommend(recommender.query(tf.constant(judged.customers)), 12).article_rows.numpy()
    expected = per_customer(ids(recommender, rows), list(BOUGHT.values()))

    for metric, values in expected.items():
        np.testing.assert_allclose(figures["rankings"]["recommended"][metric], values, atol=1e-6)


def test_candidates_are_those_of_the_graph(recommender, judged, figures):
    rows = recommender.candidates(recommender.query(tf.constant(judged.customers))).article_rows.numpy()
    proposed = ids(recommender, rows)
    shares = [len(set(p) & b) / len(b) for p, b in zip(proposed, BOUGHT.values(), strict=True)]

    np.testing.assert_allclose(figures["candidates"]["found"], shares, atol=1e-6)
    assert figures["candidates"]["number"] == [len(p) for p in proposed]


def test_a_channel_alone_and_the_candidates_without_it(recommender, judged, figures, tiny, trained, builder):
    channels = RECOMMENDER.channels.replace(towers=0)
    other = builder.with_config(RECOMMENDER.replace(channels=channels)).build(
        tiny.calendar.end, trained / "weights" / "towers"
    )
    query = other.query(tf.constant(judged.customers))
    without = ids(other, other.candidates(query).article_rows.numpy())
    nearest, _ = recommender.index(query.embeddings, RECOMMENDER.channels.towers)
    alone = ids(recommender, nearest.numpy())

    for what, lists in (("without", without), ("own", alone)):
        shares = [len(set(p) & b) / len(b) for p, b in zip(lists, BOUGHT.values(), strict=True)]
        np.testing.assert_allclose(figures["channels"]["towers"][what], shares, atol=1e-6)
    assert set(figures["channels"]) == set(RECOMMENDER.channels.model_dump())


def test_popular_articles_of_the_segment_are_followed_by_popular_articles(recommender, judged, figures):
    state = recommender.state
    lists = []
    for customer in judged.customers:
        segment = int(state.customer_segments.numpy()[customer])
        rows = [*state.popular_rows.numpy()[segment], *state.popular_rows.numpy()[0]]
        lists.append(list(dict.fromkeys(row for row in rows if row < state.num_articles))[:12])
    expected = per_customer(ids(recommender, lists), list(BOUGHT.values()))["map_at_12"]

    np.testing.assert_allclose(figures["rankings"]["popular_in_segment"]["map_at_12"], expected, atol=1e-6)


def test_never_sold_articles_are_counted_even_if_unknown(figures):
    assert figures["never_sold"]["purchases"] == 7
    assert figures["never_sold"]["new"] == 2
    assert figures["never_sold"]["popular"] == 0


def test_earlier_purchases_are_not_new(recommender, judged, figures):
    new = [b - p for b, p in zip(judged.bought, judged.known_past, strict=True)]

    assert len(figures["new_only"]["exclude_purchased"]["map_at_12"]) == sum(map(bool, new))
    assert figures["past"][3] == "none"


def test_the_ranker_scores_four_random_articles_for_each_purchase(figures):
    sampled = figures["sampled"]

    assert sampled["positives"] == 6  # the seventh is not in the catalogue
    assert 0 < sampled["negatives"] <= 24
    assert 0 <= sampled["auc"] <= 1


def test_without_a_ranking_network_candidates_keep_the_order_of_their_fusion(tiny, trained, judged, builder):
    unranked = builder.build(tiny.calendar.end, trained / "weights" / "towers")

    figures = judge(unranked, judged, detailed=False, sampled=True, seed=0)

    assert figures["rankings"]["recommended"] == figures["rankings"]["fused"]
    assert "sampled" not in figures
    assert "channels" not in figures
