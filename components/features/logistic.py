"""Logistic regression with a ridge, fitted by Newton steps."""

import numpy as np

_MAX_STEPS = 30
_TOLERANCE = 1e-6  # relative decrease of the loss at which the fit ends


def fit_logistic(inputs: np.ndarray, labels: np.ndarray, weights: np.ndarray, ridge: float) -> tuple[np.ndarray, float]:
    """Fits the log odds of a label as a linear function of inputs.

    Minimises the weighted negative log likelihood plus `ridge / 2` times the squared coefficients of the standardised
    inputs. The intercept is free. A step that would raise the loss is halved.

    Args:
        inputs: `[n, m]` float64.
        labels: `[n]` float64 in [0, 1], not all 0 and not all 1.
        weights: `[n]` float64 above 0; their mean is scaled to 1.
        ridge: above 0.

    Returns:
        Coefficients of the inputs as given, `[m]` float64, and the intercept.
    """
    weights = weights / weights.mean()
    mean = weights @ inputs / weights.sum()
    scale = np.sqrt(weights @ (inputs - mean) ** 2 / weights.sum())
    scale[scale < 1e-6] = 1.0
    z = np.concatenate([(inputs - mean) / scale, np.ones((len(inputs), 1))], axis=1)
    penalty = np.append(np.full(inputs.shape[1], ridge), 0.0)
    share = weights @ labels / weights.sum()
    coefficients = np.append(np.zeros(inputs.shape[1]), np.log(share / (1.0 - share)))

    def loss_of(trial: np.ndarray) -> float:
        odds = z @ trial
        return float(weights @ (np.logaddexp(0.0, odds) - labels * odds) + penalty @ trial**2 / 2)

    loss = loss_of(coefficients)
    for _ in range(_MAX_STEPS):
        probability = 1.0 / (1.0 + np.exp(-(z @ coefficients)))
        gradient = z.T @ (weights * (labels - probability)) - penalty * coefficients
        curvature = (z * (weights * probability * (1.0 - probability))[:, None]).T @ z + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        while (new_loss := loss_of(coefficients + step)) > loss and np.abs(step).max() > 1e-9:
            step = step / 2
        if new_loss > loss:
            break
        coefficients = coefficients + step
        decrease, loss = loss - new_loss, new_loss
        if decrease <= _TOLERANCE * loss:
            break
    raw = coefficients[:-1] / scale
    return raw, float(coefficients[-1] - mean @ raw)
