"""The TFRS model that trains the ranking network on lists."""

import tensorflow as tf
import tensorflow_recommenders as tfrs

from models.ranking import losses
from models.ranking.network import RankingNetwork

_LOSSES = {"listwise": losses.listwise_softmax, "pointwise": losses.pointwise_sigmoid}


class ListLoss(tf.keras.losses.Loss):
    """The mean over lists of a loss of each list.

    Args:
        name: `listwise` or `pointwise`.
    """

    def __init__(self, name: str):
        super().__init__(reduction=tf.keras.losses.Reduction.SUM_OVER_BATCH_SIZE, name=name)
        self._function = _LOSSES[name]

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Returns losses `[batch]` float32 of labels and scores `[batch, candidates]` float32."""
        return self._function(y_true, y_pred)


class RankingModel(tfrs.Model):
    """Trains a `RankingNetwork` on `{"features": [batch, n, features], "labels": [batch, n]}`.

    Args:
        network: network to train.
        loss: `listwise` or `pointwise`.
    """

    def __init__(self, network: RankingNetwork, loss: str):
        super().__init__()
        self.network = network
        self._task = tfrs.tasks.Ranking(loss=ListLoss(loss))

    # AutoGraph would convert all of Keras, which takes longer than tracing. Nothing here needs conversion.
    @tf.autograph.experimental.do_not_convert
    def train_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Runs one step of `fit`; arguments and result as in Keras."""
        return super().train_step(inputs)

    def compute_loss(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the mean of the losses of the small networks, scalar float32. Each network trains independently."""
        scores = self.network.each(inputs["features"], training=training)
        labels = tf.tile(inputs["labels"], [scores.shape[0], 1])
        return self._task(labels=labels, predictions=tf.reshape(scores, tf.shape(labels)), compute_metrics=False)
