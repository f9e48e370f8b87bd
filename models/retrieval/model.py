"""The TFRS model that trains the towers: in-batch softmax with sampling correction."""

import tensorflow as tf
import tensorflow_recommenders as tfrs

from models.retrieval.softmax import in_batch_softmax
from models.retrieval.towers import Towers
from transforms import features as f


class TwoTowerModel(tfrs.Model):
    """Trains `Towers` on the batches of `ExampleGather`.

    Args:
        towers: towers to train.
    """

    def __init__(self, towers: Towers):
        super().__init__()
        self.towers = towers

    def embed(self, batch: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Embeds a batch.

        Args:
            batch: batch of `ExampleGather`.

        Returns:
            Query and candidate embeddings, each `[batch, embedding_dim]` float32.
        """
        query, candidate = self.embed_shared(batch)
        return (tf.gather(query, batch["basket"]) if "basket" in batch else query), candidate

    def embed_shared(self, batch: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Embeds a batch; examples of one basket share a query embedding.

        Args:
            batch: batch of `ExampleGather`.

        Returns:
            Query embeddings `[baskets, embedding_dim]` float32 (`[batch, ...]` if baskets are not shared) and candidate
            embeddings `[batch, embedding_dim]` float32.
        """
        query = self.towers.embed_customers(
            batch["customer_index"],
            batch["customer_categories"],
            batch["customer_age"],
            batch["recent_article_index"],
            batch["recent_age_days"],
        )
        candidate = self.towers.embed_articles(
            batch["article_index"], batch["article_categories"], batch["article_words"], batch["article_content"]
        )
        return query, candidate

    # AutoGraph would convert all of Keras, which takes longer than tracing.
    @tf.autograph.experimental.do_not_convert
    def train_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Runs one step of `fit`; arguments and result as in Keras, which sums the losses of replicas."""
        return super().train_step(inputs)

    def compute_loss(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the mean in-batch softmax loss, scalar float32.

        On several replicas it is the replica's part of the mean over the whole batch. The optimizer sums the gradients.
        """
        config = self.towers.config
        share = config.id_dropout if config.use_attributes else 0.0
        if training and share:
            index = inputs["article_index"]
            # A function of seed and step, so that a training that continues or has several replicas draws the same.
            seed = tf.stack([tf.constant(config.seed, tf.int64), self.optimizer.iterations])
            drawn = tf.random.stateless_uniform(tf.shape(inputs["article_rows"]), seed)
            if tf.distribute.in_cross_replica_context():
                first = 0
            else:
                first = tf.distribute.get_replica_context().replica_id_in_sync_group * tf.shape(index)[0]
            dropped = tf.gather(drawn, first + tf.range(tf.shape(index)[0])) < share
            inputs = {**inputs, "article_index": tf.where(dropped, f.MISSING, index)}
        return self.retrieval_loss(*self.embed_shared(inputs), inputs)

    def retrieval_loss(self, query: tf.Tensor, candidate: tf.Tensor, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        """Returns the mean in-batch softmax loss of embeddings, scalar float32; see `compute_loss` for replicas.

        Args:
            query: query embeddings of `embed_shared`.
            candidate: candidate embeddings of `embed_shared`.
            inputs: the batch.
        """
        candidate = _of_all_replicas(candidate)
        corrected = self.towers.config.sampling_correction
        summed = in_batch_softmax(
            query,
            candidate,
            inputs["sampling_probability"] if corrected else None,
            inputs["article_rows"],
            inputs["customer_rows"],
            self.towers.config.temperature,
            query_of=inputs.get("basket"),
        )
        return summed / tf.cast(tf.shape(candidate)[0], tf.float32)


def _of_all_replicas(candidate: tf.Tensor) -> tf.Tensor:
    """Gathers candidate embeddings `[batch, dim]` of all replicas, those of this replica first."""
    if tf.distribute.in_cross_replica_context():
        return candidate
    replica = tf.distribute.get_replica_context()
    if replica.num_replicas_in_sync == 1:
        return candidate
    size, dim = candidate.shape
    gathered = tf.ensure_shape(replica.all_gather(candidate, axis=0), [replica.num_replicas_in_sync * size, dim])
    return tf.roll(gathered, -replica.replica_id_in_sync_group * size, axis=0)
