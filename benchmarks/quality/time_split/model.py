"""A multi-task model: towers trained with the weighted sum of a retrieval loss and of a ranking loss.

    loss = retrieval_weight * in-batch softmax + ranking_weight * binary cross-entropy

The cross-entropy is over each purchase and random articles that were sold in the training part. Its logits are of a
small network over the query embedding, the candidate embedding and their product.
"""

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

from benchmarks.quality.time_split.config import TimeSplitConfig
from benchmarks.quality.time_split.time_features import LatentCross
from models.retrieval.entities import ArticleTable
from models.retrieval.model import TwoTowerModel
from models.retrieval.towers import Towers


class JointModel(TwoTowerModel):
    """Trains towers and ranker on the batches of `ExampleGather`.

    Args:
        towers: towers to train.
        config: settings.
        articles: article table, which gives the inputs of random articles.
        sold: `[m]` int rows of the articles to draw from.
    """

    def __init__(self, towers: Towers, config: TimeSplitConfig, articles: ArticleTable, sold: np.ndarray):
        super().__init__(towers)
        dim = config.retrieval.embedding_dim
        self.settings = config
        self.moment = LatentCross(dim) if config.time_features else None
        self.ranker = _ranker(config.ranker_units, dim, config.retrieval.seed) if config.ranking_weight else None
        self.ranking_task = tfrs.tasks.Ranking(loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))
        tables = (articles.article_index, articles.categories, articles.words, articles.content)
        self._inputs = [tf.constant(table) for table in tables]
        self._sold = tf.constant(sold, tf.int32)

    def embed_shared(self, batch: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Embeds a batch as `TwoTowerModel` does; with time features the query depends on the day of the purchase."""
        query, candidate = super().embed_shared(batch)
        return (self.moment(query, batch["query_days"]) if self.moment else query), candidate

    def compute_loss(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the weighted sum of both losses, scalar float32."""
        query, candidate = self.embed_shared(inputs)
        loss = self.settings.retrieval_weight * self.retrieval_loss(query, candidate, inputs)
        if self.ranker is None:
            return loss
        own = tf.gather(query, inputs["basket"]) if "basket" in inputs else query
        rows, choice = self.draw(tf.shape(candidate)[0])
        negatives = tf.gather(self.embed_rows(rows), choice)
        logits = self.rank(own, tf.concat([candidate[:, None], negatives], axis=1))
        labels = tf.concat([tf.ones_like(logits[:, :1]), tf.zeros_like(logits[:, 1:])], axis=1)
        return loss + self.settings.ranking_weight * self.ranking_task(labels=labels, predictions=logits)

    def draw(self, examples: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Draws random articles, each article sold with the same probability.

        The examples of a batch choose from `negative_pool` articles, because the candidate tower takes most of the
        time. An article that the customer bought can be among them, as in other implementations of this loss.

        Args:
            examples: scalar int32, number of examples.

        Returns:
            `[negative_pool]` int32 article rows, and for each example which of them are its negatives,
            `[examples, negatives_per_positive]` int32.
        """
        pool, shape = self.settings.negative_pool, tf.stack([examples, self.settings.negatives_per_positive])
        rows = tf.gather(self._sold, tf.random.uniform([pool], maxval=len(self._sold), dtype=tf.int32))
        return rows, tf.random.uniform(shape, maxval=pool, dtype=tf.int32)

    def embed_rows(self, rows: tf.Tensor) -> tf.Tensor:
        """Returns the candidate embeddings of article rows `[n]` int32: `[n, dim]` float32."""
        return self.towers.embed_articles(*(tf.gather(table, rows) for table in self._inputs))

    def rank(self, query: tf.Tensor, candidates: tf.Tensor) -> tf.Tensor:
        """Scores candidates of queries.

        Args:
            query: `[batch, dim]` float32.
            candidates: `[batch, n, dim]` float32.

        Returns:
            `[batch, n]` float32 logits.
        """
        repeated = tf.broadcast_to(query[:, None], tf.shape(candidates))
        return self.ranker(tf.concat([repeated, candidates, repeated * candidates], axis=2))[:, :, 0]


def _ranker(units: int, dim: int, seed: int) -> tf.keras.Sequential:
    kernels = (tf.keras.initializers.GlorotUniform(seed + i) for i in range(3))
    return tf.keras.Sequential(
        [
            tf.keras.layers.Input([None, 3 * dim]),
            tf.keras.layers.Dense(units, "relu", kernel_initializer=next(kernels)),
            tf.keras.layers.LayerNormalization(),
            tf.keras.layers.Dense(units, "relu", kernel_initializer=next(kernels)),
            tf.keras.layers.Dense(1, kernel_initializer=next(kernels)),
        ],
        name="ranker",
    )
