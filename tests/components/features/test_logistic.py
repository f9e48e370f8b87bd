"""The logistic regression reaches the minimum of its loss, as a general optimiser finds it."""

import numpy as np
import scipy.optimize

from components.features.logistic import fit_logistic


def random_sample(seed=0, count=400):
    draw = np.random.default_rng(seed)
    inputs = draw.normal(3.0, (1.0, 20.0, 0.1), (count, 3))
    odds = (inputs - 3.0) @ [1.0, 0.05, -8.0] - 1.5
    labels = (draw.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    return inputs, labels, draw.uniform(0.5, 4.0, count)


def test_the_fit_minimises_the_penalised_loss():
    inputs, labels, weights = random_sample()
    scaled = weights / weights.mean()
    spread = np.sqrt(np.average((inputs - np.average(inputs, 0, weights)) ** 2, 0, weights))

    def loss(trial):
        odds = inputs @ trial[:-1] + trial[-1]
        return scaled @ (np.logaddexp(0, odds) - labels * odds) + 2.0 * ((trial[:-1] * spread) ** 2).sum() / 2

    found, intercept = fit_logistic(inputs, labels, weights, ridge=2.0)
    wanted = scipy.optimize.minimize(loss, np.zeros(4), tol=1e-10).x
    np.testing.assert_allclose([*found, intercept], wanted, rtol=1e-2, atol=1e-3)


def test_a_weight_of_two_counts_like_two_rows():
    inputs, labels, _ = random_sample(count=200)
    twice = np.arange(200) < 80
    weighted = fit_logistic(inputs, labels, np.where(twice, 2.0, 1.0), ridge=1e-6)
    repeated = np.concatenate([inputs, inputs[twice]]), np.concatenate([labels, labels[twice]])
    plain = fit_logistic(*repeated, np.ones(280), ridge=1e-6)
    np.testing.assert_allclose(weighted[0], plain[0], rtol=1e-4)


def test_a_constant_input_has_no_weight():
    inputs, labels, weights = random_sample()
    found, _ = fit_logistic(np.column_stack([inputs, np.full(len(inputs), 7.0)]), labels, weights, ridge=1.0)
    assert abs(found[3]) < 1e-9
    assert np.isfinite(found).all()


def test_separable_labels_have_finite_weights():
    inputs = np.arange(20.0)[:, None]
    found, intercept = fit_logistic(inputs, (inputs[:, 0] > 9).astype(float), np.ones(20), ridge=1.0)
    assert 0 < found[0] < 10
    assert np.isfinite(intercept)
