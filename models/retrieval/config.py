"""Settings of the retrieval trainer, and of the search in its embeddings."""

from typing import Literal

from pydantic import Field, model_validator

from transforms.settings import Settings


class ScannConfig(Settings):
    """Settings of ScaNN's search; the defaults suit catalogues of up to about a million articles."""

    tree_from_articles: int = Field(
        default=20_000,
        ge=2,
        le=1_000_000_000,
        description="Articles from which the search has a partition tree; below it, ScaNN's documentation advises to "
        "score all articles.",
    )
    leaves: int = Field(
        default=0, ge=0, le=10_000_000, description="Leaves of the tree; 0 is the square root of the articles."
    )
    searched_share: float = Field(
        default=0.4,
        gt=0,
        le=1,
        description="Share of the leaves that a query searches; less is faster and finds fewer of the nearest.",
    )
    reordered_per_neighbour: int = Field(
        default=4,
        ge=1,
        le=1000,
        description="Articles whose exact score is computed, for each article that is asked for.",
    )
    training_sample: int = Field(
        default=100_000,
        ge=100,
        le=1_000_000_000,
        description="Maximum articles that the leaves are placed by; give at least 30 for each leaf.",
    )

    @model_validator(mode="after")
    def _check_sample(self) -> "ScannConfig":
        if self.leaves > self.training_sample:
            raise ValueError(
                f"leaves must be at most training_sample, {self.training_sample}, whose articles they are placed by. "
                f"Received: {self.leaves}."
            )
        return self


class RetrievalConfig(Settings):
    """Settings of the two towers and their training."""

    embedding_dim: int = Field(
        default=128, ge=4, le=1024, description="Dimension of query, candidate and id embeddings."
    )
    attribute_dim: int = Field(
        default=8, ge=1, le=256, description="Dimension of the embeddings of attributes and words."
    )
    hidden_units: int = Field(default=128, ge=8, le=4096, description="Width of the hidden layer of the corrections.")
    use_customer_id: bool = Field(
        default=False,
        description="Whether the query tower reads the customer's id. Without it, a customer is represented by "
        "purchases and attributes.",
    )
    use_attributes: bool = Field(
        default=True,
        description="Whether the towers read attributes, words and content vectors; without them, ids alone.",
    )
    use_recent: bool = Field(default=True, description="Whether the query tower reads the recent purchases.")
    id_dropout: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="Share of the training examples whose article is placed by content and attributes alone, so that "
        "articles without purchases can be placed; without effect if use_attributes is false.",
    )
    recent_length: int = Field(
        default=100, ge=1, le=200, description="Recent purchases that are read; at most features.recent_length exist."
    )
    sampling_correction: bool = Field(
        default=True, description="Whether the softmax is corrected by candidate_sampling_probability."
    )
    temperature: float = Field(
        default=1.0, ge=1e-3, le=100, description="Scores are divided by this before the softmax."
    )
    window_days: int = Field(
        default=365,
        ge=1,
        le=100_000,
        description="Days before the first list week from which purchases are trained on.",
    )
    optimizer: Literal["adagrad", "adam"] = Field(default="adam", description="Optimizer of the towers.")
    learning_rate: float = Field(default=0.002, ge=1e-9, le=10, description="Learning rate of the optimizer.")
    batch_size: int = Field(
        default=1024, ge=2, le=1_000_000, description="Examples in a training step, over all replicas."
    )
    epochs: int = Field(
        default=8, ge=1, le=1000, description="Maximum passes over the purchases before the first list week."
    )
    patience: int = Field(
        default=2, ge=1, le=1000, description="Passes without a better validation after which training stops."
    )
    week_epochs: int = Field(
        default=1, ge=0, le=100, description="Passes over each later week, as the towers are trained forward in time."
    )
    pass_examples: int = Field(
        default=1_500_000,
        ge=2,
        le=1_000_000_000,
        description="Maximum purchases in a pass; of more, each pass draws others at random.",
    )
    mixed_precision: bool = Field(
        default=False, description="Whether training computes in bfloat16; applies only to GPUs."
    )
    xla: bool = Field(default=False, description="Whether XLA compiles the training step.")
    validation_queries: int = Field(
        default=4000, ge=1, le=10_000_000, description="Queries of the validation week that are measured."
    )
    seed: int = Field(default=17, description="Seed of initial weights and shuffling.")

    @model_validator(mode="after")
    def _check_query_tower(self) -> "RetrievalConfig":
        if not (self.use_customer_id or self.use_recent or self.use_attributes):
            raise ValueError(
                "use_customer_id, use_recent or use_attributes must be true: the query tower needs an input. "
                "Received: all false."
            )
        return self
