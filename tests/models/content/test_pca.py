"""Principal components, against a singular value decomposition and by hand."""

import numpy as np
import pytest

from models.content.pca import Pca, fit_pca


def test_points_on_a_line_need_one_component():
    line = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    pca = fit_pca(line, share=0.95, max_size=2)
    assert pca.size == 1
    assert pca.explained == pytest.approx(1.0)
    np.testing.assert_allclose(pca.mean, [3, 4])
    np.testing.assert_allclose(pca.components[:, 0], [0.6, 0.8], atol=1e-6)
    np.testing.assert_allclose(pca.project(line), [[-5], [0], [5]], atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_components_are_the_right_singular_vectors_up_to_their_sign(dtype):
    draw = np.random.default_rng(0)
    vectors = (draw.normal(size=(9000, 6)) * [5, 4, 3, 2, 1, 0.1] + 7).astype(dtype)  # more than one block of rows
    pca = fit_pca(vectors, share=1.0, max_size=4)
    centred = vectors.astype(np.float64) - vectors.astype(np.float64).mean(axis=0)
    _, lengths, wanted = np.linalg.svd(centred, full_matrices=False)
    assert pca.size == 4
    np.testing.assert_allclose(np.abs(pca.components.T @ wanted[:4].T), np.eye(4), atol=1e-3)
    assert pca.explained == pytest.approx((lengths[:4] ** 2).sum() / (lengths**2).sum(), abs=1e-6)


@pytest.mark.parametrize(("share", "size"), [(0.25, 1), (0.5, 2), (0.51, 3), (0.95, 4), (1.0, 4)])
def test_the_fewest_components_that_keep_the_share_are_taken(share, size):
    """Four axes with equal variances: each component keeps a quarter."""
    axes = np.concatenate([np.eye(4), -np.eye(4)])
    assert fit_pca(axes, share=share, max_size=10).size == size


def test_the_number_of_components_is_limited():
    assert fit_pca(np.eye(5), share=1.0, max_size=3).size == 3


@pytest.mark.parametrize("vectors", [np.zeros((0, 8)), np.ones((5, 8)), np.zeros((4, 0))])
def test_without_variance_there_is_no_component(vectors):
    pca = fit_pca(vectors, share=0.95, max_size=4)
    assert pca.size == 0
    assert pca.explained == 0
    assert pca.project(vectors).shape == (len(vectors), 0)


def test_a_projection_is_equal_after_it_was_saved(tmp_path):
    pca = fit_pca(np.random.default_rng(1).normal(size=(20, 5)), share=0.9, max_size=5)
    pca.save(tmp_path / "pca.npz")
    read = Pca.load(tmp_path / "pca.npz")
    np.testing.assert_array_equal(read.components, pca.components)
    np.testing.assert_array_equal(read.mean, pca.mean)
    assert read.explained == pca.explained
