"""The served signatures: string ids in and out around the one graph.

`b` is the batch; every input must be given (TensorFlow Serving knows no defaults), empty values mean "not given".

    serving_default     customer_id [b]                           -> article_ids, scores, channels [b, 12]
    recommend           customer_id [b], recent_article_ids [b, n], exclude_article_ids [b, m], age [b],
                        club_member_status [b], k []              -> article_ids, scores, channels [b, k]
    similar_articles    article_id [b], exclude_article_ids [b, m], k []
                                                                  -> article_ids, scores [b, k]
    describe_articles   article_id [b]                            -> one [b] string for each name of DESCRIBED
    customer_embedding  customer_id [b]                           -> embedding [b, dim]
    article_embedding   article_id [b]                            -> embedding [b, dim]
    baselines           customer_id [b]                           -> own_purchases, popular [b, 12]
    judge               examples [b]                              -> rankings [b, len(RANKINGS), 12]
"""

import pathlib

import tensorflow as tf
import tensorflow_transform as tft

from models.rankings import NEW_TO_CUSTOMER, OWN_PURCHASES, POPULAR, RANKINGS, RECOMMENDED
from models.recommender import baselines
from models.recommender.allowed import Allowed, any_excluded
from models.recommender.candidates import active_channels
from models.recommender.config import MOST_K
from models.recommender.recommender import Answer, Recommender
from models.recommender.sparse import sparse_column
from transforms import columns
from transforms import features as f
from transforms.errors import DataError
from transforms.parquet import pq

K = 12
MOST_LOOKED_AT = 50
DESCRIBED = (columns.PRODUCT_NAME, "product_type_name", "colour_group_name", columns.DESCRIPTION)


class IdTables(tf.Module):
    """Ids to rows through hash tables read from text files, and rows to ids.

    Args:
        article_ids: text file of the catalogue's ids in the order of the rows.
        customer_ids: the same of the customers.
        articles: number of articles, the row of an id nobody knows.
        customers: the same of the customers.

    Raises:
        DataError: a file holds a different number of ids.
    """

    def __init__(self, article_ids: pathlib.Path, customer_ids: pathlib.Path, articles: int, customers: int):
        super().__init__(name="id_tables")
        self._articles = _row_table(article_ids, articles)
        self._customers = _row_table(customer_ids, customers)

    def article_rows(self, ids: tf.Tensor) -> tf.Tensor:
        """int32 rows, shape of `ids`; the number of articles where unknown."""
        return tf.cast(self._articles.lookup(ids), tf.int32)

    def customer_rows(self, ids: tf.Tensor) -> tf.Tensor:
        """int32 rows, shape of `ids`; the number of customers where unknown."""
        return tf.cast(self._customers.lookup(ids), tf.int32)


