"""Conditional logit: known optima, the zero gradient at the fit, and shared choices."""

import numpy as np
import pytest
import scipy.optimize

from components.features.conditional_logit import fit_conditional_logit


def loss(weights, inputs, labels, starts, ridge):
    """The loss of one choice after the other; the ridge is on the standardised inputs."""
    total = ridge / 2 * ((weights * inputs.std(axis=0)) ** 2).sum()
    for first, end in zip(starts, np.append(starts[1:], len(inputs)), strict=True):
        utilities = inputs[first:end] @ weights
        total += np.log(np.exp(utilities).sum()) * labels[first:end].sum() - labels[first:end] @ utilities
    return total


def random_choices(seed=0, choices=60, inputs=4):
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, 7, choices)
    starts = np.append(0, np.cumsum(lengths)[:-1])
    x = draw.normal(size=(lengths.sum(), inputs)) * [1.0, 20.0, 0.05, 3.0]
    labels = draw.random(lengths.sum()) * (draw.random(lengths.sum()) < 0.5)
    labels[starts] += 0.1
    return x, labels / np.repeat(np.add.reduceat(labels, starts), lengths), starts


def test_a_known_optimum():
    """Of two alternatives that differ by 1 in one input, 3 of 4 choices take the larger: log odds of log(3)."""
    inputs = np.tile([[1.0], [0.0]], (400, 1))
    labels = np.tile([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0], 100)
    (weight,) = fit_conditional_logit(inputs, labels, np.arange(0, 800, 2), ridge=1e-6)
    assert weight == pytest.approx(np.log(3.0), abs=1e-4)


@pytest.mark.parametrize("ridge", [0.1, 3.0])
def test_the_loss_has_no_slope_at_the_fit(ridge):
    x, labels, starts = random_choices()
    weights = fit_conditional_logit(x, labels, starts, ridge)
    for i, scale in enumerate(x.std(axis=0)):
        step = np.zeros(len(weights))
        step[i] = 1e-4 / scale
        ahead, behind = (loss(weights + sign * step, x, labels, starts, ridge) for sign in (1, -1))
        assert (ahead - behind) / 2e-4 == pytest.approx(0.0, abs=2e-3)


def test_the_fit_equals_that_of_a_general_optimiser():
    x, labels, starts = random_choices(seed=3)
    scale = x.std(axis=0)
    found = scipy.optimize.minimize(lambda w: loss(w / scale, x, labels, starts, 1.0), np.zeros(4), method="BFGS")
    np.testing.assert_allclose(fit_conditional_logit(x, labels, starts, 1.0) * scale, found.x, atol=1e-3)


def test_what_all_alternatives_of_a_choice_share_cancels_out():
    x, labels, starts = random_choices(seed=1)
    lengths = np.diff(starts, append=len(x))
    shared = np.repeat(np.random.default_rng(2).normal(size=len(starts)), lengths)[:, None]
    weights = fit_conditional_logit(np.concatenate([x, shared], axis=1), labels, starts, 1.0)
    assert weights[-1] == pytest.approx(0.0, abs=1e-4)
    np.testing.assert_allclose(weights[:-1], fit_conditional_logit(x, labels, starts, 1.0), rtol=1e-3)


def test_a_constant_input_has_no_weight():
    x, labels, starts = random_choices()
    x[:, 1] = 5.0
    assert fit_conditional_logit(x, labels, starts, 1.0)[1] == 0.0


def test_without_a_choice_all_weights_are_0():
    assert fit_conditional_logit(np.zeros((0, 3)), np.zeros(0), np.zeros(0, int), 1.0).tolist() == [0.0] * 3
