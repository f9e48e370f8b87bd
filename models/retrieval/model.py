"""The TFRS model that trains the towers: in-batch softmax with sampling correction."""

import tensorflow as tf
import tensorflow_recommenders as tfrs

from models.retrieval.softmax import in_batch_softmax
from models.retrieval.towers import Towers


class TwoTowerModel(tfrs.Model):
    """Trains `Towers` on batches of `ExampleGather`.

    Args:
        towers: what is trained.
    """

    def __init__(self, towers: Towers):
        super().__init__()
        self.towers = towers

    def embed(self, batch: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Query and candidate embeddings of a batch, `[batch, embedding_dim]` float32 each."""
        query, candidate = self.embed_shared(batch)
        return (tf.gather(query, batch["basket"]) if "basket" in batch else query), candidate

    def embed_shared(self, batch: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """The same, but where baskets share their query it stands there once."""
        query = self.towers.embed_customers(
            batch["customer_ids"],
            batch["customer_categories"],
            batch["customer_age"],
            batch["recent"],
            batch["recent_age_days"],
        )
        candidate = self.towers.embed_articles(
            batch["article_ids"], batch["article_categories"], batch["article_words"]
        )
        return query, candidate

    # AutoGraph would rewrite all of Keras on its way through, which takes longer than tracing.
    @tf.autograph.experimental.do_not_convert
    def train_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One step of `fit`."""
        return super().train_step(inputs)

    def compute_loss(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Mean in-batch softmax loss, scalar float32."""
        query, candidate = self.embed_shared(inputs)
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
