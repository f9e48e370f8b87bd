"""The served signatures: the one graph with string ids as input and output.

`b` is the batch. Every input must be given, because TensorFlow Serving has no defaults; empty values mean "not given".
"rules" are the inputs exclude_article_ids, allow and deny, each [b, n]; see `rules_reader.py`.

    serving_default     customer_id [b]                           -> article_ids, scores, channels [b, 12], and the
                                                                  reasons [b, 12, 3]
    recommend           customer_id [b], recent_article_ids [b, n], rules, age [b], club_member_status [b], k []
                                                                  -> article_ids, scores, channels [b, k], and the
                                                                  reasons [b, k, 3]
    similar_articles    article_id [b], rules, k []               -> article_ids, scores [b, k]
    complete_the_look   article_id [b], customer_id [b], rules, k []
                                                                  -> groups [b, g] of complementary articles, and
                                                                  article_ids, scores [b, g, k]
    describe_articles   article_id [b]                            -> one [b] string for each name of DESCRIBED
    article_outlook     article_id [b]                            -> one [b] float32 for each of OUTLOOK_NUMBERS,
                                                                  NaN for an unknown article, or for
                                                                  all if sales span too few weeks
    customer_embedding  customer_id [b]                           -> embedding [b, dim]
    article_embedding   article_id [b]                            -> embedding [b, dim]
    customer_needs      customer_id [b], k []                     -> product_types, probabilities [b, k]
    baselines           customer_id [b]                           -> own_purchases, popular [b, 12]
    judge               examples [b]                              -> rankings [b, len(RANKINGS), 12]

The reasons are reason_codes, reason_subjects, reason_counts and reason_days, see `reasons.reasons.reason_outputs`.
"""

import pathlib
from collections.abc import Callable

import tensorflow as tf
import tensorflow_transform as tft

from models.rankings import NEW_TO_CUSTOMER, OWN_PURCHASES, POPULAR, RANKINGS, RECOMMENDED
from models.recommender import baselines, ops
from models.recommender.article_signatures import DESCRIBED, ArticleSignatures
from models.recommender.candidates import active_channels
from models.recommender.conditions import CONDITION_COLUMNS, AttributeTable
from models.recommender.config import MOST_K
from models.recommender.id_tables import IdTables
from models.recommender.needs import need_probabilities
from models.recommender.reasons.codes import CODES
from models.recommender.reasons.reasons import reason_outputs
from models.recommender.recommender import Answer, Recommender
from models.recommender.request_checks import require_k_in_range
from models.recommender.rules_reader import RulesReader
from models.recommender.sparse import sparse_column
from transforms import columns
from transforms import features as f
from transforms.errors import DataError
from transforms.parquet import pq

K = 12
MAX_VIEWED = 50


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
        catalogue = pq.read_table(articles, columns=list(dict.fromkeys((*DESCRIBED, *CONDITION_COLUMNS))))
        described = catalogue.select(DESCRIBED)
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
        self.rules = RulesReader(ids, AttributeTable(catalogue))
        channels = [name for name, _ in active_channels(recommender.config)]
        self.channel_names = tf.Variable(channels, trainable=False, name="channel_names")
        self.code_names = tf.Variable([*CODES, ""], trainable=False, name="code_names")

    def saved_module(self) -> tf.Module:
        """Returns the module to save: all variables and tables that the signatures read.

        It holds the variables of the Keras models but not the models, which Keras would trace again for its own format.
        """
        recommender, module = self.recommender, tf.Module(name="served")
        parts = (
            recommender.state,
            recommender.index,
            recommender.alike,
            recommender.looks,
            recommender.leave_out,
        )
        module.tables = [*parts, self.rules, self.transform_layer]
        module.texts = [self.descriptions, self.channel_names, self.code_names]
        ranker = recommender.ranker.variables if recommender.ranker else []
        module.weights = [*recommender.towers.variables, *ranker]
        known = {id(variable) for variable in module.weights}
        module.inputs = [variable for variable in recommender.inputs.variables if id(variable) not in known]
        return module

    def functions(self) -> dict[str, tuple[Callable[..., dict[str, tf.Tensor]], dict[str, tf.TensorSpec]]]:
        """Returns the function and the inputs of each signature, by its name; to call one, it need not be traced."""
        text = tf.TensorSpec([None], tf.string)
        texts = tf.TensorSpec([None, None], tf.string)
        number = tf.TensorSpec([], tf.int32)
        floats = tf.TensorSpec([None], tf.float32)
        of_articles = ArticleSignatures(self.recommender, self.ids, self.rules, self.descriptions)
        request = {
            "customer_id": text,
            "recent_article_ids": texts,
            "exclude_article_ids": texts,
            "allow": texts,
            "deny": texts,
            "age": floats,
            "club_member_status": text,
            "k": number,
        }
        return {
            "serving_default": (self._default, {"customer_id": text}),
            "recommend": (self._recommend, request),
            **of_articles.functions(),
            "customer_embedding": (self._customer_embedding, {"customer_id": text}),
            "customer_needs": (self._needs, {"customer_id": text, "k": number}),
            "baselines": (self._baselines, {"customer_id": text}),
            "judge": (self._judge, {"examples": text}),
        }

    def signatures(self) -> dict:
        """Returns the concrete functions, by signature name."""

        def concrete(function, inputs):
            named = {name: tf.TensorSpec(spec.shape, spec.dtype, name=name) for name, spec in inputs.items()}
            # AutoGraph would convert Keras and Transform's layer, which doubles the time. Nothing here needs
            # conversion.
            return tf.function(function, autograph=False).get_concrete_function(**named)

        return {name: concrete(*each) for name, each in self.functions().items()}

    def _default(self, customer_id):
        query = self.recommender.query(self.ids.customer_rows(customer_id))
        return self._with_ids(self.recommender.recommend(query, K, explain=True))

    def _recommend(self, customer_id, recent_article_ids, exclude_article_ids, allow, deny, age, club_member_status, k):
        customer_rows = self.ids.customer_rows(customer_id)
        viewed_rows = self.ids.article_rows(recent_article_ids[:, :MAX_VIEWED])
        rules = self.rules.read(customer_id, exclude_article_ids, allow, deny)
        query = self.recommender.query(customer_rows, viewed_rows, self._attributes(age, club_member_status))
        with tf.control_dependencies([require_k_in_range(k, min(MOST_K, self.recommender.config.max_candidates))]):
            return self._with_ids(self.recommender.recommend(query, k, rules, explain=True))

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

    def _customer_embedding(self, customer_id):
        return {"embedding": self.recommender.query(self.ids.customer_rows(customer_id)).embeddings}

    def _needs(self, customer_id, k):
        state, kind = self.recommender.state, "product_type_name"
        probabilities = need_probabilities(self.recommender.query(self.ids.customer_rows(customer_id)), kind)
        groups = state.group_sizes[kind]
        # At least MOST_K places; those without a product type have the name "" and the probability 0.
        padded = tf.pad(probabilities, [[0, 0], [0, max(MOST_K - groups, 0)]])
        with tf.control_dependencies([require_k_in_range(k, MOST_K)]):
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
        assert answer.reasons is not None
        return {
            "article_ids": self._ids(answer.article_rows),
            "scores": answer.scores,
            "channels": ops.joined_names(self.channel_names, answer.channel_bits),
            **reason_outputs(answer.reasons, self.recommender.state, self.code_names),
        }

    def _ids(self, article_rows: tf.Tensor) -> tf.Tensor:
        return tf.gather(self.recommender.state.article_ids, article_rows)
