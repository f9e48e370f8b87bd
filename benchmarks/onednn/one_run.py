"""Tests whether parallel branches of a single run have the fault of overlapping runs.

TensorFlow computes independent branches of a graph in parallel, and so does a training step with its gradients.
"""

import pathlib
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.onednn.overlapping import BATCH_SIZES, Answer, Comparison, difference
from benchmarks.onednn.session_model import SessionModel

SIGNATURES = ("customer_embedding", "serving_default", "judge")
_LISTS, _CANDIDATES, _FEATURES = 64, 161, 60


def compare_branches(version: pathlib.Path, times: int) -> Iterator[tuple[str, Comparison]]:
    """Compares two signatures with different batch sizes in one run with each alone.

    Args:
        version: folder of the model.
        times: number of runs of each pair.

    Yields:
        Name and comparison of each pair.
    """
    model = SessionModel(version)
    for sizes in BATCH_SIZES:
        # Two different signatures, because one signature has one input, which has one size in a run.
        for one, other in zip(SIGNATURES, (*SIGNATURES[1:], SIGNATURES[0]), strict=True):
            calls = [(one, sizes[0]), (other, sizes[1])]
            lone, found = [model.ask(*call) for call in calls], Comparison()
            for _ in range(times):
                for call, wanted, answer in zip(calls, lone, model.ask_in_one_run(calls), strict=True):
                    found.add(call, difference(wanted, answer))
            yield f"{one} of {sizes[0]} with {other} of {sizes[1]}", found


def compare_steps(times: int) -> Comparison:
    """Compares loss and gradients of repeated training steps of the ranking network with the same weights.

    Args:
        times: number of steps that are compared with the first one.
    """
    step = ranking_step()
    first, found = step(), Comparison()
    for _ in range(times):
        found.add(("training step", _LISTS), difference(first, step()))
    return found


def ranking_step() -> Callable[[], Answer]:
    """A training step of default size on random lists, which returns loss and gradients and changes no weights."""
    import tensorflow as tf

    from models.ranking.config import RankingConfig
    from models.ranking.model import RankingModel
    from models.ranking.weights import build_network

    tf.keras.utils.set_random_seed(1)
    config, draw = RankingConfig(dropout=0.0), np.random.default_rng(1)
    network = build_network(config, [f"feature_{i}" for i in range(_FEATURES)])
    model = RankingModel(network, config.loss)
    batch = {
        "features": tf.constant(draw.normal(size=(_LISTS, _CANDIDATES, _FEATURES)), tf.float32),
        "labels": tf.constant(np.eye(_CANDIDATES)[draw.integers(0, _CANDIDATES, _LISTS)], tf.float32),
    }

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = model.compute_loss(batch, training=True)
        return [loss, *(g for g in tape.gradient(loss, network.trainable_variables) if g is not None)]

    return lambda: {str(i): np.atleast_1d(value.numpy()) for i, value in enumerate(step())}
