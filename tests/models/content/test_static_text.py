"""Vectors of texts."""

import numpy as np

from models.content import static_text


def test_vectors_have_unit_length_and_do_not_depend_on_order_or_batch():
    texts = ["striped red sweater", "red sweater striped", *(f"article {i}" for i in range(1500))]
    vectors = static_text.encode(texts)
    assert vectors.shape == (1502, static_text.SIZE)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(vectors[0], static_text.encode(texts[:1])[0], atol=1e-6)


def test_texts_about_the_same_garment_are_nearer():
    cardigan, jumper, socks = static_text.encode(
        ["Cardigan in a soft knit with buttons", "Fine-knit jumper in wool", "Trainer socks, five pairs"]
    )
    assert cardigan @ jumper > cardigan @ socks


def test_an_empty_text_has_no_vector():
    assert not static_text.encode(["", "socks"])[0].any()


def test_no_texts_have_no_vectors():
    assert static_text.encode([]).shape == (0, static_text.SIZE)
