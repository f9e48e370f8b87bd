"""The tiny shop's model, assembled once with each kind of index."""

import functools

import pytest

READY_S = 600


@pytest.fixture(scope="session")
def serve(tiny, trained, once, builder):
    """Assembles and loads a model, and builds the same graph offline; each configuration once in a test run."""
    import tensorflow as tf
    from scann.scann_ops.py import scann_ops  # noqa: F401 (registers the op a ScaNN model needs)

    from components.assemble.saved_model import save_recommender
    from tests.assembled_models import Served
    from tests.tiny_training import RECOMMENDER

    @functools.cache
    def make(**changes):
        config = RECOMMENDER.replace(**changes)
        weights, day = trained / "weights", tiny.calendar.end
        name = "-".join(["model", *(f"{name}-{value}" for name, value in sorted(changes.items()))])
        folder = once(name, lambda to: save_recommender(tiny.states, day, weights, config, to / "1")) / "1"
        offline = builder.with_config(config).build(day, weights / "towers", weights / "ranking")
        return Served(folder, tf.saved_model.load(str(folder)), offline)

    return make


@pytest.fixture(scope="session", params=["exact", "scann"])
def served(request, serve):
    return serve(index=request.param)


@pytest.fixture(scope="module")
def model_server(served):
    """The model server with the assembled model."""
    from serving.server.config import ServerConfig
    from serving.server.model_server import ModelServer

    config = ServerConfig(base_paths={"lookbook": served.folder.parent}, port=0, poll_interval_s=0.1)
    with ModelServer(config) as server:
        assert server.wait_ready(READY_S), server.failures()
        yield server


@pytest.fixture(scope="session")
def exact(serve):
    return serve(index="exact")
