"""Measures what completes a look against popular articles on the last days of a shop (`make quality-look`).

    python -m benchmarks.quality.looks --data DIR [--label-days DAYS] [--to docs/quality.md]

A basket of the last days is judged once: an article of it is drawn as the anchor, and another garment group of it. The
rankings of the group's articles know the anchor and the days before; all articles sold in those days can be right.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys
import tempfile
from collections.abc import Callable, Mapping

import numpy as np

from benchmarks import document
from benchmarks.environment import environment, in_words
from benchmarks.quality.formatting import signed, words
from benchmarks.quality.look_choices import K, draw_choices, in_batches, recall_of
from components.content.config import ContentConfig
from components.content.executor import compute_content
from components.features.config import FeaturesConfig
from components.features.duckdb_engine import DuckDbEngine
from components.features.look_catalogue import read_catalogue
from components.features.look_facts import INPUTS, PAIR_INPUTS, LookFacts
from components.features.look_model import Choices, Examples, fit
from components.features.look_pairs import Baskets
from components.features.look_sales import read_sales
from components.features.look_tastes import Tastes
from components.features.looks import Looks as LookWriter
from components.features.purchases import Purchases, read_purchases
from components.features.states import StateWriter, prepare
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from lookbook.environment import prepare_tensorflow
from models.metrics import bootstrap_interval
from transforms.calendar import date_of
from transforms.content import CONTENT_FILE
from transforms.looks import CONTENT_KINDS, LOOK_ATTRIBUTES, SALES_INPUTS, TASTE_INPUTS
from transforms.photos.shop_photos import ShopPhotos

COMMAND = "make quality-look"
_SEED = 0
POPULAR = "popular"
RANKINGS = {
    POPULAR: "popularity in the group: purchases of the last 28 days",
    "together": "bought in one basket with the anchor (counts), then popularity",
    "customer": "the model, for the customer",
    "nobody": "the model, for nobody",
}
ABLATIONS: dict[str, tuple[str, ...]] = {
    "without counts and NPMI of pairs": PAIR_INPUTS,
    "without affinities of attributes": LOOK_ATTRIBUTES,
    "without sales channel and price": SALES_INPUTS,
    "without pictures and texts": (*CONTENT_KINDS, "own_text"),
    "without the customer's taste": TASTE_INPUTS,
}


@dataclasses.dataclass(frozen=True)
class Judged:
    """Figures of a shop.

    Attributes:
        first_day: date of the first judged day.
        kind: column that groups the articles.
        groups: number of groups.
        learned: number of choices that the model was fitted on.
        recall: `[choices]` float64 of each ranking and ablation: share of the bought articles of the group among the
            12 first.
        group_hits: `[choices]` float64, 1 if the chosen group is among the 4 answered ones, by ranking of the groups.
    """

    first_day: str
    kind: str
    groups: int
    learned: int
    recall: dict[str, np.ndarray]
    group_hits: dict[str, np.ndarray]


def judge(data: pathlib.Path, label_days: int) -> Judged:
    """Judges the last days of a shop.

    Args:
        data: folder of the three CSVs and, if there are any, the photos.
        label_days: number of the last days, and of the days that the model is fitted on at a time.
    """
    from models.recommender.look_tables import load_look_tables
    from models.recommender.looks import Looks
    from models.recommender.state import State, load_tables

    config = FeaturesConfig()
    with tempfile.TemporaryDirectory(prefix="looks-") as name:
        folder = pathlib.Path(name)
        ingest(data, folder / "tables", IngestConfig())
        (folder / "content").mkdir()
        compute_content(folder / "tables", ShopPhotos(data), ContentConfig(), folder / "photos", folder / "content")
        engine = DuckDbEngine(folder)
        try:
            prepare(engine, folder / "tables", folder / "states")
            vectors = folder / "states" / CONTENT_FILE
            (folder / "content" / CONTENT_FILE).rename(vectors)
            purchases, catalogue = read_purchases(engine), read_catalogue(engine, vectors)
            day = int(purchases.days.max()) + 1 - label_days
            StateWriter(engine, [day], config, label_days).write(day, folder / "states")
            writer = LookWriter(
                purchases,
                catalogue,
                lambda day, window_days: read_sales(engine, catalogue.size, day, window_days),
                config,
                label_days,
            )
            examples, facts = writer.examples(day), writer.facts(day)
        finally:
            engine.close()
        state = State(load_tables(folder / "states", day))
        looks = Looks(load_look_tables(folder / "states", day), state)
    sold = np.bincount(purchases.article_rows[purchases.days < day], minlength=catalogue.size) > 0
    baskets = Baskets.read(purchases, day, day + label_days)
    choices = draw_choices(baskets, facts, sold, np.random.default_rng(_SEED))
    tastes = writer.tastes(choices.customers, day)
    recall = _rankings(choices, facts, looks, purchases)
    for title, dropped in ABLATIONS.items():
        weights = fit([(_without(of_articles, dropped), of_groups) for of_articles, of_groups in examples]).articles
        recall[title] = recall_of(choices, facts, _scorer(facts, choices, tastes, weights))
    return Judged(
        date_of(day),
        str(facts.kind),
        len(facts.kept),
        fit(examples).choices,
        recall,
        _group_hits(choices, facts, looks),
    )


def render(shop: str, judged: Judged) -> str:
    """A Markdown text of the figures.

    Args:
        shop: name of the data.
        judged: its figures.
    """
    base = judged.recall[POPULAR]
    rows = []
    for name, recall in judged.recall.items():
        above = ("", "")
        if name != POPULAR:
            difference = bootstrap_interval(recall - base, seed=_SEED)
            above = (signed(difference), f"{100 * difference.mean / base.mean():+.1f} %" if base.any() else "")
        rows.append((RANKINGS.get(name, name), words(bootstrap_interval(recall, seed=_SEED)), *above))
    header = ("ranking", f"Recall@{K}", "above popularity, paired", "")
    hits = {name: words(bootstrap_interval(values, seed=_SEED)) for name, values in judged.group_hits.items()}
    first = (
        f"{shop}: {len(base):,} baskets from {judged.first_day}, {judged.groups} groups of `{judged.kind}`. "
        f"The model is fitted on {judged.learned:,} choices before."
    )
    last = (
        f"The group of the basket is among the 4 answered ones for {hits['model']} of the baskets, "
        f"and among the 4 most bought others for {hits[POPULAR]}."
    )
    return f"{first}\n\n{document.table(header, rows)}\n\n{last}"


def _rankings(choices: Choices, facts: LookFacts, looks, purchases: Purchases) -> dict[str, np.ndarray]:
    """Recall of `RANKINGS`; the model's utilities are those of the served graph."""
    nobody = np.full(len(choices), int(purchases.customer_rows.max()) + 1, np.int32)
    popularity = facts.purchases[-1]

    def served(customers: np.ndarray) -> Callable[[int, np.ndarray], np.ndarray]:
        import tensorflow as tf

        from models.recommender.rules import Rules

        def score(position: int, chosen: np.ndarray) -> np.ndarray:
            none = Rules(tf.zeros([len(chosen), 0], tf.int32))
            found, _ = looks.utilities(tf.constant(choices.anchors[chosen]), tf.constant(customers[chosen]), none)
            return found.numpy()[:, position, : len(facts.candidates[position])]

        return score

    def popular(position: int, chosen: np.ndarray) -> np.ndarray:
        rows = facts.candidates[position]
        return np.broadcast_to(popularity[rows], (len(chosen), len(rows)))

    def together(position: int, chosen: np.ndarray) -> np.ndarray:
        rows = facts.candidates[position]
        counts = facts.pairs[choices.anchors[chosen]][:, rows].toarray()
        return counts + popularity[rows] / (1e3 * popularity.sum())

    scores = {POPULAR: popular, "together": together, "customer": served(choices.customers), "nobody": served(nobody)}
    return {name: recall_of(choices, facts, scores[name]) for name in RANKINGS}


