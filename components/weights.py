"""The artifact `Weights`: trained weights, with the days of their training data and their blessed figures.

    weights/towers            the last snapshot of the towers
    weights/ranking           the judged ranking network; its `refitted/` has the network of the pushed model
    weights/transform_graph   Transform's graph with its vocabularies
    weights/content           the projections of the content vectors, and `content.json`
    weights.json              a `WeightsRecord`

`GatherWeights` writes the weights of a training, `LastBlessed` those of a pushed version, without `weights/` on a first
run.
"""

import dataclasses
import datetime
import hashlib
import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np

from components.model_files import WEIGHTS, blessed_customers, blessed_map, refitted_until, trained_until
from models.ranking.config import REFITTED
from transforms.content import CONTENT_FILE
from transforms.errors import WeightsError

FOLDER, RECORD = WEIGHTS.name, "weights.json"
TOWERS, RANKING, TRANSFORM, CONTENT = "towers", "ranking", "transform_graph", "content"
_DAYS = ("trained_until", "refitted_until")


@dataclasses.dataclass(frozen=True, kw_only=True)
class WeightsRecord:
    """Days of the training data and blessed figures of weights; None if unknown.

    The attributes have the names of the fields of `lookbook.json` (`components.model_files`).

    Attributes:
        first_run: whether there are no weights, because no other run has pushed a version yet.
        trained_until: the judged weights were trained on purchases dated before this day.
        refitted_until: the refitted ranking network was trained on purchases dated before this day.
        blessed_map_at_12: MAP@12 with which the weights passed the model gate; None before that.
        blessed_customers: number of customers of that mean.
    """

    first_run: bool = False
    trained_until: datetime.date | None = None
    refitted_until: datetime.date | None = None
    blessed_map_at_12: float | None = None
    blessed_customers: int | None = None

    @classmethod
    def of_version(cls, description: Mapping[str, Any]) -> "WeightsRecord":
        """The record of a pushed version's weights.

        Args:
            description: the version's `lookbook.json`.
        """
        return cls(
            trained_until=trained_until(description),
            refitted_until=refitted_until(description),
            blessed_map_at_12=blessed_map(description),
            blessed_customers=blessed_customers(description),
        )

    def fields(self) -> dict[str, Any]:
        """The known values as fields of the `lookbook.json` of a model with these weights."""
        tree = {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
        del tree["first_run"]
        return {name: str(value) if isinstance(value, datetime.date) else value for name, value in tree.items()}

    def write(self, folder: pathlib.Path) -> None:
        """Writes `weights.json` to the artifact's folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).write_text(json.dumps({"first_run": self.first_run, **self.fields()}, indent=1) + "\n")


def read_record(folder: pathlib.Path) -> WeightsRecord:
    """Reads the `weights.json` of an artifact `Weights`."""
    tree = json.loads((folder / RECORD).read_text())
    days = {name: datetime.date.fromisoformat(tree[name]) for name in _DAYS if name in tree}
    return WeightsRecord(**{**tree, **days})


def copy_weights(
    towers: pathlib.Path,
    ranking: pathlib.Path,
    transform_graph: pathlib.Path,
    content: pathlib.Path,
    to: pathlib.Path,
) -> None:
    """Copies the four parts of the weights to `to`, replacing an existing folder.

    Args:
        towers: folder of one snapshot.
        ranking: folder of the ranking weights.
        transform_graph: folder of Transform's graph.
        content: folder of the content vectors, of which only the projections are copied.
        to: the folder `weights`.
    """
    if to.exists():
        shutil.rmtree(to)
    for source, name in ((towers, TOWERS), (ranking, RANKING), (transform_graph, TRANSFORM)):
        shutil.copytree(source, to / name)
    shutil.copytree(content, to / CONTENT, ignore=shutil.ignore_patterns(CONTENT_FILE))


def content_projections(folder: pathlib.Path) -> pathlib.Path:
    """Folder of the projections of the content vectors.

    Args:
        folder: folder of the artifact `Weights`.

    Raises:
        WeightsError: the weights have none, because an earlier release trained them.
    """
    found = folder / FOLDER / CONTENT
    if not found.is_dir():
        raise WeightsError(f"{folder} has no content projections; train again with `lookbook run`")
    return found


def has_refitted(weights: pathlib.Path) -> bool:
    """Whether there is a refitted ranking network, which was also trained on the test week.

    Args:
        weights: the folder `weights`.
    """
    return (weights / RANKING / REFITTED).is_dir()


def ranking_of(weights: pathlib.Path, *, refitted: bool) -> pathlib.Path:
    """The folder of a ranking network.

    Args:
        weights: the folder `weights`.
        refitted: whether to return the refitted network, if there is one.
    """
    folder = weights / RANKING
    return folder / REFITTED if refitted and has_refitted(weights) else folder


def weights_digest(weights: pathlib.Path) -> str:
    """Digest of the arrays of towers and ranking networks and of the vocabularies, hex.

    Both ranking networks are included, so that the judged and the pushed model have the same digest.

    Args:
        weights: the folder `weights`.
    """
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(weights.rglob("*.npz")):
        with np.load(path) as arrays:
            for name in arrays.files:
                array = np.ascontiguousarray(arrays[name])
                digest.update(f"{name} {array.dtype} {array.shape}".encode())
                digest.update(array.tobytes())
    for path in sorted((weights / TRANSFORM).rglob("assets/*")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
