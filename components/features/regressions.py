"""Two linear regressions of few steps: of a median, and of a share through log odds.

Both standardise the columns and penalise the squares of the coefficients, so that few rows or constant columns give
forecasts near 0 and near the mean of the shares.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from components.features.logistic import fit_logistic

RIDGE = 10.0
STEPS = 12
_MIN_RESIDUAL = 0.3  # of least absolute deviations, in the unit of the target


@dataclasses.dataclass(frozen=True)
class Rows:
    """Examples of a regression.

    Attributes:
        inputs: `[n, columns]` float64.
        target: `[n]` float64.
        weights: `[n]` float64, at least 0.
    """

    inputs: np.ndarray
    target: np.ndarray
    weights: np.ndarray


Forecast = Callable[[np.ndarray], np.ndarray]  # inputs [n, columns] to forecasts [n]


def fit_median(rows: Rows) -> Forecast:
    """Fits the median of the target: least absolute deviations by iteratively reweighted least squares.

    Each of `STEPS` solutions divides the weights by the absolute residuals of the one before, which are at least 0.3.
    """
    design_of = _standardiser(rows.inputs)
    design = design_of(rows.inputs)
    coefficients = np.zeros(design.shape[1])
    for _ in range(STEPS):
        residuals = np.abs(rows.target - design @ coefficients)
        weights = rows.weights / np.maximum(residuals, _MIN_RESIDUAL)
        coefficients = np.linalg.solve(_gram(design, weights), design.T @ (weights * rows.target))
    return lambda inputs: design_of(inputs) @ coefficients


def fit_share(rows: Rows) -> Forecast:
    """Fits the log odds of the mean of the target, which is in [0, 1], with the ridge `RIDGE`.

    With targets 0 and 1 this is logistic regression; with others, fractional logit (Papke and Wooldridge, 1996).
    Targets that are all equal give one share for all inputs. Inputs beyond those of the examples count as their largest
    or smallest: for a best seller's units a linear function would extrapolate to certainty.
    """
    if not len(rows.target) or np.ptp(rows.target) == 0:
        share = (rows.weights @ rows.target + 0.5) / (rows.weights.sum() + 1.0)
        return lambda inputs: np.full(len(inputs), share)
    coefficients, intercept = fit_logistic(rows.inputs, rows.target, rows.weights, RIDGE)
    lowest, highest = rows.inputs.min(axis=0), rows.inputs.max(axis=0)
    return lambda inputs: share_of(intercept + np.clip(inputs, lowest, highest) @ coefficients)


def share_of(log_odds: np.ndarray) -> np.ndarray:
    """Returns the share or probability of log odds, which are limited to [-30, 30].

    >>> float(share_of(np.array(0.0)))
    0.5
    """
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))


def _standardiser(inputs: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Returns a function from inputs to a design matrix: a column of ones, and the columns with mean 0, deviation 1."""
    columns = inputs.shape[1]
    mean, scale = (inputs.mean(axis=0), inputs.std(axis=0)) if len(inputs) else (np.zeros(columns), np.ones(columns))
    scale = np.where(scale > 1e-9, scale, 1.0)
    return lambda of: np.concatenate([np.ones((len(of), 1)), (of - mean) / scale], axis=1)


def _gram(design: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return (design * weights[:, None]).T @ design + RIDGE * np.eye(design.shape[1])
