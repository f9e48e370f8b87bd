"""The served signatures: the one graph with string ids as input and output.

`b` is the batch. Every input must be given, because TensorFlow Serving has no defaults; empty values mean "not given".

    serving_default     customer_id [b]                           -> article_ids, scores, channels [b, 12]
    recommend           customer_id [b], recent_article_ids [b, n], exclude_article_ids [b, m], age [b],
                        club_member_status [b], k []              -> article_ids, scores, channels [b, k]
    similar_articles    article_id [b], exclude_article_ids [b, m], k []
                                                                  -> article_ids, scores [b, k]
    describe_articles   article_id [b]                            -> one [b] string for each name of DESCRIBED
    article_outlook     article_id [b]                            -> one [b] float32 for each of OUTLOOK_NUMBERS,
                                                                  NaN for an unknown article, or for
                                                                  all if sales span too few weeks
    customer_embedding  customer_id [b]                           -> embedding [b, dim]
    article_embedding   article_id [b]                            -> embedding [b, dim]
    customer_needs      customer_id [b], k []                     -> product_types, probabilities [b, k]
    baselines           customer_id [b]                           -> own_purchases, popular [b, 12]
    judge               examples [b]                              -> rankings [b, len(RANKINGS), 12]
"""

import pathlib

import tensorflow as tf
import tensorflow_transform as tft

from models.rankings import NEW_TO_CUSTOMER, OWN_PURCHASES, POPULAR, RANKINGS, RECOMMENDED
from models.recommender import baselines, ops
from models.recommender.allowed import AllowedArticles, any_excluded
from models.recommender.candidates import active_channels
from models.recommender.config import MOST_K
from models.recommender.id_tables import IdTables
from models.recommender.nearest import NearestArticles
from models.recommender.needs import need_probabilities
from models.recommender.recommender import Answer, Recommender
from models.recommender.sparse import sparse_column
from models.recommender.state import OUTLOOK_NUMBERS
from transforms import columns
from transforms import features as f
from transforms.errors import DataError
from transforms.parquet import pq

K = 12
MAX_VIEWED = 50
DESCRIBED = (columns.PRODUCT_NAME, "product_type_name", "colour_group_name", columns.DESCRIPTION)


