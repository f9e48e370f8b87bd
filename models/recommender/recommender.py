"""The one graph: candidates, their features and their scores from a state and customers.

Training lists, evaluation and the served signatures all call this class; there is no second implementation.
"""

import dataclasses

import tensorflow as tf

from models.ranking.cascade import RESCORED, cascade_scores
from models.ranking.network import RankingNetwork
from models.recommender import arrivals, features, ops
from models.recommender.candidates import Candidates, fill_up, find_candidates
from models.recommender.config import RecommenderConfig
from models.recommender.features.pairs import Pairs
from models.recommender.looks import Looks
from models.recommender.nearest import NearestArticles
from models.recommender.query import Query
from models.recommender.reasons.leave_out import LeaveOut
from models.recommender.reasons.reasons import Reasons, find_reasons
from models.recommender.rules import Rules
from models.recommender.state import ARTICLE_GROUPS, State
from models.recommender.tower_inputs import TowerInputs
from models.recommender.variety import varied
from models.recommender.without_past import popularity_scores
from models.retrieval.index import ExactIndex, ScannIndex
from models.retrieval.towers import Towers
from transforms import columns
from transforms.errors import DataError


@dataclasses.dataclass(frozen=True)
class Answer:
    """Recommendations for a batch of customers.

    Attributes:
        article_rows: `[batch, k]` int32, best first, padded with the number of articles.
        scores: `[batch, k]` float32, descending; 0 for padding.
        channel_bits: `[batch, k]` int32 bits of the channels that proposed each article.
        positions: `[batch, k]` int32 positions of the articles among the candidates.
        reasons: reasons of each article, if they were asked for.
    """

    article_rows: tf.Tensor
    scores: tf.Tensor
    channel_bits: tf.Tensor
    positions: tf.Tensor
    reasons: Reasons | None = None


