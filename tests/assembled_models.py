"""The tiny shop's model as it is asked: saved and loaded, or its signatures without tracing them."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from components.assemble.saved_model import build_served
from models.recommender.config import RecommenderConfig
from models.recommender.signatures import ServedRecommender


def rules_of(batch, exclude=None, allow=None, deny=None) -> dict[str, list]:
    """The inputs of a request's rules; none by default."""
    none = [[""]] * batch
    return {"exclude_article_ids": exclude or none, "allow": allow or none, "deny": deny or none}


class Model:
    """Asks the signatures of a model with plain values."""

    def function(self, signature: str) -> tuple[Callable[..., Mapping[str, tf.Tensor]], Mapping[str, tf.TensorSpec]]:
        """The function of a signature and its inputs."""
        raise NotImplementedError

    def ask(self, signature: str, **inputs) -> dict[str, np.ndarray]:
        function, specs = self.function(signature)
        assert specs.keys() == inputs.keys(), signature
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


@dataclasses.dataclass
class Served(Model):
    """A saved and loaded model, and the same graph built offline."""

    folder: pathlib.Path
    loaded: object
    offline: object

    def function(self, signature):
        function = self.loaded.signatures[signature]
        return function, function.structured_input_signature[1]


@dataclasses.dataclass
class Unsaved(Model):
    """A model that was not saved. Its signatures run operation by operation: tracing them takes twenty seconds."""

    served: ServedRecommender

    def __post_init__(self):
        self.functions = self.served.functions()

    def function(self, signature):
        return self.functions[signature]


def unsaved(
    states: pathlib.Path, as_of: int, weights: pathlib.Path, config: RecommenderConfig, to: pathlib.Path
) -> Unsaved:
    """Builds the model that `save_recommender` saves; its lists of ids are written below `to`."""
    return Unsaved(build_served(states, as_of, weights, config, to))