class ServedRecommender(tf.Module):
    """The one graph with its served signatures.

    Args:
        recommender: recommender with a ranking network.
        ids: tables from ids to rows.
        articles: Parquet file of the raw articles, sorted by id.
        transform: transform graph, applied to the attributes of a request.

    Raises:
        DataError: `articles` and the state have different numbers of rows.
    """

    def __init__(
        self,
        recommender: Recommender,
        ids: IdTables,
        articles: pathlib.Path,
        transform: tft.TFTransformOutput,
    ):
        super().__init__(name="served")
        self.recommender = recommender
        self.ids = ids
        self.transform_layer = transform.transform_features_layer()
        described = pq.read_table(articles, columns=list(DESCRIBED))
        if described.num_rows != recommender.state.num_articles:
            raise DataError(
                f"{articles} must hold the {recommender.state.num_articles:,} articles of the state. Received: "
                f"{described.num_rows:,} rows."
            )
        self.descriptions = tf.Variable(
            [[text or "" for text in described[name].to_pylist()] + [""] for name in DESCRIBED],
            trainable=False,
            name="descriptions",
        )
        channels = [name for name, _ in active_channels(recommender.config)]
        self.channel_names = tf.Variable(channels, trainable=False, name="channel_names")

    def saved_module(self) -> tf.Module:
        """Returns the module to save: all variables and tables that the signatures read.

        It holds the variables of the Keras models but not the models, which Keras would trace again for its own format.
        """
        recommender, module = self.recommender, tf.Module(name="served")
        module.tables = [recommender.state, recommender.index, recommender.alike, self.ids, self.transform_layer]
        module.texts = [self.descriptions, self.channel_names]
        ranker = recommender.ranker.variables if recommender.ranker else []
        module.weights = [*recommender.towers.variables, *ranker]
        known = {id(variable) for variable in module.weights}
        module.inputs = [variable for variable in recommender.inputs.variables if id(variable) not in known]
        return module

    def signatures(self) -> dict:
        """Returns the concrete functions, by signature name."""
        text = tf.TensorSpec([None], tf.string)
        texts = tf.TensorSpec([None, None], tf.string)
        number = tf.TensorSpec([], tf.int32)
        floats = tf.TensorSpec([None], tf.float32)

        def concrete(function, **inputs):
            named = {name: tf.TensorSpec(spec.shape, spec.dtype, name=name) for name, spec in inputs.items()}
            # AutoGraph would convert Keras and Transform's layer, which doubles the time. Nothing here needs
            # conversion.
            return tf.function(function, autograph=False).get_concrete_function(**named)

        return {
            "serving_default": concrete(self._default, customer_id=text),
            "recommend": concrete(
                self._recommend,
                customer_id=text,
                recent_article_ids=texts,
                exclude_article_ids=texts,
                age=floats,
                club_member_status=text,
                k=number,
            ),
            "similar_articles": concrete(self._similar, article_id=text, exclude_article_ids=texts, k=number),
            "describe_articles": concrete(self._describe, article_id=text),
            "article_outlook": concrete(self._outlook, article_id=text),
            "customer_embedding": concrete(self._customer_embedding, customer_id=text),
            "article_embedding": concrete(self._article_embedding, article_id=text),
            "customer_needs": concrete(self._needs, customer_id=text, k=number),
            "baselines": concrete(self._baselines, customer_id=text),
            "judge": concrete(self._judge, examples=text),
        }

    def _default(self, customer_id):
        query = self.recommender.query(self.ids.customer_rows(customer_id))
        return self._with_ids(self.recommender.recommend(query, K))

    def _recommend(self, customer_id, recent_article_ids, exclude_article_ids, age, club_member_status, k):
        customer_rows = self.ids.customer_rows(customer_id)
        viewed_rows = self.ids.article_rows(recent_article_ids[:, :MAX_VIEWED])
        excluded_rows = self.ids.article_rows(exclude_article_ids)
        query = self.recommender.query(customer_rows, viewed_rows, self._attributes(age, club_member_status))
        checks = [
            _require_k_in_range(k, min(MOST_K, self.recommender.config.max_candidates)),
            _require_one_row_per_id(exclude_article_ids, customer_id),
        ]
        with tf.control_dependencies(checks):
            return self._with_ids(self.recommender.recommend(query, k, excluded_rows))

    def _attributes(self, age, club_member_status):
        """Transforms the attributes of a request to the `attributes` of `Recommender.query`."""
        has_age = tf.logical_and(tf.math.is_finite(age), age > 0)
        transformed = self.transform_layer(
            {
                columns.AGE: sparse_column(age, has_age),
                columns.CLUB_STATUS: sparse_column(club_member_status, club_member_status != ""),
            }
        )
        missing = tf.fill(tf.shape(age), f.MISSING)
        categories = [
            tf.cast(transformed[f.transformed_name(columns.CLUB_STATUS)], tf.int32),
            *[missing] * (len(f.CUSTOMER_CATEGORIES) - 1),
            tf.where(has_age, tf.cast(transformed[f.transformed_name("age_bucket")], tf.int32), missing),
        ]
        segments = 1 + tf.searchsorted(tf.constant(f.SEGMENT_AGES), age, side="right")
        return {
            "categories": tf.stack(categories, axis=1),
            "age": transformed[f.transformed_name(columns.AGE)],
            "has_age": has_age,
            "segments": tf.where(has_age, segments, missing),
        }

    def _similar(self, article_id, exclude_article_ids, k):
        recommender, pad = self.recommender, tf.constant(self.recommender.state.num_articles)
        article_rows = self.ids.article_rows(article_id)
        excluded_rows = self.ids.article_rows(exclude_article_ids)
        alike = recommender.alike
        assert alike is not None, "a recommender without this search has no signatures"
        vectors = tf.gather(alike.vectors, article_rows)
        checks = [_require_k_in_range(k, MOST_K), _require_one_row_per_id(exclude_article_ids, article_id)]
        with tf.control_dependencies(checks):
            k = tf.identity(k)
        rows, _ = alike(vectors, MOST_K + 1)  # with itself
        with_itself = tf.concat([excluded_rows, article_rows[:, None]], 1)
        rows = tf.cond(
            any_excluded(excluded_rows, pad),
            lambda: _allowed(alike, rows, vectors, AllowedArticles(with_itself, pad), k),
            lambda: tf.identity(rows),
        )
        scores = tf.einsum("bd,bnd->bn", vectors, tf.gather(alike.vectors, rows))
        known = (article_rows < pad)[:, None]
        other = tf.logical_and(rows != article_rows[:, None], tf.logical_and(rows < pad, known))
        best, position = tf.math.top_k(tf.where(other, scores, -2.0), k)
        rows = tf.where(best > -2.0, tf.gather(rows, position, batch_dims=1), pad)
        return {
            "article_ids": tf.gather(recommender.state.article_ids, rows),
            "scores": tf.where(best > -2.0, best, 0.0),
        }

    def _describe(self, article_id):
        rows = self.ids.article_rows(article_id)
        return {name: tf.gather(self.descriptions[i], rows) for i, name in enumerate(DESCRIBED)}

    def _outlook(self, article_id):
        state, rows = self.recommender.state, self.ids.article_rows(article_id)
        values = tf.where((rows < state.num_articles)[:, None], tf.gather(state.article_outlook, rows), float("nan"))
        return {name: values[:, i] for i, name in enumerate(OUTLOOK_NUMBERS)}

    def _customer_embedding(self, customer_id):
        return {"embedding": self.recommender.query(self.ids.customer_rows(customer_id)).embeddings}

    def _article_embedding(self, article_id):
        return {"embedding": tf.gather(self.recommender.inputs.embeddings, self.ids.article_rows(article_id))}

    def _needs(self, customer_id, k):
        state, kind = self.recommender.state, "product_type_name"
        probabilities = need_probabilities(self.recommender.query(self.ids.customer_rows(customer_id)), kind)
        groups = state.group_sizes[kind]
        # At least MOST_K places; those without a product type have the name "" and the probability 0.
        padded = tf.pad(probabilities, [[0, 0], [0, max(MOST_K - groups, 0)]])
        with tf.control_dependencies([_require_k_in_range(k, MOST_K)]):
            best, codes = tf.math.top_k(padded, k)
        names = tf.gather(getattr(state, f"need_names_{kind}"), tf.minimum(codes, groups))
        return {"product_types": names, "probabilities": best}

    def _baselines(self, customer_id):
        query = self.recommender.query(self.ids.customer_rows(customer_id))
        return {
            OWN_PURCHASES: self._ids(baselines.own_purchases(query, K)),
            POPULAR: self._ids(baselines.popular(query, K)),
        }

    def _judge(self, examples):
        parsed = tf.io.parse_example(examples, {columns.CUSTOMER_ID: tf.io.FixedLenFeature([], tf.string)})
        query = self.recommender.query(self.ids.customer_rows(parsed[columns.CUSTOMER_ID]))
        if self.recommender.config.exclude_purchased:
            recommended = new = self.recommender.recommend(query, K)  # the served answer has new articles only
        else:
            recommended, new = self.recommender.recommend_all_and_new(query, K)
        rows = {
            RECOMMENDED: recommended.article_rows,
            OWN_PURCHASES: baselines.own_purchases(query, K),
            POPULAR: baselines.popular(query, K),
            NEW_TO_CUSTOMER: new.article_rows,
        }
        return {"rankings": tf.stack([self._ids(rows[name]) for name in RANKINGS], axis=1)}

    def _with_ids(self, answer: Answer) -> dict[str, tf.Tensor]:
        return {
            "article_ids": self._ids(answer.article_rows),
            "scores": answer.scores,
            "channels": ops.joined_names(self.channel_names, answer.channel_bits),
        }

    def _ids(self, article_rows: tf.Tensor) -> tf.Tensor:
        return tf.gather(self.recommender.state.article_ids, article_rows)


