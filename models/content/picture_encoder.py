"""The encoders of pictures: a photo in, a vector out."""

from __future__ import annotations

import hashlib
import pathlib
import threading

import numpy as np
import tensorflow as tf
from PIL import Image

from models.content import efficientnet_lite0, resnet152
from models.content.lite_network import LiteNetwork
from transforms.errors import WeightsError

EFFICIENTNET_LITE0, RESNET152 = "efficientnet-lite0", "resnet152"
_NETWORKS = {
    EFFICIENTNET_LITE0: (efficientnet_lite0.EfficientNetLite0, efficientnet_lite0.SIDE, efficientnet_lite0.SIZE),
    RESNET152: (resnet152.ResNet152, resnet152.SIDE, resnet152.SIZE),
}


class PictureEncoder:
    """A network with weights, which is built when the first photo is encoded. Threads may share it.

    Args:
        name: `efficientnet-lite0` or `resnet152`.
        weights: file of the weights; "" for those of a package, which only EfficientNet-Lite0 has.

    Raises:
        WeightsError: the weights are missing.
        ValueError: the name is unknown.

    Attributes:
        size: number of values of a vector.
        fingerprint: changes with the network and its weights.
    """

    def __init__(self, name: str, weights: str = ""):
        if name not in _NETWORKS:
            raise ValueError(f"name must be one of {', '.join(_NETWORKS)}. Received: {name!r}")
        self._weights = _weights_file(name, weights)
        self._network, self._side, self.size = _NETWORKS[name]
        self.fingerprint = f"{name}-{_digest(self._weights)}"
        self._built: LiteNetwork | None = None
        self._building = threading.Lock()

    def encode(self, photo: Image.Image) -> np.ndarray:
        """Encodes a photo.

        Args:
            photo: image in RGB, of any size. It is made a square without keeping its proportions.

        Returns:
            `[size]` float32.

        Raises:
            WeightsError: the weights are not those of the network.
        """
        with self._building:
            if self._built is None:
                module: tf.Module = self._network(self._weights)
                self._built = LiteNetwork(module.__call__, module, self._side)
        return self._built.encode(np.asarray(photo.resize((self._side,) * 2, Image.Resampling.BICUBIC)))


def _weights_file(name: str, weights: str) -> pathlib.Path:
    if not weights and name == EFFICIENTNET_LITE0:
        return efficientnet_lite0.weights_file()
    if not weights:
        raise WeightsError(
            f"content.picture = {name!r} needs content.picture_weights; download the weights that Keras publishes for "
            "ResNet152 without its top and name the file"
        )
    if not pathlib.Path(weights).is_file():
        raise WeightsError(f"content.picture_weights must be an existing file. Received: {weights!r}")
    return pathlib.Path(weights)


def _digest(file: pathlib.Path) -> str:
    digest = hashlib.sha256()
    with open(file, "rb") as content:
        while block := content.read(2**20):
            digest.update(block)
    return digest.hexdigest()[:16]
