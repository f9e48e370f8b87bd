"""The served signatures whose question is an article; see `signatures.py` for their inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from models.recommender.allowed import AllowedArticles
from models.recommender.config import MOST_K
from models.recommender.id_tables import IdTables
from models.recommender.recommender import Recommender
from models.recommender.request_checks import require_k_in_range, require_one_each
from models.recommender.rules_reader import RulesReader
from models.recommender.state import OUTLOOK_NUMBERS
from transforms import columns

DESCRIBED = (columns.PRODUCT_NAME, "product_type_name", "colour_group_name", columns.DESCRIPTION)


class ArticleSignatures:
    """Signatures whose question is an article.

    Args:
        recommender: recommender with a ranking network.
        ids: tables from ids to rows.
        rules: reader of the rules of a request.
        descriptions: `[len(DESCRIBED), articles + 1]` string.
    """

    def __init__(self, recommender: Recommender, ids: IdTables, rules: RulesReader, descriptions: tf.Variable):
        self._recommender, self._ids, self._rules, self._descriptions = recommender, ids, rules, descriptions

    def functions(self) -> dict[str, tuple[Callable[..., dict[str, tf.Tensor]], dict[str, tf.TensorSpec]]]:
        """Returns the function and its inputs for each signature name."""
        text, texts = tf.TensorSpec([None], tf.string), tf.TensorSpec([None, None], tf.string)
        number = tf.TensorSpec([], tf.int32)
        ruled = {"exclude_article_ids": texts, "allow": texts, "deny": texts, "k": number}
        return {
            "similar_articles": (self._similar, {"article_id": text, **ruled}),
            "complete_the_look": (self._complete, {"article_id": text, "customer_id": text, **ruled}),
            "describe_articles": (self._describe, {"article_id": text}),
            "article_outlook": (self._outlook, {"article_id": text}),
            "article_embedding": (self._embedding, {"article_id": text}),
        }

    def _similar(self, article_id, exclude_article_ids, allow, deny, k):
        recommender, pad = self._recommender, tf.constant(self._recommender.state.num_articles)
        article_rows = self._ids.article_rows(article_id)
        rules = self._rules.read(article_id, exclude_article_ids, allow, deny)
        alike = recommender.alike
        assert alike is not None, "a recommender without this search has no signatures"
        vectors = tf.gather(alike.vectors, article_rows)
        with tf.control_dependencies([require_k_in_range(k, MOST_K)]):
            k = tf.identity(k)
        rows, _ = alike(vectors, MOST_K + 1)  # with itself

        def allowed_rows() -> tf.Tensor:
            allowed = AllowedArticles(article_rows[:, None], pad, available=recommender.state.available)
            allowed = allowed.but(rules.excluded_rows, rules.conditions)
            return alike.completed(allowed, allowed.first_k(rows, MOST_K + 1), vectors, k)

        restricted = True if recommender.state.available is not None else rules.any(pad)
        rows = tf.cond(tf.convert_to_tensor(restricted), allowed_rows, lambda: tf.identity(rows))
        scores = tf.einsum("bd,bnd->bn", vectors, tf.gather(alike.vectors, rows))
        known = (article_rows < pad)[:, None]
        other = tf.logical_and(rows != article_rows[:, None], tf.logical_and(rows < pad, known))
        best, position = tf.math.top_k(tf.where(other, scores, -2.0), k)
        rows = tf.where(best > -2.0, tf.gather(rows, position, batch_dims=1), pad)
        return {
            "article_ids": tf.gather(recommender.state.article_ids, rows),
            "scores": tf.where(best > -2.0, best, 0.0),
        }

    def _complete(self, article_id, customer_id, exclude_article_ids, allow, deny, k):
        looks = self._recommender.looks
        assert looks is not None, "a recommender without looks has no signatures"
        with tf.control_dependencies([require_k_in_range(k, MOST_K), require_one_each(customer_id, article_id)]):
            article_rows = self._ids.article_rows(article_id)
        rules = self._rules.read(article_id, exclude_article_ids, allow, deny)
        look = looks(article_rows, self._ids.customer_rows(customer_id), rules, k)
        ids = tf.gather(self._recommender.state.article_ids, look.article_rows)
        return {"groups": look.groups, "article_ids": ids, "scores": look.scores}

    def _describe(self, article_id):
        rows = self._ids.article_rows(article_id)
        return {name: tf.gather(self._descriptions[i], rows) for i, name in enumerate(DESCRIBED)}

    def _outlook(self, article_id):
        state, rows = self._recommender.state, self._ids.article_rows(article_id)
        values = tf.where((rows < state.num_articles)[:, None], tf.gather(state.article_outlook, rows), float("nan"))
        return {name: values[:, i] for i, name in enumerate(OUTLOOK_NUMBERS)}

    def _embedding(self, article_id):
        return {"embedding": tf.gather(self._recommender.inputs.embeddings, self._ids.article_rows(article_id))}
