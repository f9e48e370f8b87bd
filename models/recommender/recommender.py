"""The one graph: from (state, customers) to candidates, their features, their scores.

Training lists, evaluation and the served signatures all call it; there is no second implementation.
"""

import dataclasses

import tensorflow as tf

from models.ranking.network import RankingNetwork
from models.recommender import features, ops
from models.recommender.candidates import Candidates, fill_up, find_candidates
from models.recommender.config import RecommenderConfig
from models.recommender.features.pairs import Pairs
from models.recommender.nearest import Nearest
from models.recommender.query import Query
from models.recommender.state import State
from models.recommender.tower_inputs import TowerInputs
from models.retrieval.index import ExactIndex, ScannIndex
from models.retrieval.towers import Towers
from transforms.errors import DataError

_LAST = -1e30


@dataclasses.dataclass(frozen=True)
class Answer:
    """What is recommended to a batch of customers.

    Attributes:
        rows: `[batch, k]` int32 article rows, best first, padded with the number of articles.
        scores: `[batch, k]` float32, falling.
        channels: `[batch, k]` int32 bits of the channels that proposed each.
    """

    rows: tf.Tensor
    scores: tf.Tensor
    channels: tf.Tensor


class Recommender(tf.Module):
    """State, towers, index and ranking network joined.

    Args:
        config: channels and limits.
        state: tables as of a day.
        towers: the two towers.
        inputs: the towers' inputs for the state's rows.
        index: over `inputs.embeddings`.
        ranker: the network, or None before there is one (candidates and features alone).

    Raises:
        DataError: the state and the towers' inputs have different numbers of articles or customers.
    """

    def __init__(
        self,
        config: RecommenderConfig,
        state: State,
        towers: Towers,
        inputs: TowerInputs,
        index: ExactIndex | ScannIndex,
        ranker: RankingNetwork | None = None,
    ):
        super().__init__(name="recommender")
        self.config = config
        self.state = state
        self.towers = towers
        self.inputs = inputs
        self.index = index
        self.ranker = ranker
        self._require_equal_counts()

    def query(
        self,
        customers: tf.Tensor,
        looked_at: tf.Tensor | None = None,
        given: dict[str, tf.Tensor] | None = None,
    ) -> Query:
        """Looks the customers up and embeds them.

        Args:
            customers: `[batch]` int32 rows.
            looked_at: `[batch, n]` int32 rows of articles just looked at, padded, or None.
            given: what the request says of the customers in place of the state, or None: `categories`
                `[batch, c]` int32 and `age` `[batch]` float32 as `Towers` wants them, `segments` `[batch]` int32.
        """
        embeddings = self._embed(customers, looked_at, given)
        return Query(
            self.state,
            customers,
            embeddings,
            self.config.history_length,
            looked_at=looked_at,
            segments=given["segments"] if given else None,
        )

    @property
    def nearest(self) -> Nearest:
        """Search for nearest articles, among all or among the allowed ones."""
        return Nearest(self.index, self.inputs.embeddings)

    def candidates(self, query: Query, excluded: tf.Tensor | None = None) -> Candidates:
        """Candidates of the channels, at most `max_candidates`; see `find_candidates`."""
        return find_candidates(query, self.nearest, self.config, excluded)

    def features(self, query: Query, rows: tf.Tensor) -> tf.Tensor:
        """`[batch, candidates, features]` float32 of any rows `[batch, candidates]` int32."""
        return features.compute(Pairs(query, rows, self.inputs.embeddings))

    def scores(self, query: Query, rows: tf.Tensor) -> tf.Tensor:
        """`[batch, candidates]` float32; padding gets the least there is."""
        assert self.ranker is not None, "a recommender without a ranking network has no scores"
        return tf.where(rows < query.pad, self.ranker(self.features(query, rows)), _LAST)

    def recommend(self, query: Query, k: tf.Tensor | int, excluded: tf.Tensor | None = None) -> Answer:
        """The k best candidates. If the channels propose fewer than k, best-selling articles are added.

        Args:
            query: the customers.
            k: number of articles, at most `max_candidates`. Fewer are returned only if fewer are allowed.
            excluded: `[batch, n]` int32 rows that must not be recommended, padded, or None.
        """
        if self.config.exclude_purchased:
            bought = query.history_rows
            excluded = bought if excluded is None else tf.concat([bought, excluded], 1)
        candidates = fill_up(self.candidates(query, excluded), query, self.config, k, excluded)
        return self._best(query, candidates, self.scores(query, candidates.rows), k)

    def recommend_both_ways(self, query: Query, k: int) -> tuple[Answer, Answer]:
        """The k best with and without what the customer bought before, from the same candidates."""
        candidates = fill_up(self.candidates(query), query, self.config, k, None)
        scores = self.scores(query, candidates.rows)
        # Not by strength: that of a purchase many half-lives ago is 0.
        before = ops.sums_at(candidates.rows, ops.flatten(query.history_rows, query.history("days_bought"), query.pad))
        new_only = tf.where(before > 0, _LAST, scores)
        return self._best(query, candidates, scores, k), self._best(query, candidates, new_only, k)

    def _require_equal_counts(self) -> None:
        state, inputs = self.state, self.inputs
        counts = (
            ("articles", state.articles, inputs.article_ids.shape[0], inputs.embeddings.shape[0]),
            ("customers", state.customers, inputs.customer_ids.shape[0], inputs.customer_age.shape[0]),
        )
        for what, in_state, *others in counts:
            if any(rows != in_state + 1 for rows in others):
                raise DataError(
                    f"the state and the towers' inputs must be of the same {what}. Received: {in_state:,} in the "
                    f"state, {', '.join(f'{rows - 1:,}' for rows in others)} in the inputs; build both from one folder"
                )

    def _best(self, query: Query, candidates: Candidates, scores: tf.Tensor, k) -> Answer:
        best, position = tf.math.top_k(scores, k)
        real = best > _LAST
        return Answer(
            rows=tf.where(real, tf.gather(candidates.rows, position, batch_dims=1), query.pad),
            scores=tf.where(real, best, 0.0),
            channels=tf.where(real, tf.gather(candidates.channels, position, batch_dims=1), 0),
        )

    def _embed(self, customers, looked_at, given) -> tf.Tensor:
        state, length = self.state, self.towers.config.recent_length
        rows = ops.gather_rows(state.recent_offsets, state.recent_article_row, customers, length, state.articles)
        days = ops.gather_rows(state.recent_offsets, state.recent_day, customers, length, 0)
        age_days = tf.cast(state.as_of - days, tf.float32)
        if looked_at is not None:
            rows = tf.concat([looked_at, rows], axis=1)
            age_days = tf.concat([tf.zeros_like(looked_at, tf.float32), age_days], axis=1)
        recent = tf.gather(self.inputs.article_ids, rows)
        categories = tf.gather(self.inputs.customer_categories, customers)
        age = tf.gather(self.inputs.customer_age, customers)
        if given:
            known = given["categories"] >= 0
            categories = tf.where(known, given["categories"], categories)
            age = tf.where(given["has_age"], given["age"], age)
        ids = tf.gather(self.inputs.customer_ids, customers)
        return self.towers.embed_customers(ids, categories, age, recent, tf.where(recent >= 0, age_days, 0.0))