def _scorer(
    facts: LookFacts, choices: Choices, tastes: Tastes, weights: np.ndarray
) -> Callable[[int, np.ndarray], np.ndarray]:
    return lambda position, chosen: facts.inputs(position, choices.anchors[chosen], tastes.of(chosen)) @ weights


def _group_hits(choices: Choices, facts: LookFacts, looks) -> Mapping[str, np.ndarray]:
    """Whether the group of each choice is among the 4 best others, by the model and by purchases."""
    inputs = facts.group_inputs(choices.anchors)
    scores = {"model": np.zeros(inputs.shape[:2]), POPULAR: inputs[:, :, 0].copy()}
    import tensorflow as tf

    from models.recommender.rules import Rules

    for part in in_batches(np.arange(len(choices))):
        given = (tf.constant(each[part]) for each in (choices.anchors, choices.customers))
        _, found = looks.utilities(*given, Rules(tf.zeros([len(part), 0], tf.int32)))
        scores["model"][part] = found.numpy()[:, : len(facts.kept)]
    own = facts.kept[None, :] == facts.groups[choices.anchors][:, None]
    best = {
        name: np.argsort(-np.where(own, -np.inf, each), axis=1, kind="stable")[:, :4] for name, each in scores.items()
    }
    return {name: (found == choices.positions[:, None]).any(axis=1).astype(float) for name, found in best.items()}


def _without(examples: Examples, dropped: tuple[str, ...]) -> Examples:
    """The same examples with inputs that are constant, so that the fit gives them the weight 0."""
    inputs = examples.inputs.copy()
    inputs[:, [INPUTS.index(name) for name in dropped]] = 0.0
    return dataclasses.replace(examples, inputs=inputs)


def main() -> int:
    """Measures and prints the tables; writes them into a document if one is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.looks", description="Figures of the looks.")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the three CSVs")
    parser.add_argument("--label-days", type=int, default=7, help="number of the last days that are judged")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the tables to")
    options = parser.parse_args()
    prepare_tensorflow()
    text = f"{in_words(environment())}.\n\n{render(options.data.name, judge(options.data, options.label_days))}"
    document.publish(text, options.to, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
