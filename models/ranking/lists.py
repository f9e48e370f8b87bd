"""Training lists as arrays: features of every positive and of sampled others."""

import dataclasses
from collections.abc import Sequence

import numpy as np

PADDING = -1.0
_AT_ONCE = 1024


@dataclasses.dataclass(frozen=True)
class Lists:
    """Lists of one length, padded.

    Attributes:
        features: `[lists, n, features]` float32.
        labels: `[lists, n]` float32: 1 bought, 0 not, -1 padding.
    """

    features: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: slice) -> "Lists":
        """Some of the lists, which are not copied."""
        return Lists(self.features[chosen], self.labels[chosen])


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


def join(parts: Sequence[Lists]) -> Lists:
    """Puts lists of different lengths in one, in their order, padded to the longest."""
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
    """Mean and standard deviation (at least 1e-3) of each feature over real pairs: `[features]` float32 each.

    Of a feature that never varies the deviation is infinite, so that it stays nothing when standardised: its weights
    are never trained, and it may vary later on.
    """
    parts = [lists[start : start + _AT_ONCE] for start in range(0, len(lists), _AT_ONCE)]
    real = (part.features[part.labels >= 0].astype(np.float64) for part in parts)  # all at once they are gigabytes
    counts, sums, least, most = zip(*((len(x), x.sum(axis=0), *_range(x)) for x in real), strict=True)
    mean = np.sum(sums, axis=0) / sum(counts)
    real = (part.features[part.labels >= 0] - mean for part in parts)
    variance = np.sum([np.square(x).sum(axis=0) for x in real], axis=0) / sum(counts)
    varies = np.max(most, axis=0) > np.min(least, axis=0)
    deviation = np.where(varies, np.maximum(np.sqrt(variance), 1e-3), np.inf)
    return mean.astype(np.float32), deviation.astype(np.float32)


def _range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most of each column; of no rows what changes neither."""
    return values.min(axis=0, initial=np.inf), values.max(axis=0, initial=-np.inf)
