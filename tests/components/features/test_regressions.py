"""The regressions minimise their losses: compared with scipy's minimiser."""

import numpy as np
import pytest
import scipy.optimize

from components.features.regressions import RIDGE, Rows, fit_median, fit_share, share_of


def random_rows(target, count=400):
    draw = np.random.default_rng(0)
    inputs = draw.normal(3.0, 2.0, (count, 3))
    return Rows(inputs, target(inputs, draw), draw.uniform(0.5, 2.0, count))


def design(rows):
    scaled = (rows.inputs - rows.inputs.mean(axis=0)) / rows.inputs.std(axis=0)
    return np.concatenate([np.ones((len(scaled), 1)), scaled], axis=1)


def happened(x, draw):
    return (draw.random(len(x)) < share_of(x[:, 0] - 3)).astype(float)


def fraction(x, draw):
    return share_of(x[:, 1] - x[:, 0] + draw.normal(size=len(x)))


@pytest.mark.parametrize("target", [happened, fraction])
def test_a_share_minimises_the_penalised_log_loss(target):
    rows = random_rows(target)
    weights = rows.weights / rows.weights.mean()
    centre = np.average(rows.inputs, axis=0, weights=weights)
    x = (rows.inputs - centre) / np.sqrt(np.average((rows.inputs - centre) ** 2, axis=0, weights=weights))

    def loss(coefficients):
        odds = coefficients[0] + x @ coefficients[1:]
        losses = rows.target * np.log1p(np.exp(-odds)) + (1 - rows.target) * np.log1p(np.exp(odds))
        return weights @ losses + RIDGE / 2 * np.sum(coefficients[1:] ** 2)

    best = scipy.optimize.minimize(loss, np.zeros(4), tol=1e-10).x
    wanted = share_of(best[0] + x @ best[1:])
    np.testing.assert_allclose(fit_share(rows)(rows.inputs), wanted, atol=1e-3)


def test_a_median_has_nearly_the_smallest_absolute_deviations():
    rows = random_rows(lambda x, draw: x @ [1.0, 0.0, 2.0] + draw.standard_exponential(len(x)) ** 3, count=2_000)
    x = design(rows)

    def loss(forecast):
        return np.sum(rows.weights * np.abs(rows.target - forecast))

    smallest = scipy.optimize.minimize(lambda c: loss(x @ c), np.zeros(4), method="Powell").fun
    least_squares = x @ np.linalg.lstsq(x, rows.target, rcond=None)[0]
    found = loss(fit_median(rows)(rows.inputs))
    assert found < 1.02 * smallest
    assert found < 0.95 * loss(least_squares)


@pytest.mark.parametrize("fit", [fit_median, fit_share])
@pytest.mark.parametrize(("count", "columns"), [(0, 2), (1, 2), (5, 0)])
def test_few_rows_and_constant_columns_give_finite_forecasts(fit, count, columns):
    found = fit(Rows(np.ones((count, columns)), np.ones(count), np.ones(count)))(np.full((3, columns), 2.0))
    assert found.shape == (3,)
    assert np.isfinite(found).all()


def test_without_rows_the_median_is_zero_and_the_share_a_half():
    none = Rows(np.zeros((0, 2)), np.zeros(0), np.zeros(0))
    np.testing.assert_array_equal(fit_median(none)(np.ones((3, 2))), 0.0)
    np.testing.assert_array_equal(fit_share(none)(np.ones((3, 2))), 0.5)


def test_a_certain_target_gives_shares_near_it():
    rows = random_rows(lambda x, draw: np.ones(len(x)))
    assert (fit_share(rows)(rows.inputs) > 0.99).all()


def test_a_share_is_not_extrapolated_beyond_the_examples():
    inputs = np.linspace(0.0, 1.0, 50)[:, None]
    rows = Rows(inputs, (inputs[:, 0] > 0.5).astype(float), np.ones(50))
    fitted = fit_share(rows)
    np.testing.assert_array_equal(fitted(np.array([[-9.0], [40.0]])), fitted(np.array([[0.0], [1.0]])))
