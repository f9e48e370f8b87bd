"""Chooses the sizes of candidate channels: the greedy allocator of recall per candidate."""

import dataclasses
from collections.abc import Iterator

import numpy as np

NOT_PROPOSED = np.iinfo(np.int16).max


@dataclasses.dataclass(frozen=True)
class Proposals:
    """The proposals of all channels for some lists, one row for each distinct pair of list and article.

    Attributes:
        ranks: `[pairs, channels]` int16, position of the article in each channel from 0, or `NOT_PROPOSED`.
        recalls: `[pairs]` float64, by how much the pair as a candidate raises the mean recall of the lists; 0 if the
            article was not bought.
        lists: number of lists.
    """

    ranks: np.ndarray
    recalls: np.ndarray
    lists: int


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of the allocation.

    Attributes:
        channel: position of the channel that was enlarged.
        size: its new size.
        recall: mean recall of the lists after the step.
        candidates: mean number of distinct candidates of the lists after the step.
    """

    channel: int
    size: int
    recall: float
    candidates: float


def allocate(proposals: Proposals, budget: float, unit: int) -> Iterator[Step]:
    """Enlarges one channel after the other, each time the one that gains the most recall per added candidate.

    A channel may grow by several units at once, so that a unit without a purchase does not hide those behind it. An
    article that another channel has already proposed adds neither a candidate nor recall. Ties go to the first channel
    and the smaller size.

    Args:
        proposals: proposals with the purchases of the lists.
        budget: maximum mean number of distinct candidates of a list.
        unit: sizes are multiples of this.

    Yields:
        The steps, until no step within the budget gains recall.
    """
    num_channels = proposals.ranks.shape[1]
    units = np.where(proposals.ranks == NOT_PROPOSED, -1, proposals.ranks // unit).astype(np.int16)
    depth = int(units.max(initial=-1)) + 1
    chosen = [0] * num_channels
    open_pairs = np.arange(len(units))  # not candidates yet
    recall = candidates = 0.0
    while depth:
        best: tuple[float, int, int, float, float] | None = None
        for channel in range(num_channels):
            added, gained = _totals(units[open_pairs, channel], proposals.recalls[open_pairs], depth)
            added /= proposals.lists
            fits = (gained > 0) & (candidates + added <= budget)
            if not fits.any():
                continue
            rates = np.where(fits, gained / np.maximum(added, 1e-12), -1.0)
            at = int(rates.argmax())
            if best is None or rates[at] > best[0]:
                best = float(rates[at]), channel, at + 1, float(added[at]), float(gained[at])
        if best is None:
            return
        _, channel, chosen[channel], added_there, gained_there = best
        of_channel = units[open_pairs, channel]
        open_pairs = open_pairs[(of_channel < 0) | (of_channel >= chosen[channel])]
        recall, candidates = recall + gained_there, candidates + added_there
        yield Step(channel, chosen[channel] * unit, recall, candidates)


def _totals(units: np.ndarray, recalls: np.ndarray, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """The pairs that a channel of 1 to `depth` units would add, `[depth]`, and the recall they gain, `[depth]`."""
    proposed = units >= 0
    counts = np.bincount(units[proposed], minlength=depth).astype(np.float64)
    gains = np.bincount(units[proposed], weights=recalls[proposed], minlength=depth)
    return np.cumsum(counts), np.cumsum(gains)
