"""The nearest articles by content vectors, worked out by hand."""

import numpy as np

from transforms.content import ContentVectors, nearest_rows, unit_vectors

UNITS = np.array([[1, 0], [0.8, 0.6], [0, 0], [0.8, 0.6], [-1, 0]], np.float32)


def test_the_nearest_are_those_of_the_largest_cosine_and_of_equal_ones_the_lower_row():
    assert nearest_rows(UNITS, UNITS[0], 3) == [0, 1, 3]


def test_articles_without_a_vector_or_left_out_are_not_found():
    assert nearest_rows(UNITS, UNITS[0], 9, left_out=np.array([True, False, False, False, False])) == [1, 3, 4]


def test_unit_vectors_have_length_1_and_zeros_stay_zeros():
    np.testing.assert_allclose(unit_vectors(np.array([[3, 4], [0, 0]], np.float16)), [[0.6, 0.8], [0, 0]], rtol=1e-6)


def test_the_first_components_are_scaled_to_length_1():
    vectors = ContentVectors(vectors=np.array([[3, 4, 12]], np.float16), known=np.array([True]))
    np.testing.assert_allclose(vectors.unit(2), [[0.6, 0.8]], rtol=1e-6)
    np.testing.assert_allclose(vectors.unit(9), [[3 / 13, 4 / 13, 12 / 13]], rtol=1e-6)
