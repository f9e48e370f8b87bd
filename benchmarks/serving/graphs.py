"""Compares the graphs of two SavedModels in one process: `python -m benchmarks.serving.graphs VERSION VERSION`.

The models are asked in turns for the same random customers, so that a noisy machine slows both alike. The signature is
`serving_default`; there is neither server nor client.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from lookbook.environment import prepare_tensorflow

BATCHES = {1: 400, 64: 60}  # batch size to number of rounds
WARM_UP_ROUNDS = 10
Ask = Callable[[Sequence[str]], object]


@dataclasses.dataclass(frozen=True)
class Times:
    """Times of one model at one batch size, a value for each round.

    Attributes:
        wall_s: seconds from the question to the answer.
        processor_s: processor seconds of the process, all threads together.
    """

    wall_s: tuple[float, ...]
    processor_s: tuple[float, ...]


def compare(models: Sequence[Ask], batches: Sequence[Sequence[str]], warm_up: int = WARM_UP_ROUNDS) -> list[Times]:
    """Asks each model for each batch; the model that is asked first changes from batch to batch.

    Args:
        models: functions that answer a batch of customer ids.
        batches: customer ids of each round.
        warm_up: number of first rounds that are not counted.

    Returns:
        The times of each model, in the order of `models`.
    """
    measured: list[list[tuple[float, float]]] = [[] for _ in models]
    for number, batch in enumerate(batches):
        turn = list(enumerate(models))
        for index, ask in turn if number % 2 else reversed(turn):
            wall_s, processor_s = time.perf_counter(), time.process_time()
            ask(batch)
            taken = (time.perf_counter() - wall_s, time.process_time() - processor_s)
            if number >= warm_up:
                measured[index].append(taken)
    return [Times(tuple(wall for wall, _ in rounds), tuple(spent for _, spent in rounds)) for rounds in measured]


def main() -> None:
    """Prints the median times of both models."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving.graphs", description="Compares two SavedModels."
    )
    parser.add_argument("version", nargs=2, type=pathlib.Path, help="folder of a pushed version")
    versions = parser.parse_args().version
    prepare_tensorflow()
    models = [_load(version) for version in versions]
    ids = (versions[0] / "assets.extra" / "customer_ids.txt").read_text(encoding="utf-8").split("\n")[:-1]
    random = np.random.default_rng(0)
    for size, rounds in BATCHES.items():
        batches = [[ids[i] for i in random.integers(0, len(ids), size)] for _ in range(rounds + WARM_UP_ROUNDS)]
        for version, times in zip(versions, compare(models, batches), strict=True):
            wall_ms, processor_ms = (1e3 * statistics.median(values) for values in (times.wall_s, times.processor_s))
            print(f"batch {size}: {wall_ms:.2f} ms, processor {processor_ms:.2f} ms, {version}", flush=True)


def _load(version: pathlib.Path) -> Ask:
    import tensorflow as tf
    from scann.scann_ops.py import scann_ops  # noqa: F401 (registers the op that the index is made of)

    model = tf.saved_model.load(str(version))
    # The function looks the signature up each time: the model must live as long as the function.
    return lambda customers: model.signatures["serving_default"](customer_id=tf.constant(customers))[
        "article_ids"
    ].numpy()


if __name__ == "__main__":
    main()
