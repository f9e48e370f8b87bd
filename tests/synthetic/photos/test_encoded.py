"""The default encoder of pictures sees what only the photo shows."""

import numpy as np
import pytest

from models.content.picture_encoder import PictureEncoder
from synthetic.photos import Look, draw
from synthetic.vocabulary import COLOURS, FITS, TONES

KINDS = ("T-shirt", "Dress", "Sweater", "Trousers")
PHOTOS, TRAINED = 96, 64


@pytest.fixture(scope="module")
def encoder():
    return PictureEncoder("efficientnet-lite0")


@pytest.mark.parametrize(("appearance", "motifs"), [("Solid", 4), ("All over pattern", 5)])
def test_a_linear_model_reads_textures_and_motifs_from_the_vectors_of_photos(encoder, appearance, motifs):
    rng = np.random.default_rng(0)
    motif = np.arange(PHOTOS) % motifs
    vectors = np.stack(
        [
            encoder.encode(
                draw(
                    Look(
                        kind=KINDS[rng.integers(len(KINDS))],
                        colour=COLOURS[rng.integers(len(COLOURS))].name,
                        appearance=appearance,
                        section="Womens Everyday Collection",
                        variant=int(rng.integers(6)),
                        number=int(rng.integers(1000)),
                        tone=TONES[rng.integers(len(TONES))],
                        motif=int(number),
                        fit=FITS[rng.integers(len(FITS))],
                    )
                )
            )
            for number in motif
        ]
    )
    train, test = slice(0, TRAINED), slice(TRAINED, PHOTOS)
    known = vectors[train] - vectors[train].mean(axis=0)
    kernel = known @ known.T
    ridge = np.linalg.solve(
        kernel + 0.01 * np.trace(kernel) / len(kernel) * np.eye(TRAINED), np.eye(motifs)[motif[train]]
    )
    scores = (vectors[test] - vectors[train].mean(axis=0)) @ known.T @ ridge
    assert (scores.argmax(axis=1) == motif[test]).mean() > 2 / motifs
