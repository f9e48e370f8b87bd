"""What the features component can be told."""

import dataclasses
import re

from transforms.errors import ConfigError
from transforms.ranges import require_one_of, require_within

_MASTER = r"local(\[[^\]]+\])?|local-cluster\[.+\]|yarn|(spark|k8s|mesos)://.+"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeaturesConfig:
    """Settings of the state and of the interactions.

    Attributes:
        list_weeks: past weeks the ranker learns from at most, 1 to 52; fewer where the data are short.
        least_list_weeks: past weeks it learns from however many lists they bring, 1 to 52.
        enough_lists: beyond the least, weeks are added until so many lists (customers who bought, week by week) are
            found, at least 1.
        history_length: distinct articles kept of each customer's past, 1 to 1000.
        half_life_days: a purchase counts half after this many days in `strength`, above 0.
        recent_length: purchases the query tower reads, 1 to 200.
        neighbours: bought-together articles kept per article, 1 to 200.
        together_window_days: how far back bought-together looks, in days, at least 1.
        together_shrinkage: added to the cosine's denominator, at least 0; damps rare pairs.
        lines_per_customer: latest purchases of a customer that make pairs, at least 2; bounds the join.
        popular_window_days: how far back popularity looks, in days, at least 1.
        popular_length: articles kept per segment, 12 to 1000.
        variants: other colours and sizes kept per article, 0 to 100.
        interaction_window_days: purchases older than this before the first list week do not train the towers.
        memory_limit_gib: DuckDB's memory limit, or None for its own default.
        engine: what runs the SQL: `duckdb` or `spark`.
        spark_master: URL of Spark's master, such as `spark://host:7077`; `local[n]` is n threads of this machine, `*`
            all it has.
        spark_folder: a folder that this machine and Spark's executors all see, for tables on their way between them;
            None, the step's own, does for a local master.
    """

    list_weeks: int = 24
    least_list_weeks: int = 6
    enough_lists: int = 8_000
    history_length: int = 160
    half_life_days: float = 60.0
    recent_length: int = 100
    neighbours: int = 30
    together_window_days: int = 180
    together_shrinkage: float = 5.0
    lines_per_customer: int = 200
    popular_window_days: int = 7
    popular_length: int = 100
    variants: int = 12
    interaction_window_days: int = 365
    memory_limit_gib: float | None = None
    engine: str = "duckdb"
    spark_master: str = "local[*]"
    spark_folder: str | None = None

    def __post_init__(self):
        require_within("features.list_weeks", self.list_weeks, 1, 52)
        require_within("features.least_list_weeks", self.least_list_weeks, 1, 52)
        require_within("features.enough_lists", self.enough_lists, 1, 1_000_000_000)
        require_within("features.history_length", self.history_length, 1, 1000)
        require_within("features.half_life_days", self.half_life_days, 1e-3, 1e6)
        require_within("features.recent_length", self.recent_length, 1, 200)
        require_within("features.neighbours", self.neighbours, 1, 200)
        require_within("features.together_window_days", self.together_window_days, 1, 100_000)
        require_within("features.together_shrinkage", self.together_shrinkage, 0, 1e6)
        require_within("features.lines_per_customer", self.lines_per_customer, 2, 100_000)
        require_within("features.popular_window_days", self.popular_window_days, 1, 1000)
        require_within("features.popular_length", self.popular_length, 12, 1000)
        require_within("features.variants", self.variants, 0, 100)
        require_within("features.interaction_window_days", self.interaction_window_days, 1, 100_000)
        if self.memory_limit_gib is not None:
            require_within("features.memory_limit_gib", self.memory_limit_gib, 0.5, 1e6)
        require_one_of("features.engine", self.engine, ("duckdb", "spark"))
        if self.engine == "spark":
            self._require_spark()

    def _require_spark(self):
        master = self.spark_master
        if not re.fullmatch(_MASTER, master):
            raise ConfigError(
                "features.spark_master must be local, local[n], yarn or a URL such as spark://host:7077. "
                f"Received: features.spark_master = {master!r}."
            )
        if not master.startswith("local") and self.spark_folder is None:
            raise ConfigError(
                "features.spark_folder must be set where Spark is on other machines: a folder that all of them see. "
                f"Received: features.spark_master = {master!r}."
            )
