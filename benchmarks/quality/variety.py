"""Measures what limits on the answers cost, on a finished run (`make quality-variety`).

    python -m benchmarks.quality.variety --run OUT [--to docs/quality.md]

The customers who bought in the run's test week get answers from the judged weights, as of the week's first day, with
one setting changed: limits on variants and product types, or articles sold lately only. The last row scores every
candidate by all small networks, to show what the cascade changes.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from benchmarks import document
from benchmarks.environment import environment, in_words
from benchmarks.quality.formatting import signed, words
from components.weights import FOLDER, RANKING, TOWERS, TRANSFORM
from lookbook.environment import prepare_tensorflow
from models.metrics import bootstrap_interval, paired_difference, per_customer
from models.recommender.builder import STATES, RecommenderBuilder
from models.recommender.config import RecommenderConfig
from models.recommender.state import ARTICLE_GROUPS
from operations.decision_table import Trained, find_trained
from pipeline.config import load_config, preset_of_training
from transforms.calendar import load_calendar
from transforms.parquet import pq
from transforms.state_files import labels_file

COMMAND = "make quality-variety"
K, _BATCH, _SEED = 12, 256, 0
CHANGES: tuple[dict[str, int], ...] = (
    {"max_variants": 1},
    {"max_variants": 2},
    {"max_of_type": 2},
    {"max_of_type": 4},
    {"max_of_type": 6},
    {"sold_within_days": 28},
)
_TYPE = ARTICLE_GROUPS.index("product_type_name")


class TestWeek:
    """The judged weights of a run, and what was bought in its test week.

    Args:
        trained: what the run left.
        config: settings of the run's recommender.
    """

    __test__ = False  # not a test, whatever pytest may think

    def __init__(self, trained: Trained, config: RecommenderConfig):
        self._states = trained.graph / STATES
        self._folder, self._config = trained.weights / FOLDER, config
        self._builder = RecommenderBuilder(config, self._states, self._folder / TRANSFORM)
        self._cut = load_calendar(self._states).cut
        labels = pq.read_table(labels_file(self._states, self._cut))
        customers, articles = (labels[name].to_numpy() for name in ("customer_row", "article_row"))
        self.customers, starts = np.unique(customers, return_index=True)
        self.bought = [set(each.tolist()) for each in np.split(articles, starts[1:])]

    def answers(self, changes: dict[str, int], k: int = K) -> tuple[np.ndarray, np.ndarray]:
        """Article rows `[customers, 12]` of the answers with changed settings, and their product types (-1 for none).

        Args:
            changes: settings of the recommender that differ from the run's.
            k: number of articles asked for; all networks score at least so many candidates.
        """
        config = self._config.replace(index="exact", **changes)
        builder = self._builder.with_config(config)
        recommender = builder.build(self._cut, self._folder / TOWERS, self._folder / RANKING)
        parts = [
            recommender.recommend(recommender.query(tf.constant(batch, tf.int32)), k).article_rows[:, :K]
            for batch in np.split(self.customers, range(_BATCH, len(self.customers), _BATCH))
        ]
        rows = tf.concat(parts, axis=0)
        return rows.numpy(), tf.gather(recommender.state.article_groups[:, _TYPE], rows).numpy()


def mean_types(types: np.ndarray) -> float:
    """The mean number of different product types of an answer.

    Args:
        types: `[customers, k]` codes; -1 is none.

    >>> mean_types(np.array([[1, 1, 2], [3, -1, 3]]))
    1.5
    """
    return float(np.mean([len(set(each[each >= 0])) for each in types]))


def render(week: TestWeek, candidates: int, tried: Sequence[dict[str, int]] = CHANGES) -> str:
    """The table of the default settings, of changes, and of the default scored by all networks.

    Args:
        week: the test week.
        candidates: maximum number of candidates of a customer.
        tried: settings that are changed, one row each.
    """
    rows, default = [], np.zeros(0)
    cells = [({}, K), *((changes, K) for changes in tried), ({}, candidates)]
    for changes, k in cells:
        articles, types = week.answers(changes, k)
        values = per_customer(articles.tolist(), week.bought)["map_at_12"]
        label = ", ".join(f"`recommender.{name}={value}`" for name, value in changes.items())
        if not changes:
            label = "default" if k == K else "all networks score all candidates"
        default = values if not rows else default
        difference = signed(paired_difference(values, default, seed=_SEED)) if rows else ""
        rows.append((label, words(bootstrap_interval(values, seed=_SEED)), difference, f"{mean_types(types):.2f}"))
    return document.table(("answers", "MAP@12", "difference", "product types among the 12"), rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints the table; writes it into a document if one is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.variety", description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=pathlib.Path, required=True, help="output folder of a finished `lookbook run`")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the table to")
    options = parser.parse_args(arguments)
    prepare_tensorflow()
    config = load_config(preset_of_training(options.run), []).recommender
    week = TestWeek(find_trained(options.run), config)
    head = f"{in_words(environment())}. {len(week.customers):,} customers who bought in the test week."
    text = f"{head}\n\n{render(week, config.max_candidates)}"
    document.publish(text, options.to, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
