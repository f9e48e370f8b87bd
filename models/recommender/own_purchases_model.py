"""The own-purchases recommender as a SavedModel: the baseline if there is no usable blessed model."""

import pathlib

import tensorflow as tf

from models.rankings import OWN_PURCHASES, RANKINGS
from models.recommender import baselines
from models.recommender.id_tables import IdTables
from models.recommender.query import Query
from models.recommender.signatures import K
from models.recommender.state import State
from transforms import columns


class OwnPurchasesModel(tf.Module):
    """Recommends the articles the customer bought most often, then popular articles.

    Args:
        state: state as of a day.
        ids: tables from ids to rows.
        history_length: number of distinct articles of the history to use.
    """

    def __init__(self, state: State, ids: IdTables, history_length: int):
        super().__init__(name=OWN_PURCHASES)
        self.state = state
        self.ids = ids
        self._history_length = history_length

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def judge(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns `rankings` `[batch, len(RANKINGS), 12]` string; each ranking is the own-purchases list.

        Args:
            examples: `[batch]` string, serialised tf.Examples with `customer_id`.
        """
        parsed = tf.io.parse_example(examples, {columns.CUSTOMER_ID: tf.io.FixedLenFeature([], tf.string)})
        customer_rows = self.ids.customer_rows(parsed[columns.CUSTOMER_ID])
        embeddings = tf.zeros([tf.shape(customer_rows)[0], 1])  # not used by the baseline
        query = Query(self.state, customer_rows, embeddings, self._history_length)
        own = tf.gather(self.state.article_ids, baselines.own_purchases(query, K))
        return {"rankings": tf.stack([own] * len(RANKINGS), axis=1)}

    def save(self, to: pathlib.Path) -> None:
        """Writes the SavedModel with the signature `judge`.

        Args:
            to: folder of the SavedModel.
        """
        tf.saved_model.save(self, str(to), signatures={"judge": self.judge})
