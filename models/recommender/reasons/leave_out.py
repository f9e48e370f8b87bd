"""How much the score of an article falls if a group of features is left out."""

import numpy as np
import tensorflow as tf

from models.ranking.folded import FoldedNetwork
from models.ranking.network import RankingNetwork
from models.recommender import features
from models.recommender.features.pairs import Pairs
from models.recommender.reasons.codes import GROUPS, POPULAR_NOW
from models.recommender.without_past import popularity_part


class LeaveOut(tf.Module):
    """Scores articles without the features of a group.

    A feature that is left out has the mean of the training lists, which is 0 after the standardisation.

    Args:
        ranker: trained ranking network.
    """

    def __init__(self, ranker: RankingNetwork):
        super().__init__(name="leave_out")
        self.network = FoldedNetwork(ranker)
        kept = [[not features.is_of_group(name, group) for name in features.NAMES] for group in GROUPS]
        self.kept = tf.Variable(np.array(kept, np.float32), trainable=False, name="kept")

    def falls(
        self, pairs: Pairs, positions: tf.Tensor, values: tf.Tensor, scores: tf.Tensor, supported: tf.Tensor
    ) -> tf.Tensor:
        """Computes by how much each score falls without each group. Only supported groups are scored.

        The ranking network scores customers who bought or viewed an article. The scores of all others are a sum
        (`without_past.popularity_scores`), which falls by its part of popularity.

        Args:
            pairs: customers with all their candidates.
            positions: `[batch, k]` int32 positions of the best among the candidates.
            values: `[batch, k, features]` float32 features of the best, not standardised.
            scores: `[batch, k]` float32 scores of the best.
            supported: `[batch, k, groups]` bool.

        Returns:
            `[batch, k, groups]` float32; 0 where nothing is supported.
        """
        at = tf.where(supported)
        place = at[:, :2]
        kept = tf.gather(self.kept, at[:, 2])
        without = self.network(tf.gather_nd(self.network.standardise(values), place) * kept)
        falls = tf.scatter_nd(at, tf.gather_nd(scores, place) - without, tf.shape(supported, tf.int64))
        of_strangers = tf.gather(popularity_part(pairs), positions, batch_dims=1)[:, :, None]
        of_strangers *= tf.constant([float(group == POPULAR_NOW) for group in GROUPS])
        return tf.where(pairs.query.has_interests[:, None, None], falls, tf.where(supported, of_strangers, 0.0))