def _require_k_in_range(k: tf.Tensor, at_most: int) -> tf.Operation:
    return tf.debugging.Assert(tf.logical_and(k >= 1, k <= at_most), [f"k must lie in [1, {at_most}]. Received:", k])


def _require_one_row_per_id(exclude_article_ids: tf.Tensor, ids: tf.Tensor) -> tf.Operation:
    """Checks that there is a row of exclusions for each id; with other shapes, rows would apply to other customers."""
    rows, batch = tf.shape(exclude_article_ids)[0], tf.shape(ids)[0]
    what = ["exclude_article_ids must have a row for each of", batch, "ids. Received rows:", rows]
    return tf.debugging.Assert(tf.equal(rows, batch), what)


def _allowed(alike: NearestArticles, found, vectors, allowed: AllowedArticles, k) -> tf.Tensor:
    """Returns the allowed articles of `found` `[b, n]`, or of an exact search if fewer than k of them are allowed.

    The answer for one article does not depend on the other articles of the batch.
    """
    width = found.shape[1]
    left = allowed.first_k(found, width)
    # An unknown article has the padding vector; its answer is empty.
    incomplete = tf.logical_and(tf.gather(left, k - 1, axis=1) >= allowed.pad, tf.reduce_any(vectors != 0, axis=1))
    return tf.cond(
        tf.reduce_any(incomplete),
        lambda: tf.where(incomplete[:, None], alike.among(allowed, vectors, width), left),
        lambda: tf.identity(left),
    )
