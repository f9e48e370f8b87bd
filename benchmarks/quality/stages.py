"""The stages of a cell, from CSVs to ranking weights, run with the pipeline's own functions and cached.

The folder of a stage is named by a hash of its settings, earlier stages and sources. So cells share common stages, and
a stopped benchmark can continue, even within the training of the towers.
"""

import json
import pathlib
import shutil
import tempfile
import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from benchmarks.quality import masking
from benchmarks.quality.cells import Cell
from benchmarks.quality.training import training_data
from benchmarks.result_store import code_of, digest_of
from benchmarks.transform_graph import analyse
from components.candidates.executor import make_lists
from components.content.executor import compute_content
from components.content.source import fingerprint_of_content
from components.features.executor import Outputs, build_features
from components.ingest.executor import ingest
from models.ranking.lists import Lists, join
from models.ranking.training import fit
from models.ranking.weights import build_network, save_network
from models.recommender import features
from models.recommender.builder import RecommenderBuilder
from models.recommender.list_features import read_lists, training_lists
from models.recommender.recommender import Recommender
from models.retrieval.snapshot import snapshot_name
from models.retrieval.stages import train_forward
from operations.time_slices import cut_before
from transforms.calendar import load_calendar
from transforms.content import CONTENT_FILE
from transforms.photos.shop_photos import ShopPhotos

_SHOP = ("components.ingest.executor", "components.features.executor", "benchmarks.transform_graph")
_TOWERS = (*_SHOP, "models.retrieval.stages", "benchmarks.quality.training")
_LISTS = (*_TOWERS, "components.candidates.executor")
_RANKING = (*_LISTS, "models.ranking.training", "benchmarks.quality.masking")
_DONE = "made.json"


class Stages:
    """The stages of all cells.

    Args:
        root: folder of the stages.
        report: called with a line for each stage that was run.
    """

    def __init__(self, root: pathlib.Path, report: Callable[[str], None]):
        self._root = root
        self._report = report
        self._lists: tuple[str, Lists] | None = None

    def of(self, cell: Cell) -> "CellStages":
        """The stages of one cell."""
        return CellStages(self, cell)

    def once(self, stage: str, inputs: Any, make: Callable[[pathlib.Path], None]) -> pathlib.Path:
        """The folder of a stage, which is run if the folder does not exist.

        Args:
            stage: name of the stage.
            inputs: all inputs of the stage.
            make: writes the folder; partial results of a stopped call are deleted.
        """
        folder = self._root / stage / digest_of(inputs)
        if not (folder / _DONE).exists():
            start_s = time.monotonic()
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.parent.mkdir(parents=True, exist_ok=True)
            make(part)
            part.mkdir(exist_ok=True)
            seconds = time.monotonic() - start_s
            (part / _DONE).write_text(json.dumps({"seconds": seconds}))
            part.rename(folder)
            self._report(f"  {stage}: {seconds:.0f} s")
        return folder

    @property
    def photo_cache(self) -> pathlib.Path:
        """Folder of the vectors of photos, which all shops share."""
        return self._root / "photos"

    def scratch(self, inputs: Any) -> pathlib.Path:
        """A folder for checkpoints, which remains if a training is killed."""
        return self._root / "checkpoints" / digest_of(inputs)

    def cached_lists(self, key: str, make: Callable[[], dict[int, Lists]]) -> dict[int, Lists]:
        """The features of the latest lists, which cells that differ only in the mask share.

        Args:
            key: key of the lists.
            make: reads the lists.
        """
        if self._lists is None or self._lists[0] != key:
            self._lists = None
            self._lists = (key, make())
        return self._lists[1]


