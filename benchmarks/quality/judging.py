"""Judges a recommender on purchases: its lists, simple baselines, candidates and towers."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import tensorflow as tf

from benchmarks.quality import arithmetic
from benchmarks.quality.arithmetic import K
from benchmarks.quality.purchase_history import PurchaseHistory
from components.candidates.lists import Labels, random_lists
from models.recommender import baselines, ops
from models.recommender.candidates import active_channels, find_candidates
from models.recommender.channels import CHANNELS
from models.recommender.query import Query
from models.recommender.recommender import Recommender
from models.recommender.rules import Rules
from models.retrieval.index import build_index
from models.tracing import traced_for
from transforms import columns
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE

NEAREST = (100, 200)
NEGATIVES_PER_POSITIVE = 4
_BATCH, _WIDE_BATCH = 256, 32


@dataclasses.dataclass(frozen=True)
class Judged:
    """Customers and their purchases, as rows of the recommender.

    Attributes:
        ids: sorted ids of the customers.
        customers: `[n]` int32 rows; the number of customers for unknown customers.
        bought: rows of bought articles. Articles outside of the catalogue have rows that no list contains.
        past: earlier purchases.
        known_past: rows of the earlier purchases.
        sold: rows of all articles sold before.
    """

    ids: list[str]
    customers: np.ndarray
    bought: list[set[int]]
    past: PurchaseHistory
    known_past: list[set[int]]
    sold: set[int]


def to_judge(states: pathlib.Path, bought: Mapping[str, set[str]], past: PurchaseHistory) -> Judged:
    """Converts ids to rows.

    Args:
        states: folder with the catalogue and the customers.
        bought: bought articles of each customer, sorted by customer.
        past: earlier purchases of these customers.
    """
    people = _numbers(states / CUSTOMERS_FILE, columns.CUSTOMER_ID)
    catalogue = _numbers(states / ARTICLES_FILE, columns.ARTICLE_ID)
    unknown = len(people)
    for article in sorted(set().union(*bought.values())):
        catalogue.setdefault(article, len(catalogue) + 1)  # the next row is that of the padding article
    return Judged(
        ids=list(bought),
        customers=np.array([people.get(customer, unknown) for customer in bought], np.int32),
        bought=[{catalogue[article] for article in articles} for articles in bought.values()],
        past=past,
        known_past=[{catalogue[article] for article in articles} for articles in past.articles],
        sold={catalogue[article] for article in past.sold},
    )


def judge(recommender: Recommender, judged: Judged, *, detailed: bool, sampled: bool, seed: int) -> dict[str, Any]:
    """All figures of a cell, customer by customer in the order of `judged.ids`.

    Args:
        recommender: with or without a ranking network; without one candidates stay in the order of their fusion.
        judged: the customers and what they bought.
        detailed: whether each channel is measured alone and left out.
        sampled: whether the ranking network is measured on sampled negatives too.
        seed: of that sampling.
    """
    rows = collect(judged.customers, _lists(recommender))
    bought, past = judged.bought, judged.known_past
    candidates = rows.pop("candidates")
    new_bought = [each - before for each, before in zip(bought, past, strict=True)]
    new = [i for i, each in enumerate(new_bought) if each]
    result: dict[str, Any] = {
        "customers": len(judged.ids),
        "of": hashlib.blake2b("\n".join(judged.ids).encode(), digest_size=8).hexdigest(),
        "past": [arithmetic.past_group(number) for number in judged.past.purchases],
        "rankings": {name: arithmetic.figures(lists, bought) for name, lists in rows.items()},
        "candidates": {
            "found": arithmetic.rounded(arithmetic.share_found(candidates, bought, len(candidates[0]))),
            "at_best": arithmetic.rounded(arithmetic.at_best(candidates, bought)),
            "number": [sum(row < recommender.state.num_articles for row in each) for each in candidates],
        },
        "never_sold": arithmetic.never_sold(
            bought, judged.sold, candidates, rows["recommended"], rows["popular_in_segment"]
        ),
        "new_only": {
            name: arithmetic.figures([rows[name][i] for i in new], [new_bought[i] for i in new])
            for name in ("recommended", "exclude_purchased")
            if new
        },
        "towers": _nearest(recommender, judged),
    }
    if detailed:
        result["channels"] = _channels(recommender, judged)
    if sampled and recommender.ranker is not None:
        result["sampled"] = _on_sampled(recommender, judged, seed)
    return result


def collect(customers: np.ndarray, ask: Callable[[tf.Tensor], dict[str, tf.Tensor]]) -> dict[str, list[list[int]]]:
    """The rows of each list for all customers, computed in batches.

    Args:
        customers: `[n]` int32 rows of the customers.
        ask: returns lists `[batch, k]` int32 by name for `[batch]` customers; for many batches it becomes a graph.
    """
    starts = range(0, len(customers), _BATCH)
    answer = traced_for(len(starts), ask, [tf.TensorSpec([None], tf.int32)])
    lists: dict[str, list[list[int]]] = {}
    for start in starts:
        for name, rows in answer(tf.constant(customers[start : start + _BATCH])).items():
            lists.setdefault(name, []).extend(rows.numpy().tolist())
    return lists


def _lists(recommender: Recommender) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    config = recommender.config.replace(exclude_purchased=True)
    without_purchased = Recommender(
        config, recommender.state, recommender.towers, recommender.inputs, recommender.index, recommender.ranker
    )
    exact = build_index("exact", recommender.inputs.embeddings.numpy()[:-1], K)

    def ask(customers: tf.Tensor) -> dict[str, tf.Tensor]:
        query = recommender.query(customers)
        candidates = recommender.candidates(query).article_rows
        new = recommender.candidates(query, Rules(query.history_rows)).article_rows
        return {
            "recommended": recommender.recommend(query, K).article_rows if recommender.ranker else candidates[:, :K],
            "exclude_purchased": without_purchased.recommend(query, K).article_rows
            if recommender.ranker
            else new[:, :K],
            "fused": candidates[:, :K],
            "towers": exact(query.embeddings, K)[0],
            "own_purchases": baselines.own_purchases(query, K),
            "popular": baselines.popular(query, K),
            "popular_in_segment": _popular_in_segment(query),
            "candidates": candidates,
        }

    return ask


def _popular_in_segment(query: Query) -> tf.Tensor:
    """Popular articles of the age segment, followed by popular articles of all customers: `[batch, K]` int32."""
    ids = tf.concat([tf.gather(query.state.popular_rows, query.segments), baselines.popular(query, 2 * K)], axis=1)
    size = tf.cast(tf.shape(ids)[1], tf.float32)
    position = tf.range(size)[None, :] + tf.zeros_like(ids, tf.float32)
    merged, first = ops.merge_min(ids, position, query.pad)
    return ops.top_k(merged, size - first, K, query.pad)[0]


def _nearest(recommender: Recommender, judged: Judged) -> dict[str, dict[str, list[float]]]:
    """Share of the purchases among the nearest articles of each customer, for each kind of index."""
    embeddings = recommender.inputs.embeddings.numpy()[:-1]
    indices = {kind: build_index(kind, embeddings, max(NEAREST)) for kind in ("exact", "scann")}

    def ask(customers: tf.Tensor) -> dict[str, tf.Tensor]:
        embedded = recommender.query(customers).embeddings
        return {kind: index(embedded, max(NEAREST))[0] for kind, index in indices.items()}

    rows = collect(judged.customers, ask)
    return {
        kind: {f"recall_at_{k}": arithmetic.rounded(arithmetic.share_found(lists, judged.bought, k)) for k in NEAREST}
        for kind, lists in rows.items()
    }


def _channels(recommender: Recommender, judged: Judged) -> dict[str, dict[str, list[float]]]:
    """Share of the purchases among the proposals of each channel, and among the candidates without the channel."""
    config = recommender.config
    sizes = dict(active_channels(config))

    def ask(customers: tf.Tensor) -> dict[str, tf.Tensor]:
        query, found = recommender.query(customers), {}
        for name, size in sizes.items():
            found[f"own {name}"] = ops.top_k(*CHANNELS[name](query, size, recommender.index), size, query.pad)[0]
            if len(sizes) > 1:
                others = config.replace(channels=config.channels.replace(**{name: 0}))
                found[f"without {name}"] = find_candidates(query, recommender.index, others).article_rows
        return found

    shares: dict[str, dict[str, list[float]]] = {}
    for key, lists in collect(judged.customers, ask).items():
        what, _, name = key.partition(" ")
        share = arithmetic.share_found(lists, judged.bought, len(lists[0]))
        shares.setdefault(name, {})[what] = arithmetic.rounded(share)
    return shares


def _on_sampled(recommender: Recommender, judged: Judged, seed: int) -> dict[str, Any]:
    """Figures of the ranking network on purchases and random articles, a task it was not trained for."""
    articles = recommender.state.num_articles
    known = [sorted(row for row in each if row < articles) for each in judged.bought]
    some = [i for i, each in enumerate(known) if each]
    labels = Labels(
        customer_rows=judged.customers[some],
        offsets=np.cumsum([0, *(len(known[i]) for i in some)]),
        article_rows=np.concatenate([known[i] for i in some]).astype(np.int32),
    )
    rows, positive = random_lists(labels, articles, NEGATIVES_PER_POSITIVE, seed)

    starts = range(0, len(rows), _WIDE_BATCH)
    score = traced_for(
        len(starts),
        lambda customers, wanted: recommender.scores(recommender.query(customers), wanted),
        [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, rows.shape[1]], tf.int32)],
    )
    batches = [slice(start, start + _WIDE_BATCH) for start in starts]
    scores = [score(tf.constant(labels.customer_rows[each]), tf.constant(rows[each])).numpy() for each in batches]
    return arithmetic.on_sampled(np.concatenate(scores), positive, rows < articles)


def _numbers(path: pathlib.Path, key: str) -> dict[str, int]:
    return {text: row for row, text in enumerate(pq.read_table(path, columns=[key])[key].to_pylist())}
