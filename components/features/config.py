"""Settings of the features component."""

import re
from typing import Literal

from pydantic import Field, model_validator

from transforms.settings import Settings

# Options that Lookbook sets itself: results depend on them, or a setting of its own holds the value.
_OWN_OPTIONS = {
    "spark.driver.memory": "features.memory_limit_gib",
    "spark.executor.memory": "features.spark_executor_memory_gib",
    "spark.local.dir": "TMPDIR",
    "spark.master": "features.spark_master",
    "spark.sql.ansi.enabled": None,
    "spark.sql.session.timeZone": None,
}
_OPTION = r"(spark\.[\w.-]+)=(.*)"
_MASTER = r"local(\[[^\]]+\])?|local-cluster\[.+\]|yarn|(spark|k8s|mesos)://.+"


class FeaturesConfig(Settings):
    """Settings of the state and of the interactions."""

    RENAMED = {"least_list_weeks": "min_list_weeks"}

    list_weeks: int = Field(
        default=24,
        ge=1,
        le=52,
        description="Maximum number of past weeks the ranking network learns from; fewer where the data are short.",
    )
    min_list_weeks: int = Field(
        default=6,
        ge=1,
        le=52,
        description="Number of past weeks the ranking network learns from at least, however many lists they hold.",
    )
    enough_lists: int = Field(
        default=8_000,
        ge=1,
        le=1_000_000_000,
        description="Weeks beyond min_list_weeks are added until this many lists (customers who bought, week by week) "
        "are found.",
    )
    history_length: int = Field(
        default=160, ge=1, le=1000, description="Distinct articles kept of each customer's past."
    )
    half_life_days: float = Field(
        default=60.0,
        ge=1e-3,
        le=1_000_000,
        description="Days after which a purchase counts half in the feature strength.",
    )
    recent_length: int = Field(
        default=100, ge=1, le=200, description="Latest purchases of a customer that the query tower reads."
    )
    neighbours: int = Field(default=30, ge=1, le=200, description="Bought-together articles kept for each article.")
    together_window_days: int = Field(
        default=180, ge=1, le=100_000, description="Days before the state's day that bought-together counts."
    )
    together_shrinkage: float = Field(
        default=5.0,
        ge=0,
        le=1_000_000,
        description="Added to the denominator of the cosine of bought-together; lowers the scores of rare pairs.",
    )
    lines_per_customer: int = Field(
        default=200,
        ge=2,
        le=100_000,
        description="Latest purchases of a customer that make bought-together pairs; limits the size of the join.",
    )
    next_basket_neighbours: int = Field(
        default=100,
        ge=1,
        le=1000,
        description="Articles kept for each article in the table of the next basket: those with the largest weights.",
    )
    next_basket_articles: int = Field(
        default=5_000,
        ge=1,
        le=100_000,
        description="Articles of the regression of the next basket: the most bought of the last "
        "next_basket_window_days. Its cost grows with their cube.",
    )
    next_basket_window_days: int = Field(
        default=180, ge=1, le=100_000, description="Days before the state's day that next_basket_articles counts."
    )
    next_basket_customers: int = Field(
        default=2_000,
        ge=1,
        le=1_000_000_000,
        description="Customers of a past week that the regression of the next basket learns from; more are sampled.",
    )
    popular_window_days: int = Field(
        default=7, ge=1, le=1000, description="Days before the state's day that popularity counts."
    )
    popular_length: int = Field(default=100, ge=12, le=1000, description="Popular articles kept for each segment.")
    variants: int = Field(default=12, ge=0, le=100, description="Other colours and sizes kept for each article.")
    interaction_window_days: int = Field(
        default=365,
        ge=1,
        le=100_000,
        description="Days before the first list week from which purchases train the towers.",
    )
    memory_limit_gib: float | None = Field(
        default=None,
        ge=0.5,
        le=1_000_000,
        description="DuckDB's memory limit in GiB, beyond which it writes to disk; none for DuckDB's default. "
        "On Spark, the heap of its driver.",
    )
    engine: Literal["duckdb", "spark"] = Field(default="duckdb", description="What runs the SQL.")
    spark_master: str = Field(
        default="local[*]",
        description="URL of Spark's master, such as spark://host:7077. local[n] is n threads of this machine, local[*] "
        "one for each processor.",
    )
    spark_folder: str | None = Field(
        default=None,
        description="Folder that this machine and Spark's executors share, for tables they exchange. A local master "
        "needs none.",
    )
    spark_executor_memory_gib: float | None = Field(
        default=None,
        ge=0.5,
        le=1_000_000,
        description="Heap of each of Spark's executors in GiB; none for Spark's default, 1 GiB. A local master has no "
        "executors of its own.",
    )
    spark_options: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="Further options of Spark as name=value, such as spark.sql.shuffle.partitions=64. They override "
        "spark-defaults.conf.",
    )

    @model_validator(mode="after")
    def _check_spark(self) -> "FeaturesConfig":
        if self.engine != "spark":
            return self
        if not re.fullmatch(_MASTER, self.spark_master):
            raise ValueError(
                "spark_master must be local, local[n], yarn or a URL such as spark://host:7077. "
                f"Received: {self.spark_master!r}."
            )
        if not self.spark_master.startswith("local") and self.spark_folder is None:
            raise ValueError(
                "spark_folder must be set where Spark is on other machines: a folder that all of them share. "
                f"Received: none, with spark_master = {self.spark_master!r}."
            )
        for option in self.spark_options:
            found = re.fullmatch(_OPTION, option, re.DOTALL)
            if not found:
                raise ValueError(f"spark_options must each be spark.name=value. Received: {option!r}.")
            if found[1] in _OWN_OPTIONS:
                own = _OWN_OPTIONS[found[1]]
                remedy = f"set {own} instead" if own else "the results depend on it"
                raise ValueError(f"spark_options must not contain {found[1]}: {remedy}. Received: {option!r}.")
        return self

    @property
    def spark_conf(self) -> dict[str, str]:
        """The options of Spark that the settings give, by name."""
        options = dict(option.split("=", 1) for option in self.spark_options)
        if self.spark_executor_memory_gib is not None:
            options["spark.executor.memory"] = f"{round(self.spark_executor_memory_gib * 1024)}m"
        return options
