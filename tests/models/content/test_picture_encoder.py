"""Encoders of pictures: what a photo's vector says, and errors of weights."""

import concurrent.futures
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageDraw

from models.content.efficientnet_lite0 import EfficientNetLite0, weights_file
from models.content.picture_encoder import PictureEncoder
from models.content.resnet152 import ResNet152
from transforms.errors import WeightsError


@pytest.fixture(scope="module")
def encoder():
    return PictureEncoder("efficientnet-lite0")


def sweater(colour: str, background: str = "white") -> Image.Image:
    image = Image.new("RGB", (240, 320), background)
    draw = ImageDraw.Draw(image)
    draw.rectangle((70, 90, 170, 260), fill=colour)
    for left in (25, 170):
        draw.rectangle((left, 90, left + 45, 230), fill=colour)
    return image


def trousers(colour: str) -> Image.Image:
    image = Image.new("RGB", (240, 320), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 30, 160, 90), fill=colour)
    for left in (80, 128):
        draw.rectangle((left, 90, left + 32, 300), fill=colour)
    return image


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_the_same_garment_in_another_colour_is_nearer_than_another_garment(encoder):
    red, blue, other = (encoder.encode(photo) for photo in (sweater("red"), sweater("navy"), trousers("red")))
    assert red.shape == (encoder.size,) == (1280,)
    assert cosine(red, blue) > cosine(red, other)


def test_the_vector_is_that_of_the_network_in_core_operations(encoder):
    photo = sweater("green")
    pixels = np.asarray(photo.resize((224, 224), Image.Resampling.BICUBIC), np.float32)
    wanted = EfficientNetLite0(weights_file())(pixels[None]).numpy()[0]
    np.testing.assert_allclose(encoder.encode(photo), wanted, atol=1e-3)


def test_threads_encode_the_same_vectors(encoder):
    photos = [sweater(colour) for colour in ("red", "navy", "black", "green")] * 3
    alone = [encoder.encode(photo) for photo in photos]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        together = list(pool.map(encoder.encode, photos))
    np.testing.assert_array_equal(together, alone)


@pytest.mark.proof  # building the network takes twenty seconds
def test_resnet152_encodes_2048_values_in_the_preparation_of_its_training():
    """Random weights: the input is BGR less the means of ImageNet, as its training's was."""
    tf.keras.utils.set_random_seed(0)
    network = ResNet152(None)
    pixels = np.asarray(sweater("red").resize((224, 224)), np.float32)[None]
    wanted = network.model(pixels[..., ::-1] - [103.939, 116.779, 123.68], training=False)
    np.testing.assert_allclose(network(pixels), wanted, rtol=1e-4, atol=1e-5)
    assert network(pixels).shape == (1, 2048)


@pytest.mark.parametrize(
    ("name", "weights", "message"),
    [
        ("resnet152", "", "needs content.picture_weights"),
        ("resnet152", "absent.h5", "must be an existing file"),
        ("efficientnet-lite0", "absent.pth", "must be an existing file"),
    ],
)
def test_missing_weights_are_one_clear_error(name, weights, message):
    with pytest.raises(WeightsError, match=message):
        PictureEncoder(name, weights)


@pytest.mark.parametrize("name", [pytest.param("resnet152", marks=pytest.mark.proof), "efficientnet-lite0"])
def test_other_files_are_refused_as_weights(name, tmp_path):
    (tmp_path / "weights.h5").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match="weights"):
        PictureEncoder(name, str(tmp_path / "weights.h5")).encode(sweater("red"))


def test_other_weights_have_another_fingerprint(encoder, tmp_path):
    changed = pathlib.Path(tmp_path / "weights.pth")
    changed.write_bytes(weights_file().read_bytes() + b"\0")
    assert PictureEncoder("efficientnet-lite0", str(changed)).fingerprint != encoder.fingerprint
