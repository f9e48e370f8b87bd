"""Loads a SavedModel like TensorFlow Serving, and makes inputs for any of its signatures.

Does not set `TENSORFLOW_ENVIRONMENT`, because the caller of the process switches oneDNN on or off.
"""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Answer = Mapping[str, np.ndarray]


class SessionModel:
    """A model in one session.

    Args:
        folder: folder of a version of this project, with its ids in `assets`.
    """

    def __init__(self, folder: pathlib.Path):
        import tensorflow as tf
        from scann.scann_ops.py import scann_ops  # noqa: F401 (registers the op of the ScaNN index)

        self._session = tf.compat.v1.Session(graph=tf.Graph())
        loaded = tf.compat.v1.saved_model.load(self._session, ["serve"], str(folder))
        self.signatures = {
            name: signature
            for name, signature in loaded.signature_def.items()
            if signature.inputs and not name.startswith("__")
        }
        self._ids = {
            kind: [line.encode() for line in (folder / "assets" / f"{kind}s.txt").read_text().split("\n") if line]
            for kind in ("customer_id", "article_id")
        }

    def inputs(self, signature: str, batch: int) -> dict[str, np.ndarray]:
        """Inputs `[batch, ...]` of a signature: the first ids, and empty optional inputs.

        Args:
            signature: name of the signature.
            batch: batch size.
        """
        made = {}
        for name, info in self.signatures[signature].inputs.items():
            made[name] = self._values(name, len(info.tensor_shape.dim), batch)
        return made

    def ask(self, signature: str, batch: int) -> Answer:
        """The answer to `inputs(signature, batch)`."""
        return self.ask_in_one_run([(signature, batch)])[0]

    def ask_in_one_run(self, calls: Sequence[tuple[str, int]]) -> list[Answer]:
        """The answers to several calls, computed by parallel branches of one run.

        Args:
            calls: signature and batch size of each call.
        """
        fetches: list[Any] = []
        feeds: dict[str, np.ndarray] = {}
        for signature, batch in calls:
            wanted = self.signatures[signature]
            fetches.append({name: info.name for name, info in wanted.outputs.items()})
            for name, value in self.inputs(signature, batch).items():
                feeds[wanted.inputs[name].name] = value
        return self._session.run(fetches, feeds)

    def _values(self, name: str, rank: int, batch: int) -> np.ndarray:
        import tensorflow as tf

        if name in self._ids:
            ids = self._ids[name]
            return np.array([ids[i % len(ids)] for i in range(batch)], object)
        if name == "examples":
            features = [
                tf.train.Features(feature={"customer_id": tf.train.Feature(bytes_list=tf.train.BytesList(value=[i]))})
                for i in self._values("customer_id", 1, batch)
            ]
            return np.array([tf.train.Example(features=each).SerializeToString() for each in features], object)
        if name == "age":
            return np.full(batch, np.nan, np.float32)
        if rank == 0:
            return np.int32(12)
        return np.full([batch, 1][:rank], b"", object)
