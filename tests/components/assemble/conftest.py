"""The tiny shop's model, assembled once with each kind of index."""

import dataclasses
import functools
import pathlib

import numpy as np
import pytest

READY_S = 600


def rules_of(batch, exclude=None, allow=None, deny=None) -> dict[str, list]:
    """The inputs of a request's rules; none by default."""
    none = [[""]] * batch
    return {"exclude_article_ids": exclude or none, "allow": allow or none, "deny": deny or none}


@dataclasses.dataclass
class Served:
    """A saved and loaded model, and the same graph built offline."""

    folder: pathlib.Path
    loaded: object
    offline: object

    def ask(self, signature: str, **inputs) -> dict[str, np.ndarray]:
        import tensorflow as tf

        function = self.loaded.signatures[signature]
        specs = function.structured_input_signature[1]
        tensors = {name: tf.constant(value, specs[name].dtype) for name, value in inputs.items()}
        return {name: value.numpy() for name, value in function(**tensors).items()}

    def recommend(self, customers, recent=None, age=None, club=None, k=12, **rules) -> dict[str, np.ndarray]:
        batch = len(customers)
        return self.ask(
            "recommend",
            customer_id=customers,
            recent_article_ids=recent or [[""]] * batch,
            **rules_of(batch, **rules),
            age=[float("nan")] * batch if age is None else age,
            club_member_status=club or [""] * batch,
            k=k,
        )

    def similar(self, articles, k=12, **rules) -> dict[str, np.ndarray]:
        return self.ask("similar_articles", article_id=articles, **rules_of(len(articles), **rules), k=k)

    def complete(self, articles, customers=None, k=12, **rules) -> dict[str, np.ndarray]:
        return self.ask(
            "complete_the_look",
            article_id=articles,
            customer_id=customers or [""] * len(articles),
            **rules_of(len(articles), **rules),
            k=k,
        )


@pytest.fixture(scope="session")
def serve(tiny, trained, once):
    """Assembles and loads a model, and builds the same graph offline; each configuration once in a test run."""
    import tensorflow as tf
    from scann.scann_ops.py import scann_ops  # noqa: F401 (registers the op a ScaNN model needs)

    from components.assemble.saved_model import save_recommender
    from models.recommender.builder import RecommenderBuilder
    from tests.tiny_training import RECOMMENDER

    @functools.cache
    def make(**changes) -> Served:
        config = RECOMMENDER.replace(**changes)
        weights, day = trained / "weights", tiny.calendar.end
        name = "-".join(["model", *(f"{name}-{value}" for name, value in sorted(changes.items()))])
        folder = once(name, lambda to: save_recommender(tiny.states, day, weights, config, to / "1")) / "1"
        builder = RecommenderBuilder(config, tiny.states, weights / "transform_graph")
        offline = builder.build(day, weights / "towers", weights / "ranking")
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
