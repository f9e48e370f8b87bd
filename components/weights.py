"""The weights of a recommender in one folder: towers, ranking network, transform graph; and their digest."""

import hashlib
import pathlib
import shutil

import numpy as np

from components.model_files import WEIGHTS
from models.ranking.config import REFITTED

FOLDER = WEIGHTS.name
TOWERS, RANKING, TRANSFORM = "towers", "ranking", "transform_graph"


def gather_weights(
    towers: pathlib.Path, ranking: pathlib.Path, transform_graph: pathlib.Path, to: pathlib.Path
) -> None:
    """Copies the three to `to`, an existing folder is replaced.

    Args:
        towers: folder of one snapshot.
        ranking: folder of the ranking weights.
        transform_graph: folder of Transform's graph.
        to: where they go.
    """
    if to.exists():
        shutil.rmtree(to)
    for source, name in ((towers, TOWERS), (ranking, RANKING), (transform_graph, TRANSFORM)):
        shutil.copytree(source, to / name)


def ranking_of(weights: pathlib.Path, *, refitted: bool) -> pathlib.Path:
    """The folder of a ranking network.

    Args:
        weights: folder made by `gather_weights`.
        refitted: the one that was trained through the test week, where there is one; or the one that was judged.
    """
    folder = weights / RANKING / REFITTED
    return folder if refitted and folder.is_dir() else weights / RANKING


def weights_digest(weights: pathlib.Path) -> str:
    """Names the weights by what they are: towers' and ranking networks' arrays and the vocabularies, hex.

    The judged and the refitted network come from one training, so both are in it, whichever a model answers by.

    Args:
        weights: folder made by `gather_weights`.
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
