"""Training lists as arrays: features of every positive and of sampled others."""

import dataclasses

import numpy as np

PADDING = -1.0


@dataclasses.dataclass(frozen=True)
class Lists:
    """Lists of one length, padded.

    Attributes:
        features: `[lists, n, features]` float32.
        labels: `[lists, n]` float32: 1 bought, 0 not, -1 padding.
    """

    features: np.ndarray
    labels: np.ndarray


def sample(features: np.ndarray, labels: np.ndarray, negatives: int, seed: int) -> Lists:
    """Keeps every positive and at most `negatives` of the others, drawn at random.

    Args:
        features: `[lists, candidates, features]` float32.
        labels: `[lists, candidates]` float32.
        negatives: others kept of each list.
        seed: of the draw.
    """
    draw = np.random.default_rng(seed).random(labels.shape)
    order = np.argsort(np.where(labels > 0, -1.0, np.where(labels == 0, draw, 2.0)), axis=1, kind="stable")
    positives = (labels > 0).sum(axis=1, keepdims=True)
    width = min(int(positives.max(initial=1)) + negatives, labels.shape[1])
    order = order[:, :width]
    kept = np.take_along_axis(labels, order, axis=1)
    within = np.arange(width)[None, :] < positives + negatives
    return Lists(
        features=np.take_along_axis(features, order[:, :, None], axis=1),
        labels=np.where(within, kept, PADDING).astype(np.float32),
    )


def join(parts: list[Lists]) -> Lists:
    """Puts lists of different lengths in one, padded to the longest."""
    width = max(part.labels.shape[1] for part in parts)

    def widened(values: np.ndarray, fill: float) -> np.ndarray:
        missing = [(0, 0), (0, width - values.shape[1])] + [(0, 0)] * (values.ndim - 2)
        return np.pad(values, missing, constant_values=fill)

    return Lists(
        features=np.concatenate([widened(part.features, 0.0) for part in parts]),
        labels=np.concatenate([widened(part.labels, PADDING) for part in parts]),
    )


def moments(lists: Lists) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (at least 1e-3) of each feature over real pairs: `[features]` float32 each.

    Of a feature that never varies the deviation is infinite, so that it stays nothing when standardised: its weights
    are never trained, and it may vary later on.
    """
    real = lists.features[lists.labels >= 0].astype(np.float64)
    deviation = np.where(np.ptp(real, axis=0) > 0, np.maximum(real.std(axis=0), 1e-3), np.inf)
    return real.mean(axis=0).astype(np.float32), deviation.astype(np.float32)
