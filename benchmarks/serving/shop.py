"""A synthetic shop of H&M's size with hardly trained models.

Latency does not depend on the weights. So the ranking network has its initial weights, and the towers are trained for
one epoch on the latest purchases, which gives embeddings with enough structure for an index. The pipeline's own
functions make the state, the transform graph and the SavedModels. Each folder is made once.
"""

import dataclasses
import pathlib
import shutil
import tempfile
from collections.abc import Callable

import numpy as np

from components.model_files import CUSTOMER_IDS
from transforms.ids import read_ids

ARTICLES, CUSTOMERS, TRANSACTIONS = 105_542, 70_000, 1_500_000  # as many purchases per customer as in H&M's two years
KINDS = ("scann", "exact")
LABEL_DAYS = 7


@dataclasses.dataclass(frozen=True)
class Size:
    """Rows of the three tables."""

    articles: int = ARTICLES
    customers: int = CUSTOMERS
    transactions: int = TRANSACTIONS


class Shop:
    """Folders under one root, each made when it is first used.

    Args:
        root: root of the folders; existing folders are not made again.
        size: size of the shop.
        log: called with a message for each folder made.
    """

    def __init__(self, root: pathlib.Path, size: Size = Size(), log: Callable[[str], None] = print):
        self.root = root
        self._size = size
        self._log = log

    @property
    def tables(self) -> pathlib.Path:
        """The ingested tables of a synthetic shop."""
        return self._once("tables", self._make_tables)

    @property
    def features(self) -> pathlib.Path:
        """`states/` with the state as of the day after the last purchase, and `examples/`."""
        return self._once("features", self._make_features)

    @property
    def transform_graph(self) -> pathlib.Path:
        """Transform's graph over all articles and customers."""
        return self._once("transform", self._make_transform)

    @property
    def content(self) -> pathlib.Path:
        """The content vectors of the articles, which have texts and no photos."""
        return self._once("content", self._make_content)

    @property
    def weights(self) -> pathlib.Path:
        """Towers, ranking network and transform graph, in the layout that `assemble` reads."""
        return self._once("weights", self._make_weights)

    def model(self, kind: str) -> pathlib.Path:
        """The SavedModel with an index of this kind, as it would be pushed."""
        return self._once(f"model-{kind}", lambda to: self._make_model(kind, to))

    def customer_ids(self) -> list[str]:
        """Ids of all customers of the model."""
        return read_ids(self.model("exact") / CUSTOMER_IDS)

    def as_of(self) -> int:
        """Day of the state."""
        from transforms.calendar import load_calendar

        return load_calendar(self.features / "states").end

    def _once(self, name: str, make: Callable[[pathlib.Path], None]) -> pathlib.Path:
        folder = self.root / name
        if not folder.exists():
            unfinished = self.root / f".{name}"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            make(unfinished)
            self._log(f"made {name}")
            unfinished.rename(folder)
        return folder

    def _make_tables(self, to: pathlib.Path) -> None:
        from components.ingest.config import IngestConfig
        from components.ingest.executor import ingest
        from synthetic.shop import ShopConfig, synthesize

        with tempfile.TemporaryDirectory(prefix="shop-", dir=self.root) as csvs:
            synthesize(ShopConfig(**dataclasses.asdict(self._size)), pathlib.Path(csvs))
            ingest(pathlib.Path(csvs), to, IngestConfig())

    def _make_content(self, to: pathlib.Path) -> None:
        from components.content.config import ContentConfig
        from components.content.executor import compute_content
        from transforms.photos.shop_photos import ShopPhotos

        compute_content(self.tables, ShopPhotos(self.tables), ContentConfig(), self.root / "photos", to)

    def _make_features(self, to: pathlib.Path) -> None:
        import pyarrow.parquet as pq

        from components.features.config import FeaturesConfig
        from components.features.duckdb_engine import DuckDbEngine
        from components.features.examples import write_transform_examples
        from components.features.states import StateWriter, prepare
        from transforms.calendar import plan
        from transforms.content import CONTENT_FILE

        tables, config = self.tables, FeaturesConfig()
        with tempfile.TemporaryDirectory(prefix="spill-", dir=self.root) as spill:
            engine = DuckDbEngine(pathlib.Path(spill))
            try:
                prepare(engine, tables, to / "states")
                shutil.copyfile(self.content / CONTENT_FILE, to / "states" / CONTENT_FILE)
                days = engine.query("select min(day) as first, max(day) as last from purchases").to_pylist()[0]
                calendar = plan(first=days["first"], last=days["last"], label_days=LABEL_DAYS, list_weeks=1)
                calendar.save(to / "states")
                StateWriter(engine, [calendar.end], config, calendar.label_days).write(calendar.end, to / "states")
                write_transform_examples(engine, calendar, 1, to / "examples")  # purchases are not analysed
                pq.write_table(
                    engine.query("select customer_row, article_row, day from purchases"), to / "purchases.parquet"
                )
            finally:
                engine.close()

    def _make_transform(self, to: pathlib.Path) -> None:
        from benchmarks.transform_graph import analyse

        analyse(self.features / "examples", to)

    def _make_weights(self, to: pathlib.Path) -> None:
        import pyarrow.parquet as pq
        import tensorflow as tf
        import tensorflow_transform as tft

        from components.weights import copy_weights
        from models.ranking.config import RankingConfig
        from models.ranking.weights import build_network, save_network
        from models.recommender import features
        from models.recommender.tower_inputs import transform_entities
        from models.retrieval.config import RetrievalConfig
        from models.retrieval.purchases import sort_purchases
        from models.retrieval.snapshot import snapshot_name
        from models.retrieval.stages import train_forward
        from models.retrieval.transformed import TrainingData, tower_sizes

        graph = tft.TFTransformOutput(str(self.transform_graph))
        articles, customers = transform_entities(self.features / "states", graph)
        bought = pq.read_table(self.features / "purchases.parquet")
        columns = [bought[name].to_numpy() for name in ("customer_row", "article_row", "day")]
        purchases = sort_purchases(*columns, np.zeros(bought.num_rows, np.int64))
        data = TrainingData(
            articles=articles, customers=customers, purchases=purchases, sizes=tower_sizes(graph, articles)
        )
        with tempfile.TemporaryDirectory(prefix="training-", dir=self.root) as folder:
            work = pathlib.Path(folder)
            train_forward(
                data,
                RetrievalConfig(epochs=1, window_days=42),
                label_days=LABEL_DAYS,
                strategy=tf.distribute.get_strategy(),
                checkpoints=work / "checkpoints",
                logs=work / "logs",
                to=work / "towers",
            )
            save_network(
                build_network(RankingConfig(), features.NAMES), RankingConfig(), features.NAMES, work / "ranking"
            )
            snapshot = work / "towers" / snapshot_name(0)
            copy_weights(snapshot, work / "ranking", self.transform_graph, self.content, to)

    def _make_model(self, kind: str, to: pathlib.Path) -> None:
        from components.assemble.saved_model import save_recommender
        from models.recommender.config import RecommenderConfig

        save_recommender(self.features / "states", self.as_of(), self.weights, RecommenderConfig(index=kind), to)