class CellStages:
    """The stages of one cell, each run when it is first needed.

    Args:
        stages: the stages of all cells.
        cell: the cell.
    """

    def __init__(self, stages: Stages, cell: Cell):
        self._stages = stages
        self._cell = cell
        self._config = cell.config
        self._used: dict[str, dict[str, Any]] = {}

    @property
    def used(self) -> dict[str, dict[str, Any]]:
        """The stages used so far, with `key` and `seconds` of their run."""
        return self._used

    @property
    def tables(self) -> pathlib.Path:
        """The ingested tables of the data before the cut."""
        cell, config = self._cell, self._config
        end = cell.shop.end(cell.back, config.label_days)

        def make(to: pathlib.Path) -> None:
            with tempfile.TemporaryDirectory(prefix="cut-", dir=to.parent) as cut:
                data = cut_before(cell.shop.data, end, pathlib.Path(cut)) if cell.back else cell.shop.data
                ingest(data, to, config.ingest)

        inputs = [cell.shop.fingerprint, str(end), config.ingest.as_tree(), code_of(*_SHOP)]
        return self._once("tables", inputs, make)

    @property
    def content(self) -> pathlib.Path:
        """The content vectors of the articles."""
        config, photos = self._config.content, ShopPhotos(self._cell.shop.data, self._config.photos)

        def make(to: pathlib.Path) -> None:
            to.mkdir()
            compute_content(self.tables, photos, config, self._stages.photo_cache, to)

        inputs = [self._cell.shop.entities_fingerprint, fingerprint_of_content(photos, config), config.as_tree()]
        return self._once("content", inputs, make)

    @property
    def features(self) -> pathlib.Path:
        """A folder with `states/`, `examples/` and `judged/`."""

        def make(to: pathlib.Path) -> None:
            outputs = Outputs(states=to / "states", examples=to / "examples", judged=to / "judged")
            content = self.content / CONTENT_FILE
            build_features(self.tables, content, outputs, self._config.features, self._config.label_days)

        inputs = [self.tables.name, self.content.name, self._config.features.as_tree(), self._config.label_days]
        return self._once("features", inputs, make)

    @property
    def states(self) -> pathlib.Path:
        """The folder of the states."""
        return self.features / "states"

    @property
    def graph(self) -> pathlib.Path:
        """The graph of Transform, which is the same for all days of a shop."""
        inputs = [self._cell.shop.entities_fingerprint, self._config.ingest.as_tree(), code_of(*_SHOP)]
        return self._once("transform", inputs, lambda to: analyse(self.features / "examples", to))

    @property
    def towers(self) -> pathlib.Path:
        """The folder of the towers, with a snapshot of each week."""
        config = self._config.retrieval.replace(seed=self._config.retrieval.seed + self._config.seed)
        inputs = [self.features.name, self.graph.name, config.as_tree(), code_of(*_TOWERS)]

        def make(to: pathlib.Path) -> None:
            scratch = self._stages.scratch(inputs)
            figures = train_forward(
                training_data(self.states, self.features / "examples", self.graph),
                config,
                label_days=self._config.label_days,
                strategy=tf.distribute.get_strategy(),
                checkpoints=scratch / "checkpoints",
                logs=scratch / "logs",
                to=to,
            )
            (to / "figures.json").write_text(json.dumps(figures))
            shutil.rmtree(scratch)

        return self._once("towers", inputs, make)

    @property
    def last_towers(self) -> pathlib.Path:
        """The last snapshot, which the recommender uses."""
        weeks = load_calendar(self.states).list_weeks
        return self.towers / snapshot_name(weeks)

    @property
    def lists(self) -> pathlib.Path:
        """The training lists."""
        config = self._config
        candidates = config.candidates.replace(seed=config.candidates.seed + config.seed)
        settings = [each.as_tree() for each in (config.recommender, candidates)]

        def make(to: pathlib.Path) -> None:
            make_lists(self.states, self.towers, self.graph, config.recommender, candidates, to)

        return self._once("lists", [self.towers.name, settings, code_of(*_LISTS)], make)

    @property
    def ranking(self) -> pathlib.Path:
        """The weights of the ranking network."""
        config = self._config.ranking.replace(seed=self._config.ranking.seed + self._config.seed)
        masked, lists = self._cell.masked, self.lists
        calendar = load_calendar(self.states)
        through_test_week = config.refit_to_end and self._cell.as_of == "end"
        inputs = [lists.name, config.as_tree(), masked, through_test_week, code_of(*_RANKING)]

        def features_of_lists() -> dict[int, Lists]:
            return training_lists(
                read_lists([str(lists / "Split-train" / "*")]),
                self.builder(),
                self.towers,
                calendar,
                negatives=config.negatives_per_list,
                seed=config.seed,
            )

        def make(to: pathlib.Path) -> None:
            key = digest_of([lists.name, config.negatives_per_list, config.seed, code_of(*_RANKING)])
            weekly = self._stages.cached_lists(key, features_of_lists)
            known = join([part for day, part in weekly.items() if through_test_week or day < calendar.cut])
            network = build_network(config, features.NAMES)
            with tempfile.TemporaryDirectory(prefix="fit-", dir=to.parent) as scratch:
                told = masking.mask_lists(known, masked) if masked else known
                fit(network, told, config, logs=f"{scratch}/logs", backup=f"{scratch}/backup")
            if masked:
                masking.mask_network(network, masked)
            save_network(network, config, features.NAMES, to)

        return self._once("ranking", inputs, make)

    def builder(self) -> RecommenderBuilder:
        """Builds the one graph of any day."""
        return RecommenderBuilder(self._config.recommender, self.states, self.graph)

    def recommender(self) -> Recommender:
        """The recommender with the state of the cell's day and weights trained on earlier data."""
        as_of = load_calendar(self.states).day(self._cell.as_of)
        return self.builder().build(as_of, self.last_towers, self.ranking if self._cell.ranked else None)

    def _once(self, stage: str, inputs: Any, make: Callable[[pathlib.Path], None]) -> pathlib.Path:
        folder = self._stages.once(stage, inputs, make)
        self._used[stage] = {"key": folder.name, **json.loads((folder / _DONE).read_text())}
        return folder
