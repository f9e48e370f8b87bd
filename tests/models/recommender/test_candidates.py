"""Candidates of the tiny shop, compared with a merge in plain Python."""

import collections
import fractions
import types

import pytest
import tensorflow as tf
from pydantic import Field, create_model

from models.recommender import candidates, ops
from models.recommender.candidates import active_channels, find_candidates
from models.recommender.channels import CHANNELS
from models.recommender.config import ChannelsConfig, RecommenderConfig
from models.recommender.query import Query
from models.recommender.rules import Rules
from tests.tiny_shop import ARTICLES, CUSTOMERS
from transforms.errors import ConfigError

ALL_CUSTOMERS = tf.range(CUSTOMERS + 1)


def proposals(recommender, query):
    """Returns all proposals of each channel, `[batch, articles]` rows, best first."""
    return {
        name: ops.top_k(*CHANNELS[name](query, ARTICLES, recommender.index), ARTICLES, query.pad)[0].numpy()
        for name, _ in active_channels(recommender.config)
    }


def merged(recommender, proposed, customer, excluded=()):
    """Returns rows and bits, computed in plain Python: largest sum of 1 / (60 + rank) first, then the lower row.

    Each channel replaces excluded articles by its next best ones; those that no channel proposes otherwise rank last.
    """
    votes: dict[int, fractions.Fraction] = collections.defaultdict(fractions.Fraction)
    bits: dict[int, int] = collections.defaultdict(int)
    first: set[int] = set()
    for name, size in active_channels(recommender.config):
        first |= {row for row in proposed[name][customer][:size].tolist() if row < ARTICLES and row not in excluded}
    for bit, (name, size) in enumerate(active_channels(recommender.config)):
        real = [row for row in proposed[name][customer].tolist() if row < ARTICLES]
        allowed = [row for row in real if row not in excluded]
        in_place = [row for row in allowed[:size] if row not in first]
        for row in [*(row for row in real[:size] if row not in excluded), *in_place]:
            rank, behind = (allowed.index(row) + 1, 1000) if row in in_place else (real.index(row) + 1, 1)
            votes[row] += fractions.Fraction(1, (60 + rank) * behind)
            bits[row] |= 1 << bit
    best = sorted(votes, key=lambda row: (-votes[row], row))[: recommender.config.max_candidates]
    return best, [bits[row] for row in best]


@pytest.mark.parametrize("excluded", [(), (0, 3, 7, ARTICLES)])
def test_candidates_are_the_merged_best_of_all_channels(recommender, excluded):
    query = recommender.query(ALL_CUSTOMERS)
    rules = Rules(tf.tile([excluded], [CUSTOMERS + 1, 1])) if excluded else None
    found = find_candidates(query, recommender.nearest, recommender.config, rules)
    proposed = proposals(recommender, query)
    for customer in range(CUSTOMERS + 1):
        wanted, bits = merged(recommender, proposed, customer, excluded)
        padding = recommender.config.max_candidates - len(wanted)
        assert found.article_rows[customer].numpy().tolist() == wanted + [ARTICLES] * padding
        assert found.channel_bits[customer].numpy().tolist() == bits + [0] * padding
        assert len(set(wanted)) == len(wanted)
        for name, _ in active_channels(recommender.config):
            first = int(proposed[name][customer, 0])
            assert first in {*wanted, *excluded, ARTICLES}, f"the best of {name} is lost"


def test_candidates_are_limited_and_padded(recommender):
    rows = recommender.candidates(recommender.query(ALL_CUSTOMERS)).article_rows.numpy()
    real = (rows < ARTICLES).sum(axis=1)
    assert real.max() == recommender.config.max_candidates
    excluded = tf.tile([list(range(ARTICLES - 3))], [CUSTOMERS + 1, 1])
    rows = recommender.candidates(recommender.query(ALL_CUSTOMERS), Rules(excluded)).article_rows.numpy()
    assert (rows[:, 3:] == ARTICLES).all()
    assert (rows[:, :3] >= ARTICLES - 3).all()


@pytest.mark.parametrize("name", CHANNELS)
def test_a_single_channel_proposes_its_own_articles(recommender, name):
    only = ChannelsConfig(**{**dict.fromkeys(CHANNELS, 0), name: 5})
    config = recommender.config.replace(channels=only)
    assert active_channels(config) == [(name, 5)]
    found = find_candidates(recommender.query(ALL_CUSTOMERS), recommender.index, config)
    rows, bits = found.article_rows.numpy(), found.channel_bits.numpy()
    assert (rows[:, 5:] == ARTICLES).all()
    assert (bits == (rows < ARTICLES)).all()
    assert (rows < ARTICLES).any()


