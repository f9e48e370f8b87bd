"""ResNet152: a large network for pictures. It takes thirty times the arithmetic of EfficientNet-Lite0.

Architecture: He, Zhang, Ren and Sun, 2016, "Deep Residual Learning for Image Recognition"; here as
`tf.keras.applications` builds it.
"""

import pathlib

import tensorflow as tf

from transforms.errors import WeightsError

SIDE = 224  # of the square input, in pixels
SIZE = 2048  # values of a vector


class ResNet152(tf.Module):
    """The network without its classifier.

    Args:
        weights: weights file of `tf.keras.applications.ResNet152` without its top, or None for random weights, which
            only tests want.

    Raises:
        WeightsError: the file holds other weights.
    """

    def __init__(self, weights: pathlib.Path | None):
        super().__init__()
        try:
            self.model = tf.keras.applications.ResNet152(
                include_top=False,
                weights=None if weights is None else str(weights),
                input_shape=(SIDE, SIDE, 3),
                pooling="avg",
            )
        except (OSError, ValueError) as error:
            raise WeightsError(f"weights {weights} are not those of ResNet152 without its top ({error})") from error

    def __call__(self, pictures: tf.Tensor) -> tf.Tensor:
        """Encodes pictures.

        Args:
            pictures: `[batch, 224, 224, 3]` float32, RGB from 0 to 255.

        Returns:
            `[batch, 2048]` float32: the mean over the places of the last layer.
        """
        return self.model(tf.keras.applications.resnet.preprocess_input(pictures), training=False)
