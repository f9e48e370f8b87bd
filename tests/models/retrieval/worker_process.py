"""A process that trains small towers on made purchases: `python worker_process.py FOLDER [WORKER_TO_KILL]`.

Run by path, alone or as a worker named by `TF_CONFIG`. Writes `towers/` and `logs/` below FOLDER/<task>-<index>, and
checkpoints to FOLDER/checkpoints. The worker to kill ends by SIGKILL after the second epoch of the first pass.
"""

import json
import os
import pathlib
import signal
import sys

from lookbook.environment import prepare_tensorflow

prepare_tensorflow()

import numpy as np  # noqa: E402

from models.retrieval import resuming  # noqa: E402
from models.retrieval.config import RetrievalConfig  # noqa: E402
from models.retrieval.distribution import training_strategy  # noqa: E402
from models.retrieval.entities import ArticleTable, CustomerTable  # noqa: E402
from models.retrieval.purchases import sort_purchases  # noqa: E402
from models.retrieval.stages import train_forward  # noqa: E402
from models.retrieval.towers import CONTENT  # noqa: E402
from models.retrieval.transformed import TrainingData  # noqa: E402
from transforms import features as f  # noqa: E402

ARTICLES, CUSTOMERS, PURCHASES, DAYS = 120, 50, 900, 60
CONFIG = RetrievalConfig(
    embedding_dim=8,
    attribute_dim=2,
    hidden_units=16,
    recent_length=8,
    epochs=4,
    batch_size=64,
    id_dropout=0.1,
    # Adam moves a weight by the learning rate even where its gradient is only rounding.
    optimizer="adagrad",
    learning_rate=0.02,
)


def made_data() -> TrainingData:
    """Customers buy articles near a favourite of theirs; week 1 is the last of the days."""
    draw = np.random.default_rng(5)
    keys = (*f.CUSTOMER_CATEGORIES, "age_bucket")
    customers = draw.integers(0, CUSTOMERS, PURCHASES)
    articles = (customers * 7 + draw.integers(0, 9, PURCHASES)) % ARTICLES
    days = draw.integers(0, DAYS, PURCHASES)
    return TrainingData(
        articles=ArticleTable(
            article_index=np.r_[np.arange(ARTICLES), -1].astype(np.int32),
            categories=draw.integers(-1, 3, (ARTICLES + 1, len(f.ARTICLE_CATEGORIES))).astype(np.int32),
            words=draw.integers(-1, 5, (ARTICLES + 1, f.WORDS_PER_ARTICLE)).astype(np.int32),
            content=draw.normal(size=(ARTICLES + 1, 4)).astype(np.float32),
        ),
        customers=CustomerTable(
            customer_index=np.r_[np.arange(CUSTOMERS), -1].astype(np.int32),
            categories=draw.integers(-1, 3, (CUSTOMERS + 1, len(keys))).astype(np.int32),
            age=draw.normal(size=CUSTOMERS + 1).astype(np.float32),
        ),
        purchases=sort_purchases(customers, articles, days, (days >= DAYS - 7).astype(int)),
        sizes={
            "article_id": ARTICLES,
            "customer_id": CUSTOMERS,
            f.WORDS: 5,
            CONTENT: 4,
            **dict.fromkeys((*f.ARTICLE_CATEGORIES, *keys), 3),
        },
    )


def kill_after_the_second_epoch() -> None:
    """Ends this process where no exchange with the other worker is open."""
    save = resuming.SaveEachEpoch.on_epoch_end

    def killed(self, epoch, logs=None):
        save(self, epoch, logs)
        if epoch == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    resuming.SaveEachEpoch.on_epoch_end = killed


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    task = json.loads(os.environ.get("TF_CONFIG", '{"task": {"type": "worker", "index": 0}}'))["task"]
    name = f"{task['type']}-{task['index']}"
    strategy = training_strategy()
    if name in sys.argv[2:]:
        kill_after_the_second_epoch()
    figures = train_forward(
        made_data(),
        CONFIG,
        label_days=7,
        strategy=strategy,
        checkpoints=folder / "checkpoints",
        logs=folder / name / "logs",
        to=folder / name / "towers",
    )
    print(json.dumps({"replicas": strategy.num_replicas_in_sync, "figures": figures}))


if __name__ == "__main__":
    main()
