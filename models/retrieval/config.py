"""What the retrieval trainer can be told."""

import dataclasses

from transforms.errors import ConfigError
from transforms.ranges import require_one_of, require_within


@dataclasses.dataclass(frozen=True, kw_only=True)
class RetrievalConfig:
    """Settings of the two towers and their training.

    Attributes:
        embedding_dim: of queries, candidates and ids, 4 to 1024.
        attribute_dim: of the embeddings of attributes and words, 1 to 256.
        hidden_units: width of the hidden layer of the corrections, 8 to 4096.
        use_customer_id: whether the query tower knows the customer's id; customers are otherwise what they bought.
        use_attributes: whether the towers know attributes and words, or ids alone.
        use_recent: whether the query tower reads the recent purchases.
        recent_length: recent purchases that are read, 1 to 200; at most `features.recent_length` are known.
        sampling_correction: whether the softmax is corrected by `candidate_sampling_probability`.
        temperature: scores are divided by it before the softmax, above 0.
        window_days: purchases older than this before the first list week are not trained on.
        optimizer: `adagrad` or `adam`.
        learning_rate: above 0.
        batch_size: examples per step over all replicas, at least 2.
        epochs: passes at most over the purchases before the first list week.
        patience: passes without a better validation before training stops.
        week_epochs: passes over each later week, as the towers are trained forward in time.
        pass_examples: purchases of a pass at most, at least 2; where there are more, each pass has others, at random.
        mixed_precision: bfloat16 compute in training, where there is a GPU.
        xla: whether the training step is compiled by XLA.
        validation_queries: queries of the validation week that are measured, at least 1.
        seed: of initial weights and shuffling.
    """

    embedding_dim: int = 128
    attribute_dim: int = 8
    hidden_units: int = 128
    use_customer_id: bool = False
    use_attributes: bool = True
    use_recent: bool = True
    recent_length: int = 100
    sampling_correction: bool = True
    temperature: float = 1.0
    window_days: int = 365
    optimizer: str = "adam"
    learning_rate: float = 0.002
    batch_size: int = 1024
    epochs: int = 8
    patience: int = 2
    week_epochs: int = 1
    pass_examples: int = 1_500_000
    mixed_precision: bool = False
    xla: bool = False
    validation_queries: int = 4000
    seed: int = 17

    def __post_init__(self):
        require_within("retrieval.embedding_dim", self.embedding_dim, 4, 1024)
        require_within("retrieval.attribute_dim", self.attribute_dim, 1, 256)
        require_within("retrieval.hidden_units", self.hidden_units, 8, 4096)
        require_within("retrieval.recent_length", self.recent_length, 1, 200)
        require_within("retrieval.temperature", self.temperature, 1e-3, 100)
        require_within("retrieval.window_days", self.window_days, 1, 100_000)
        require_within("retrieval.learning_rate", self.learning_rate, 1e-9, 10)
        require_within("retrieval.batch_size", self.batch_size, 2, 1_000_000)
        require_within("retrieval.epochs", self.epochs, 1, 1000)
        require_within("retrieval.patience", self.patience, 1, 1000)
        require_within("retrieval.week_epochs", self.week_epochs, 0, 100)
        require_within("retrieval.pass_examples", self.pass_examples, 2, 1_000_000_000)
        require_within("retrieval.validation_queries", self.validation_queries, 1, 10_000_000)
        if not (self.use_customer_id or self.use_recent or self.use_attributes):
            raise ConfigError(
                "retrieval must leave the query tower one input: use_customer_id, use_recent or use_attributes. "
                "Received: all false."
            )
        require_one_of("retrieval.optimizer", self.optimizer, ("adagrad", "adam"))