def test_the_unknown_customer_has_popular_candidates(recommender):
    query = recommender.query(tf.constant([CUSTOMERS]))
    rows = recommender.candidates(query).article_rows.numpy()[0]
    popular = recommender.state.popular_rows.numpy()[0]
    assert set(popular[:6]) <= set(rows)


def test_an_article_without_purchases_is_reached_through_the_towers(recommender):
    unsold = ARTICLES - 1
    embedding = tf.gather(recommender.inputs.embeddings, [unsold])
    query = Query(recommender.state, tf.constant([0]), embedding, recommender.config.history_length)
    found = find_candidates(query, recommender.index, recommender.config.replace(max_candidates=ARTICLES))
    at = found.article_rows.numpy()[0].tolist().index(unsold)
    names = [name for name, _ in active_channels(recommender.config)]
    bits = found.channel_bits.numpy()[0, at]
    assert {name for bit, name in enumerate(names) if bits >> bit & 1} == {"towers", "new_arrivals"}


def test_the_index_is_built_for_the_largest_k(builder, tiny, trained, monkeypatch):
    asked = []
    monkeypatch.setattr("models.recommender.builder.build_index", lambda kind, vectors, k, scann: asked.append(k))
    builder.build(tiny.calendar.end, trained / "weights" / "towers")
    assert asked == [101]  # similar articles: a hundred and the article itself


def test_the_votes_of_31_channels_of_1000_articles_do_not_overflow(recommender, monkeypatch):
    """All channels propose the same articles, and the best one is excluded."""
    names = [f"channel_{number}" for number in range(31)]
    rows = tf.range(ARTICLES)[::-1]

    def propose(query, size, search):
        return rows[None, :], tf.ones([1, ARTICLES])

    monkeypatch.setattr(candidates, "CHANNELS", dict.fromkeys(names, propose))
    config = types.SimpleNamespace(channels=dict.fromkeys(names, 1000), max_candidates=ARTICLES)
    query = recommender.query(tf.constant([0]))
    found = find_candidates(query, recommender.index, config, Rules(tf.constant([[ARTICLES - 1]])))
    assert found.article_rows.numpy().tolist() == [[*range(ARTICLES - 2, -1, -1), ARTICLES]]
    assert found.channel_bits.numpy().tolist() == [[2**31 - 1] * (ARTICLES - 1) + [0]]


def test_more_than_31_active_channels_are_refused():
    more = {f"channel_{number}": (int, Field(default=0)) for number in range(40)}
    config = create_model("ManyChannels", __base__=ChannelsConfig, **more)
    sizes = dict.fromkeys(CHANNELS, 0) | dict.fromkeys([f"channel_{number}" for number in range(31)], 10)
    assert config.from_tree(sizes).channel_30 == 10
    with pytest.raises(ConfigError) as caught:
        config.from_tree({**sizes, "channel_35": 10}, "recommender.channels")
    assert str(caught.value) == (
        "recommender.channels.channel_35 or another channel must be 0: at most 31 channels can be on. "
        "Received: 32 above 0."
    )


def test_wrong_settings_are_refused_by_name():
    for tree, message in (
        ({"channels": {"towers": -1}}, "r.channels.towers must be a whole number from 0 to 1,000. Received: -1."),
        (
            {"channels": dict.fromkeys(CHANNELS, 0)},
            "r.channels.towers or another channel must be above 0. Received: 0 for all channels.",
        ),
        ({"index": "annoy"}, "r.index must be one of scann, exact. Received: 'annoy'."),
    ):
        with pytest.raises(ConfigError) as caught:
            RecommenderConfig.from_tree(tree, "r")
        assert str(caught.value) == message


def test_the_settings_name_all_channels_and_load_from_a_tree():
    assert list(ChannelsConfig.model_fields) == list(CHANNELS)
    config = RecommenderConfig(channels=ChannelsConfig(towers=3), index="exact")
    assert RecommenderConfig.from_tree(config.as_tree()) == config
    assert RecommenderConfig.from_json(config.as_json()) == config
