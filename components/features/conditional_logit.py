"""Conditional logit: the probability that one of several alternatives is chosen, fitted by Newton steps.

The alternatives of one choice compete: `P(i) = exp(w x_i) / sum_j exp(w x_j)` (McFadden, 1974). What all alternatives
of a choice have in common cancels out.
"""

import numpy as np

_MAX_STEPS = 30
_TOLERANCE = 1e-7  # relative decrease of the loss at which the fit ends


def fit_conditional_logit(inputs: np.ndarray, labels: np.ndarray, starts: np.ndarray, ridge: float) -> np.ndarray:
    """Fits the weights of inputs.

    Minimises the negative log likelihood plus `ridge / 2` times the squared weights of the standardised inputs. A step
    that would raise the loss is halved.

    Args:
        inputs: `[alternatives, m]` floating point; the alternatives of a choice follow each other.
        labels: `[alternatives]` float64, not negative; they sum to 1 in each choice, so that several chosen
            alternatives share it.
        starts: `[choices]` int position of each choice's first alternative, ascending from 0; each has one at least.
        ridge: above 0.

    Returns:
        Weights of the inputs as given, `[m]` float64; zeros without a choice.
    """
    if not len(starts):
        return np.zeros(inputs.shape[1])
    scale = inputs.std(axis=0, dtype=np.float64)
    scale[scale < 1e-6] = np.inf  # a constant input has the weight 0
    z = ((inputs - inputs.mean(axis=0, dtype=np.float64)) / scale).astype(np.float32)
    weights = np.zeros(inputs.shape[1])
    loss, gradient, curvature = _loss(z, labels, starts, ridge, weights)
    for _ in range(_MAX_STEPS):
        step = -np.linalg.solve(curvature, gradient)
        trial = _loss(z, labels, starts, ridge, weights + step)
        while trial[0] > loss and np.abs(step).max() > 1e-9:
            step = step / 2
            trial = _loss(z, labels, starts, ridge, weights + step)
        if trial[0] > loss:
            break
        decrease = loss - trial[0]
        weights, (loss, gradient, curvature) = weights + step, trial
        if decrease <= _TOLERANCE * loss:
            break
    return weights / scale


def _loss(
    z: np.ndarray, labels: np.ndarray, starts: np.ndarray, ridge: float, weights: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """The loss, its gradient `[m]` and its second derivatives `[m, m]` at some weights."""
    lengths = np.diff(starts, append=len(z))
    utilities = (z @ weights.astype(np.float32)).astype(np.float64)
    utilities -= np.repeat(np.maximum.reduceat(utilities, starts), lengths)
    powers = np.exp(utilities)
    totals = np.add.reduceat(powers, starts)
    shares = powers / np.repeat(totals, lengths)
    loss = float(np.log(totals).sum() - labels @ utilities + ridge / 2 * weights @ weights)
    gradient = z.T @ (shares - labels).astype(np.float32) + ridge * weights
    means = np.add.reduceat(z * shares[:, None].astype(np.float32), starts)
    curvature = (z * shares[:, None].astype(np.float32)).T @ z - means.T @ means
    return loss, gradient.astype(np.float64), curvature.astype(np.float64) + ridge * np.eye(len(weights))
