"""The stages of a cell, from CSVs to ranking weights, by the pipeline's own functions; each done once for its inputs.

A stage's folder is named by what it follows from: its settings, the stages before it and the code of its rooms. So
cells share what they have in common, and a bench that was stopped goes on; the towers even within their training.
"""

import dataclasses
import json
import pathlib
import shutil
import tempfile
import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from benchmarks.kept import code_of, digest_of
from benchmarks.quality import masking
from benchmarks.quality.cells import Cell
from benchmarks.quality.training import training_data
from benchmarks.transforming import analyse
from components.candidates.executor import make_lists
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

_SHOP = ("components/ingest", "components/features", "transforms")
_TOWERS = (*_SHOP, "models/retrieval", "benchmarks/quality/training.py")
_LISTS = (*_TOWERS, "components/candidates", "models/recommender")
_RANKING = (*_LISTS, "models/ranking", "benchmarks/quality/masking.py")
_DONE = "made.json"


class Stages:
    """Makes a cell's stages below a folder.

    Args:
        root: of all stages of all cells.
        say: told each stage that was made, with its seconds.
    """

    def __init__(self, root: pathlib.Path, say: Callable[[str], None]):
        self._root = root
        self._say = say
        self._lists: tuple[str, Lists] | None = None

    def of(self, cell: Cell) -> "Made":
        """Makes what of the cell's stages is missing."""
        return Made(self, cell)

    def once(self, stage: str, follows: Any, make: Callable[[pathlib.Path], None]) -> pathlib.Path:
        """The folder of a stage, made if it is not there.

        Args:
            stage: its name.
            follows: all that it follows from.
            make: fills a folder that does not exist yet; should it be stopped, what it left is lost.
        """
        folder = self._root / stage / digest_of(follows)
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
            self._say(f"  {stage}: {seconds:.0f} s")
        return folder

    def scratch(self, follows: Any) -> pathlib.Path:
        """A folder that outlives a killed training, for its checkpoints."""
        return self._root / "checkpoints" / digest_of(follows)

    def remembered(self, key: str, make: Callable[[], dict[int, Lists]]) -> dict[int, Lists]:
        """The features of the latest lists: cells that differ by a mask share them."""
        if self._lists is None or self._lists[0] != key:
            self._lists = None
            self._lists = (key, make())
        return self._lists[1]


class Made:
    """The stages of one cell, each made when first asked for.

    Args:
        stages: where they are kept.
        cell: whose they are.
    """

    def __init__(self, stages: Stages, cell: Cell):
        self._stages = stages
        self._cell = cell
        self._config = cell.config
        self._used: dict[str, dict[str, Any]] = {}

    @property
    def used(self) -> dict[str, dict[str, Any]]:
        """Stages so far: `key` and the `seconds` it took to make."""
        return self._used

    @property
    def tables(self) -> pathlib.Path:
        """The ingested tables of the data before the cell's end."""
        cell, config = self._cell, self._config
        end = cell.shop.end(cell.back, config.label_days)

        def make(to: pathlib.Path) -> None:
            with tempfile.TemporaryDirectory(prefix="cut-", dir=to.parent) as cut:
                data = cut_before(cell.shop.data, end, pathlib.Path(cut)) if cell.back else cell.shop.data
                ingest(data, to, config.ingest)

        follows = [cell.shop.fingerprint, str(end), dataclasses.asdict(config.ingest), code_of(_SHOP)]
        return self._once("tables", follows, make)

    @property
    def features(self) -> pathlib.Path:
        """`states/`, `examples/` and `judged/`."""

        def make(to: pathlib.Path) -> None:
            outputs = Outputs(states=to / "states", examples=to / "examples", judged=to / "judged")
            build_features(self.tables, outputs, self._config.features, self._config.label_days)

        follows = [self.tables.name, dataclasses.asdict(self._config.features), self._config.label_days]
        return self._once("features", follows, make)

    @property
    def states(self) -> pathlib.Path:
        """The states, and what does not depend on the day."""
        return self.features / "states"

    @property
    def graph(self) -> pathlib.Path:
        """Transform's graph: the same for all days of a shop."""
        follows = [self._cell.shop.entities_fingerprint, dataclasses.asdict(self._config.ingest), code_of(_SHOP)]
        return self._once("transform", follows, lambda to: analyse(self.features / "examples", to))

    @property
    def towers(self) -> pathlib.Path:
        """A snapshot of each week."""
        config = dataclasses.replace(self._config.retrieval, seed=self._config.retrieval.seed + self._config.seed)
        follows = [self.features.name, self.graph.name, dataclasses.asdict(config), code_of(_TOWERS)]

        def make(to: pathlib.Path) -> None:
            scratch = self._stages.scratch(follows)
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

        return self._once("towers", follows, make)

    @property
    def last_towers(self) -> pathlib.Path:
        """The snapshot that is shipped."""
        weeks = load_calendar(self.states).list_weeks
        return self.towers / snapshot_name(weeks)

    @property
    def lists(self) -> pathlib.Path:
        """The training lists."""
        config = self._config
        candidates = dataclasses.replace(config.candidates, seed=config.candidates.seed + config.seed)
        settings = [dataclasses.asdict(each) for each in (config.recommender, candidates)]

        def make(to: pathlib.Path) -> None:
            make_lists(self.states, self.towers, self.graph, config.recommender, candidates, to)

        return self._once("lists", [self.towers.name, settings, code_of(_LISTS)], make)

    @property
    def ranking(self) -> pathlib.Path:
        """The weights of the ranking network."""
        config = dataclasses.replace(self._config.ranking, seed=self._config.ranking.seed + self._config.seed)
        masked, lists = self._cell.masked, self.lists
        calendar = load_calendar(self.states)
        through_test_week = config.refit_to_end and self._cell.as_of == "end"
        follows = [lists.name, dataclasses.asdict(config), masked, through_test_week, code_of(_RANKING)]

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
            key = digest_of([lists.name, config.negatives_per_list, config.seed, code_of(_RANKING)])
            weekly = self._stages.remembered(key, features_of_lists)
            known = join([part for day, part in weekly.items() if through_test_week or day < calendar.cut])
            network = build_network(config, features.NAMES)
            with tempfile.TemporaryDirectory(prefix="fit-", dir=to.parent) as scratch:
                told = masking.without(known, masked) if masked else known
                fit(network, told, config, logs=f"{scratch}/logs", backup=f"{scratch}/backup")
            if masked:
                masking.deafen(network, masked)
            save_network(network, config, features.NAMES, to)

        return self._once("ranking", follows, make)

    def builder(self) -> RecommenderBuilder:
        """Builds the one graph of any day."""
        return RecommenderBuilder(self._config.recommender, self.states, self.graph)

    def recommender(self) -> Recommender:
        """The graph as it is judged: the state of the cell's day under weights that know nothing of what follows."""
        as_of = load_calendar(self.states).day(self._cell.as_of)
        return self.builder().build(as_of, self.last_towers, self.ranking if self._cell.ranked else None)

    def _once(self, stage: str, follows: Any, make: Callable[[pathlib.Path], None]) -> pathlib.Path:
        folder = self._stages.once(stage, follows, make)
        self._used[stage] = {"key": folder.name, **json.loads((folder / _DONE).read_text())}
        return folder
