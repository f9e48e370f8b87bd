"""The own-purchases recommender as a SavedModel: the baseline of a first run, when no model was blessed yet."""

import pathlib

import tensorflow as tf

from models.rankings import OWN_PURCHASES, RANKINGS
from models.recommender import baselines
from models.recommender.query import Query
from models.recommender.signatures import IdTables, K
from models.recommender.state import State
from transforms import columns


class OwnPurchasesModel(tf.Module):
    """Recommends what the customer bought most often, then what is popular.

    Args:
        state: tables as of a day.
        ids: tables of ids.
        history_length: distinct articles of the past that are looked at.
    """

    def __init__(self, state: State, ids: IdTables, history_length: int):
        super().__init__(name=OWN_PURCHASES)
        self.state = state
        self.ids = ids
        self._history_length = history_length

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def judge(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """`rankings` `[batch, len(RANKINGS), 12]` string, every one of them the own-purchases list."""
        parsed = tf.io.parse_example(examples, {columns.CUSTOMER_ID: tf.io.FixedLenFeature([], tf.string)})
        customers = self.ids.customer_rows(parsed[columns.CUSTOMER_ID])
        query = Query(self.state, customers, tf.zeros([tf.shape(customers)[0], 1]), self._history_length)
        own = tf.gather(self.state.article_ids, baselines.own_purchases(query, K))
        return {"rankings": tf.stack([own] * len(RANKINGS), axis=1)}

    def save(self, to: pathlib.Path) -> None:
        """Writes the SavedModel; its one signature is `judge`."""
        tf.saved_model.save(self, str(to), signatures={"judge": self.judge})
