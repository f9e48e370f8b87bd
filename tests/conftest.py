"""Fixtures and settings of all tests: the environment of TensorFlow, the profile of Hypothesis, the tiny shop."""

import fcntl
import pathlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from lookbook.environment import prepare_tensorflow

prepare_tensorflow()

# No test result may depend on the load of the machine or on chance: no deadline, no health check of the time that
# examples take, the same examples in every run. A test that sets its own list of suppressed health checks replaces this
# list and is timed again, so this list has the health checks that all tests need suppressed.
settings.register_profile(
    "lookbook",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("lookbook")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the end-to-end tests first.

    They take longest and need none of the fixtures below, which another process builds meanwhile. The order of folders
    on the command line does not decide this: pytest leaves out a folder inside of another one.
    """
    items.sort(key=lambda item: item.path.parent.name != "e2e")


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Builds a folder once in a test run, even if several processes share the run."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if base.name.startswith("popen-") else base

    def make(name: str, build: Callable[[pathlib.Path], object]) -> pathlib.Path:
        folder, done = root / name, root / f"{name}.done"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                folder.mkdir()
                build(folder)
                done.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def tiny(once):
    """The tiny shop after the features component: `tests.tiny_shop.Place`."""
    from tests import tiny_shop
    from transforms.calendar import load_calendar

    root = once("tiny-shop", lambda folder: tiny_shop.build(folder, tiny_shop.purchases()))
    return tiny_shop.Place(root, load_calendar(root / "states"))


@pytest.fixture(scope="session")
def transformed(once, tiny):
    """The tiny shop after Transform: `graph/` and `transformed/Split-<name>/`."""
    from tests import tiny_shop

    return once("tiny-transform", lambda folder: tiny_shop.transform(tiny, folder))


@pytest.fixture(scope="session")
def trained(once, tiny, transformed):
    """The tiny shop after both trainers: `towers/week-NNN/`, `lists/`, `ranking/`, `checkpoints/`, `logs/`."""
    from tests import tiny_training

    return once("tiny-training", lambda folder: tiny_training.train(tiny, transformed, folder))


@pytest.fixture(scope="session")
def builder(tiny, trained):
    """The builder of the tiny shop's recommenders; its data are read once, which takes seconds."""
    from models.recommender.builder import RecommenderBuilder
    from tests.tiny_training import RECOMMENDER

    return RecommenderBuilder(RECOMMENDER, tiny.states, trained / "weights" / "transform_graph")