class ServedRecommender(tf.Module):
    """What is saved: the one graph with string ids.

    Args:
        recommender: complete, with a ranking network.
        ids: tables of ids.
        catalogue: Parquet file of the raw catalogue, sorted by id.
        transform: the transform graph, applied to attributes a request gives.

    Raises:
        DataError: the catalogue and the state have different numbers of rows.
    """

    def __init__(
        self,
        recommender: Recommender,
        ids: IdTables,
        catalogue: pathlib.Path,
        transform: tft.TFTransformOutput,
    ):
        super().__init__(name="served")
        self.recommender = recommender
        self.ids = ids
        self.transform_layer = transform.transform_features_layer()
        described = pq.read_table(catalogue, columns=list(DESCRIBED))
        if described.num_rows != recommender.state.articles:
            raise DataError(
                f"{catalogue} must hold the {recommender.state.articles:,} articles of the state. Received: "
                f"{described.num_rows:,} rows."
            )
        self.descriptions = tf.Variable(
            [[text or "" for text in described[name].to_pylist()] + [""] for name in DESCRIBED],
            trainable=False,
            name="descriptions",
        )
        channels = [name for name, _ in active_channels(recommender.config)]
        self.channel_names = tf.Variable(
            [
                ",".join(name for bit, name in enumerate(channels) if bits >> bit & 1)
                for bits in range(2 ** len(channels))
            ],
            trainable=False,
            name="channel_names",
        )

    def signatures(self) -> dict:
        """Concrete functions by signature name."""
        text = tf.TensorSpec([None], tf.string)
        texts = tf.TensorSpec([None, None], tf.string)
        number = tf.TensorSpec([], tf.int32)
        floats = tf.TensorSpec([None], tf.float32)

        def concrete(function, **inputs):
            named = {name: tf.TensorSpec(spec.shape, spec.dtype, name=name) for name, spec in inputs.items()}
            # AutoGraph would rewrite Keras and Transform's layer, at twice the time; nothing here needs it.
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
            "customer_embedding": concrete(self._customer_embedding, customer_id=text),
            "article_embedding": concrete(self._article_embedding, article_id=text),
            "baselines": concrete(self._baselines, customer_id=text),
            "judge": concrete(self._judge, examples=text),
        }

    def _default(self, customer_id):
        query = self.recommender.query(self.ids.customer_rows(customer_id))
        return self._named(self.recommender.recommend(query, K))

    def _recommend(self, customer_id, recent_article_ids, exclude_article_ids, age, club_member_status, k):
        customers = self.ids.customer_rows(customer_id)
        looked_at = self.ids.article_rows(recent_article_ids[:, :MOST_LOOKED_AT])
        excluded = self.ids.article_rows(exclude_article_ids)
        given = self._given(age, club_member_status)
        query = self.recommender.query(customers, looked_at, given)
        within = _within(k, min(MOST_K, self.recommender.config.max_candidates))
        with tf.control_dependencies([within, _a_row_each(exclude_article_ids, customer_id)]):
            return self._named(self.recommender.recommend(query, k, excluded))

    def _given(self, age, club_member_status):
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
        recommender, pad = self.recommender, tf.constant(self.recommender.state.articles)
        itself = self.ids.article_rows(article_id)
        excluded = self.ids.article_rows(exclude_article_ids)
        embeddings = tf.gather(recommender.inputs.embeddings, itself)
        with tf.control_dependencies([_within(k, MOST_K), _a_row_each(exclude_article_ids, article_id)]):
            k = tf.identity(k)
        # The index finds large inner products, to which long vectors come easily; among those, cosine decides.
        rows, _ = recommender.index(embeddings, recommender.config.nearest)
        rows = tf.cond(
            any_excluded(excluded, pad),
            lambda: self._allowed(rows, embeddings, Allowed(tf.concat([excluded, itself[:, None]], 1), pad), k),
            lambda: tf.identity(rows),
        )
        found = tf.math.l2_normalize(tf.gather(recommender.inputs.embeddings, rows), axis=2)
        scores = tf.einsum("bd,bnd->bn", tf.math.l2_normalize(embeddings, axis=1), found)
        other = tf.logical_and(rows != itself[:, None], tf.logical_and(rows < pad, (itself < pad)[:, None]))
        best, position = tf.math.top_k(tf.where(other, scores, -2.0), k)
        rows = tf.where(best > -2.0, tf.gather(rows, position, batch_dims=1), pad)
        return {
            "article_ids": tf.gather(recommender.state.article_ids, rows),
            "scores": tf.where(best > -2.0, best, 0.0),
        }

    def _allowed(self, found, embeddings, allowed, k):
        """The first k allowed articles of `found` `[b, n]`; an exact search where fewer than k are allowed."""
        width = found.shape[1]
        left = allowed.keep(found, width)
        # An unknown article has the padding embedding; its answer is empty.
        short = tf.logical_and(tf.gather(left, k - 1, axis=1) >= allowed.pad, tf.reduce_any(embeddings != 0, axis=1))
        nearest = self.recommender.nearest
        # The answer to one article does not depend on the others of the batch.
        return tf.cond(
            tf.reduce_any(short),
            lambda: tf.where(short[:, None], nearest.among(allowed, embeddings, width), left),
            lambda: tf.identity(left),
        )

    def _describe(self, article_id):
        rows = self.ids.article_rows(article_id)
        return {name: tf.gather(self.descriptions[i], rows) for i, name in enumerate(DESCRIBED)}

    def _customer_embedding(self, customer_id):
        return {"embedding": self.recommender.query(self.ids.customer_rows(customer_id)).embeddings}

    def _article_embedding(self, article_id):
        return {"embedding": tf.gather(self.recommender.inputs.embeddings, self.ids.article_rows(article_id))}

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
            recommended = new = self.recommender.recommend(query, K)  # what is judged is what is served
        else:
            recommended, new = self.recommender.recommend_both_ways(query, K)
        rows = {
            RECOMMENDED: recommended.rows,
            OWN_PURCHASES: baselines.own_purchases(query, K),
            POPULAR: baselines.popular(query, K),
            NEW_TO_CUSTOMER: new.rows,
        }
        return {"rankings": tf.stack([self._ids(rows[name]) for name in RANKINGS], axis=1)}

    def _named(self, answer: Answer) -> dict[str, tf.Tensor]:
        return {
            "article_ids": self._ids(answer.rows),
            "scores": answer.scores,
            "channels": tf.gather(self.channel_names, answer.channels),
        }

    def _ids(self, rows: tf.Tensor) -> tf.Tensor:
        return tf.gather(self.recommender.state.article_ids, rows)


def _within(k: tf.Tensor, at_most: int) -> tf.Operation:
    return tf.debugging.Assert(tf.logical_and(k >= 1, k <= at_most), [f"k must lie in [1, {at_most}]. Received:", k])


def _a_row_each(exclude_article_ids: tf.Tensor, ids: tf.Tensor) -> tf.Operation:
    """What is computed of exclusions alone would else be one customer's for another, or nobody's, without a word."""
    rows, batch = tf.shape(exclude_article_ids)[0], tf.shape(ids)[0]
    what = ["exclude_article_ids must have a row for each of", batch, "ids. Received rows:", rows]
    return tf.debugging.Assert(tf.equal(rows, batch), what)


def _row_table(path: pathlib.Path, default: int) -> tf.lookup.StaticHashTable:
    lines = tf.lookup.TextFileInitializer(
        str(path),
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
    )
    table = tf.lookup.StaticHashTable(lines, default)
    if (found := int(table.size())) != default:
        raise DataError(f"{path.name} must hold an id for each of the {default:,} rows. Received: {found:,} ids.")
    return table
