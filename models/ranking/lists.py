"""Training lists as arrays: features and labels of all positives and of sampled negatives."""

import dataclasses
from collections.abc import Sequence

import numpy as np

PADDING = -1.0
LISTS_PER_CHUNK = 1024


@dataclasses.dataclass(frozen=True)
class Lists:
    """Lists padded to one length.

    Attributes:
        features: `[lists, n, features]` float32.
        labels: `[lists, n]` float32: 1 bought, 0 not, -1 padding.
    """

    features: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: slice) -> "Lists":
        """Returns a slice of the lists, without a copy."""
        return Lists(self.features[chosen], self.labels[chosen])


def sample(features: np.ndarray, labels: np.ndarray, negatives: int, seed: int) -> Lists:
    """Keeps all positives and at most `negatives` random negatives of each list.

    Args:
        features: `[lists, candidates, features]` float32.
        labels: `[lists, candidates]` float32: 1 bought, 0 not, -1 padding.
        negatives: maximum number of negatives of a list.
        seed: seed of the draw.
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


def join(parts: Sequence[Lists]) -> Lists:
    """Concatenates lists and pads them to the longest.

    Args:
        parts: lists to concatenate, at least one.
    """
    width = max(part.labels.shape[1] for part in parts)
    count = sum(len(part) for part in parts)
    joined = Lists(
        features=np.zeros((count, width, parts[0].features.shape[2]), np.float32),
        labels=np.full((count, width), PADDING, np.float32),
    )
    start = 0
    for part in parts:
        rows, length = slice(start, start + len(part)), part.labels.shape[1]
        joined.features[rows, :length] = part.features
        joined.labels[rows, :length] = part.labels
        start += len(part)
    return joined


def moments(lists: Lists) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean and the standard deviation (at least 1e-3) of each feature over all pairs that are not padding.

    The deviation of a constant feature is infinite, so its standardised value is 0: its weights are not trained, and
    values that vary later have no effect.

    Args:
        lists: lists, at least one.

    Returns:
        Means and deviations, each `[features]` float32.
    """
    parts = [lists[start : start + LISTS_PER_CHUNK] for start in range(0, len(lists), LISTS_PER_CHUNK)]
    real = (
        part.features[part.labels >= 0].astype(np.float64) for part in parts
    )  # chunks, because all lists take gigabytes
    counts, sums, lows, highs = zip(*((len(x), x.sum(axis=0), *_range(x)) for x in real), strict=True)
    mean = np.sum(sums, axis=0) / sum(counts)
    real = (part.features[part.labels >= 0] - mean for part in parts)
    variance = np.sum([np.square(x).sum(axis=0) for x in real], axis=0) / sum(counts)
    varies = np.max(highs, axis=0) > np.min(lows, axis=0)
    deviation = np.where(varies, np.maximum(np.sqrt(variance), 1e-3), np.inf)
    return mean.astype(np.float32), deviation.astype(np.float32)


def _range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the minimum and maximum of each column; inf and -inf if there are no rows."""
    return values.min(axis=0, initial=np.inf), values.max(axis=0, initial=-np.inf)
