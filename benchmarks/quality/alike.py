"""Measures what makes articles alike, on a finished run (`make quality-alike`).

    python -m benchmarks.quality.alike --run OUT [--to docs/quality.md]

For articles drawn at random, the nearest articles by pictures, by texts, by behaviour and by mixtures of them: how many
have the same product type, section and colour, and how many of a customer's other purchases of a week are among them.
The week is the last list week; towers and state are those of its first day.
"""

import argparse
import dataclasses
import pathlib
import sys

import numpy as np

from benchmarks import document
from benchmarks.environment import environment, in_words
from benchmarks.quality.formatting import words
from components.weights import FOLDER, TRANSFORM
from lookbook.environment import prepare_tensorflow
from models.metrics import bootstrap_interval
from models.recommender.alike import alike_vectors
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.config import AlikeConfig, RecommenderConfig
from models.retrieval.snapshot import snapshot_name
from operations.decision_table import Trained, find_trained
from pipeline.config import load_config, preset_of_training
from transforms import columns
from transforms.calendar import load_calendar
from transforms.content import CONTENT_FILE, ContentVectors, read_content
from transforms.group_codes import group_codes
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE, labels_file

COMMAND = "make quality-alike"
K, FEW, ASKED, _SEED = 12, 5, 300, 0
ATTRIBUTES = ("product_type_name", "section_name", "colour_group_name")
KINDS = ("picture", "text", "behaviour")
MIXTURES = (
    (1.0, 0.0, 0.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
    (0.0, 0.6, 0.4),
    (0.2, 0.0, 0.8),
    (0.2, 0.3, 0.5),
    (0.2, 0.5, 0.3),
    (0.2, 0.6, 0.2),
    (0.3, 0.3, 0.4),
)


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """Articles with what makes them alike.

    Attributes:
        content: content vectors by kind.
        embeddings: `[articles, dim]` float32 of the candidate tower.
        groups: codes of each of `ATTRIBUTES` and of the product, `[articles]`; -1 is missing.
        pairs: `[n, 2]` rows of articles of different products that one customer bought in the week.
    """

    content: dict[str, ContentVectors]
    embeddings: np.ndarray
    groups: dict[str, np.ndarray]
    pairs: np.ndarray


def read_catalogue(trained: Trained, config: RecommenderConfig) -> Catalogue:
    """Reads the articles of a finished run as of the first day of its last list week.

    Args:
        trained: what the run left.
        config: settings of the run's recommender.
    """
    states = trained.graph / STATES
    calendar = load_calendar(states)
    week = len(calendar.list_days) - 1
    builder = RecommenderBuilder(config.replace(index="exact"), states, trained.weights / FOLDER / TRANSFORM)
    recommender = builder.build(calendar.list_days[week], trained.graph / TOWERS / snapshot_name(week))
    articles = pq.read_table(states / ARTICLES_FILE)
    groups = {name: group_codes(articles[name])[0] for name in (*ATTRIBUTES, columns.PRODUCT_CODE)}
    labels = pq.read_table(labels_file(states, calendar.list_days[week]))
    bought = np.unique(np.stack([labels[name].to_numpy() for name in ("customer_row", "article_row")], 1), axis=0)
    return Catalogue(
        content=read_content(states / CONTENT_FILE, articles[columns.ARTICLE_ID]),
        embeddings=recommender.inputs.embeddings.numpy()[:-1],
        groups=groups,
        pairs=pairs_of(bought[:, 0], bought[:, 1], groups[columns.PRODUCT_CODE]),
    )


def pairs_of(customers: np.ndarray, articles: np.ndarray, products: np.ndarray) -> np.ndarray:
    """All ordered pairs of articles of different products that one customer bought.

    Args:
        customers: `[n]` integers, ascending.
        articles: `[n]` rows of the articles they bought.
        products: `[articles]` code of the product of each article.

    Returns:
        `[pairs, 2]` article rows.
    """
    firsts = np.flatnonzero(np.r_[True, customers[1:] != customers[:-1]][: len(customers)])
    pairs = [
        np.stack(np.meshgrid(basket, basket, indexing="ij"), axis=-1).reshape(-1, 2)
        for basket in np.split(articles, firsts[1:])
    ]
    joined = np.concatenate([np.zeros((0, 2), np.int64), *pairs])
    return joined[products[joined[:, 0]] != products[joined[:, 1]]]


def nearest(vectors: np.ndarray, rows: np.ndarray, k: int, products: np.ndarray | None = None) -> np.ndarray:
    """The k nearest other articles by inner products.

    Args:
        vectors: `[articles, size]` float32.
        rows: `[n]` articles asked for.
        k: number of articles.
        products: `[articles]` codes; if given, articles of the same product are left out too.

    Returns:
        `[n, k]` article rows, nearest first.
    """
    scores = vectors[rows] @ vectors.T
    scores[np.arange(len(rows)), rows] = -np.inf
    if products is not None:
        scores[products[rows][:, None] == products[None, :]] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def same_share(found: np.ndarray, rows: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """For each asked article the share of the found ones with its code, `[n]` float64.

    Args:
        found: `[n, k]` article rows.
        rows: `[n]` articles asked for.
        codes: `[articles]` codes.
    """
    return (codes[found] == codes[rows][:, None]).mean(axis=1)


def figures(catalogue: Catalogue, mixture: tuple[float, float, float]) -> dict[str, np.ndarray]:
    """Figures of one mixture, by name: an array with a value for each asked article or pair.

    Args:
        catalogue: the articles.
        mixture: weights of `KINDS`.
    """
    weights = AlikeConfig.model_construct(**dict(zip(KINDS, mixture, strict=True)))
    vectors = alike_vectors(catalogue.embeddings, catalogue.content, weights)
    known = np.flatnonzero(np.abs(vectors).any(axis=1))
    rng = np.random.default_rng(_SEED)
    rows = rng.choice(known, min(ASKED, len(known)), replace=False)
    products = catalogue.groups[columns.PRODUCT_CODE]
    types = catalogue.groups[ATTRIBUTES[0]]
    found = nearest(vectors, rows, K)
    values = {name: same_share(found, rows, catalogue.groups[name]) for name in ATTRIBUTES}
    values["others"] = same_share(nearest(vectors, rows, FEW, products), rows, types)
    pairs = catalogue.pairs
    if len(pairs):
        pairs = pairs[rng.choice(len(pairs), min(5000, len(pairs)), replace=False)]
        found = nearest(vectors, pairs[:, 0], K, products)
        values["bought"] = (found == pairs[:, 1:]).any(axis=1).astype(np.float64)
    return values


def render(catalogue: Catalogue) -> str:
    """The table of all mixtures whose kinds the catalogue has."""
    header = (
        "weights of picture, text, behaviour",
        f"product type among the {K}",
        "section",
        "colour",
        f"product type among the {FEW} of other products",
        f"other purchases of the week among the {K} of other products",
    )
    has = [*(catalogue.content[kind].vectors.shape[1] > 0 for kind in KINDS[:2]), True]
    rows = []
    for mixture in MIXTURES:
        if any(weight and not there for weight, there in zip(mixture, has, strict=True)):
            continue
        values = figures(catalogue, mixture)
        names = [name for name in (*ATTRIBUTES, "others", "bought") if name in values]
        cells = [words(bootstrap_interval(values[name], seed=_SEED)) for name in names]
        empty = ["no pairs"] * ("bought" not in values)
        rows.append((", ".join(f"{weight:g}" for weight in mixture), *cells, *empty))
    return document.table(header, rows)


def main() -> int:
    """Measures and prints the table; writes it into a document if one is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.alike", description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=pathlib.Path, required=True, help="output folder of a finished `lookbook run`")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the table to")
    options = parser.parse_args()
    prepare_tensorflow()
    config = load_config(preset_of_training(options.run), []).recommender
    catalogue = read_catalogue(find_trained(options.run), config)
    pictures, articles = int(catalogue.content["picture"].known.sum()), len(catalogue.embeddings)
    head = f"{in_words(environment())}. {articles:,} articles, {pictures:,} with a photo; {ASKED} are asked for."
    text = f"{head}\n\n{render(catalogue)}"
    document.publish(text, options.to, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