class Recommender(tf.Module):
    """Joins state, towers, index and ranking network.

    Args:
        config: channels and limits.
        state: state as of a day.
        towers: query tower and candidate tower.
        inputs: inputs of the towers for the rows of the state.
        index: index over `inputs.embeddings`.
        ranker: ranking network, or None for candidates and features only.
        alike: search for articles that are alike, or None for a recommender without served signatures.
        looks: completes looks, or None for a recommender without served signatures.

    Raises:
        DataError: the state and the inputs of the towers have different numbers of articles or customers.
    """

    def __init__(
        self,
        config: RecommenderConfig,
        state: State,
        towers: Towers,
        inputs: TowerInputs,
        index: ExactIndex | ScannIndex,
        ranker: RankingNetwork | None = None,
        alike: NearestArticles | None = None,
        looks: Looks | None = None,
    ):
        super().__init__(name="recommender")
        self.config = config
        self.state = state
        self.towers = towers
        self.inputs = inputs
        self.index = index
        self.ranker = ranker
        self.leave_out = LeaveOut(ranker) if ranker else None
        self.alike = alike
        self.looks = looks
        self._require_equal_counts()

    def query(
        self,
        customer_rows: tf.Tensor,
        viewed_rows: tf.Tensor | None = None,
        attributes: dict[str, tf.Tensor] | None = None,
    ) -> Query:
        """Builds the query of customers and embeds them.

        Args:
            customer_rows: `[batch]` int32.
            viewed_rows: `[batch, n]` int32 rows of articles just viewed, padded, or None.
            attributes: attributes of the request that replace those of the state, or None: `categories` `[batch, c]`
                int32 and `age` `[batch]` float32 as for `Towers`, `has_age` `[batch]` bool, `segments` `[batch]` int32.
        """
        embeddings = self._embed(customer_rows, viewed_rows, attributes)
        return Query(
            self.state,
            customer_rows,
            embeddings,
            self.config.history_length,
            viewed_rows=viewed_rows,
            segments=attributes["segments"] if attributes else None,
        )

    @property
    def nearest(self) -> NearestArticles:
        """Nearest-neighbour search among all or among the allowed articles."""
        return NearestArticles(self.index, self.inputs.embeddings)

    def candidates(self, query: Query, rules: Rules | None = None) -> Candidates:
        """Returns at most `max_candidates` candidates of the channels; see `find_candidates`."""
        return find_candidates(query, self.nearest, self.config, rules)

    def features(self, query: Query, article_rows: tf.Tensor) -> tf.Tensor:
        """Computes the features of pairs.

        Args:
            query: customers.
            article_rows: `[batch, candidates]` int32, padded.

        Returns:
            `[batch, candidates, features]` float32.
        """
        return features.compute(Pairs(query, article_rows, self.inputs.embeddings))

    def scores(self, query: Query, article_rows: tf.Tensor) -> tf.Tensor:
        """Computes the scores of pairs. Needs a ranking network.

        The network scores the candidates of customers who bought or viewed an article (`cascade_scores`);
        `popularity_scores` those of all others. Scores are comparable for one customer only.

        Args:
            query: customers.
            article_rows: `[batch, candidates]` int32, padded.

        Returns:
            `[batch, candidates]` float32; -1e30 for padding.
        """
        pairs = Pairs(query, article_rows, self.inputs.embeddings)
        return self._scores(pairs, features.compute(pairs))

    def _scores(self, pairs: Pairs, values: tf.Tensor, k: tf.Tensor | int = RESCORED) -> tf.Tensor:
        """Computes the scores of pairs with their features `[batch, candidates, features]`, as in `scores`.

        All networks score at least the k best of the first network.
        """
        assert self.ranker is not None, "a recommender without a ranking network has no scores"
        ranked = cascade_scores(self.ranker, values, pairs.real, tf.maximum(k, RESCORED))
        scores = tf.where(pairs.query.has_interests[:, None], ranked, popularity_scores(pairs))
        return tf.where(pairs.real, scores, ops.MASKED_SCORE)

    def recommend(
        self, query: Query, k: tf.Tensor | int, rules: Rules | None = None, *, explain: bool = False
    ) -> Answer:
        """Recommends the k best candidates. If the channels propose fewer than k, popular articles are added.

        Args:
            query: customers.
            k: number of articles, at most `max_candidates`. Fewer are returned only if fewer are allowed.
            rules: rules of the request, or None.
            explain: whether the answer has reasons.
        """
        if self.config.exclude_purchased:
            rules = Rules(query.history_rows) if rules is None else rules.but(query.history_rows)
        candidates = fill_up(self.candidates(query, rules), query, self.config, k, rules)
        pairs = Pairs(query, candidates.article_rows, self.inputs.embeddings)
        values = features.compute(pairs)
        answer = self._best(query, candidates, self._scores(pairs, values, k), k)
        if not explain:
            return answer
        assert self.leave_out is not None, "a recommender without a ranking network has no reasons"
        reasons = find_reasons(
            self.leave_out, pairs, values, answer.positions, answer.scores, self.config.new_arrival_days
        )
        return dataclasses.replace(answer, reasons=reasons)

    def recommend_all_and_new(self, query: Query, k: int) -> tuple[Answer, Answer]:
        """Recommends the k best candidates, and the k best among those the customer never bought.

        Args:
            query: customers.
            k: number of articles.

        Returns:
            Both answers, from the same candidates.
        """
        candidates = fill_up(self.candidates(query), query, self.config, k, None)
        scores = self.scores(query, candidates.article_rows)
        # Not by strength: it is 0 for a purchase many half-lives ago.
        bought = ops.flatten(query.history_rows, query.history("days_bought"), query.pad)
        new_scores = tf.where(ops.sums_of(candidates.article_rows, bought) > 0, ops.MASKED_SCORE, scores)
        return self._best(query, candidates, scores, k), self._best(query, candidates, new_scores, k)

    def _require_equal_counts(self) -> None:
        state, inputs = self.state, self.inputs
        counts = (
            ("articles", state.num_articles, inputs.article_index.shape[0], inputs.embeddings.shape[0]),
            ("customers", state.num_customers, inputs.customer_index.shape[0], inputs.customer_age.shape[0]),
        )
        for what, in_state, *others in counts:
            if any(rows != in_state + 1 for rows in others):
                raise DataError(
                    f"the state and the towers' inputs must be of the same {what}. Received: {in_state:,} in the "
                    f"state, {', '.join(f'{rows - 1:,}' for rows in others)} in the inputs; build both from one folder"
                )

    def _best(self, query: Query, candidates: Candidates, scores: tf.Tensor, k) -> Answer:
        rows, config = candidates.article_rows, self.config
        limits = [
            (tf.gather(self.state.article_groups[:, ARTICLE_GROUPS.index(group)], rows), most)
            for group, most in ((columns.PRODUCT_CODE, config.max_variants), ("product_type_name", config.max_of_type))
            if most
        ]
        values = varied(scores, limits) if limits else scores
        if config.new_arrival_slots:
            is_arrival = tf.gather(self.state.is_arrival, rows)
            best, position = arrivals.best_with_slots(values, is_arrival, config.new_arrival_slots, k)
        else:
            best, position = tf.math.top_k(values, k)
        if limits:
            best, order = tf.math.top_k(tf.gather(scores, position, batch_dims=1), k)
            position = tf.gather(position, order, batch_dims=1)
        real = best > ops.MASKED_SCORE
        return Answer(
            article_rows=tf.where(real, tf.gather(rows, position, batch_dims=1), query.pad),
            scores=tf.where(real, best, 0.0),
            channel_bits=tf.where(real, tf.gather(candidates.channel_bits, position, batch_dims=1), 0),
            positions=position,
        )

    def _embed(self, customer_rows, viewed_rows, attributes) -> tf.Tensor:
        state, length = self.state, self.towers.config.recent_length
        offsets = state.recent_offsets
        rows = ops.gather_lists(offsets, state.recent_article_row, customer_rows, length, state.num_articles)
        days = ops.gather_lists(offsets, state.recent_day, customer_rows, length, 0)
        age_days = tf.cast(state.as_of - days, tf.float32)
        if viewed_rows is not None:
            rows = tf.concat([viewed_rows, rows], axis=1)
            age_days = tf.concat([tf.zeros_like(viewed_rows, tf.float32), age_days], axis=1)
        recent_article_index = tf.gather(self.inputs.article_index, rows)
        categories = tf.gather(self.inputs.customer_categories, customer_rows)
        age = tf.gather(self.inputs.customer_age, customer_rows)
        if attributes:
            categories = tf.where(attributes["categories"] >= 0, attributes["categories"], categories)
            age = tf.where(attributes["has_age"], attributes["age"], age)
        customer_index = tf.gather(self.inputs.customer_index, customer_rows)
        age_days = tf.where(recent_article_index >= 0, age_days, 0.0)
        return self.towers.embed_customers(customer_index, categories, age, recent_article_index, age_days)
