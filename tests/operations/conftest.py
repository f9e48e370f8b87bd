"""The output folder of a training run on the tiny shop."""

import pytest

from components.weights import FOLDER


@pytest.fixture(scope="package")
def out(tiny, trained, tmp_path_factory):
    """A run's output folder with the tiny shop's states, towers and weights."""
    root = tmp_path_factory.mktemp("out")
    graph, weights = (
        root / "pipeline" / name for name in ("Candidates/graph/7/Format-Serving", "GatherWeights/weights/9")
    )
    for folder in (graph, weights):
        folder.mkdir(parents=True)
    (graph / "states").symlink_to(tiny.states)
    (graph / "towers").symlink_to(trained / "towers")
    (weights / FOLDER).symlink_to(trained / "weights")
    return root
