"""Calls with different batch sizes that overlap in time, compared with the same calls made alone."""

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

Answer = Mapping[str, np.ndarray]
Call = tuple[str, int]  # signature and batch size
TOLERANCE = 1e-5
# Small ones, and what the client sends at once when it is asked for 100 ids.
BATCH_SIZES = ((3, 2), (64, 36))


@dataclasses.dataclass
class Comparison:
    """Results of the overlapping calls.

    Attributes:
        calls: calls that overlapped with others.
        wrong: those whose answer was another than the lone call's, by call.
        worst: the largest difference, see `difference`.
    """

    calls: int = 0
    wrong: dict[Call, int] = dataclasses.field(default_factory=dict)
    worst: float = 0.0

    def take(self, call: Call, distance: float) -> None:
        """Counts an answer that is `distance` from the lone call's."""
        self.calls += 1
        self.worst = max(self.worst, distance)
        if not distance <= TOLERANCE:
            self.wrong[call] = self.wrong.get(call, 0) + 1


def compare_overlapping(ask: Callable[[str, int], Answer], calls: Sequence[Call], times: int) -> Comparison:
    """Makes each call alone, then all of them at the same time, again and again.

    Args:
        ask: answers a call; must be safe to use from several threads.
        calls: one thread each.
        times: each call is made at least so often, and as long as another has not been.

    Returns:
        How the overlapping answers compare with the lone ones.

    Raises:
        Exception: what `ask` raised in a thread.
    """
    lone = {call: ask(*call) for call in calls}
    comparison, lock, start = Comparison(), threading.Lock(), threading.Barrier(len(calls))
    made = dict.fromkeys(calls, 0)
    errors: list[BaseException] = []

    def repeat(call: Call) -> None:
        try:
            start.wait()
            while not errors and min(made.values()) < times:
                distance = difference(lone[call], ask(*call))
                with lock:
                    comparison.take(call, distance)
                    made[call] += 1
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=repeat, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return comparison


def difference(lone: Answer, other: Answer) -> float:
    """How far an answer is from another: 0 if equal, infinity if of another shape or with other ids.

    Numbers differ relative to the larger of 1 and their size. Articles whose scores are equal within `TOLERANCE` may
    change places; what else is said of an article must be the same wherever it stands.
    """
    if lone.keys() != other.keys() or any(lone[name].shape != other[name].shape for name in lone):
        return np.inf
    worst = 0.0
    for name, values in lone.items():
        if values.dtype.kind == "f":
            worst = max(worst, _distance(values, other[name]))
        elif "scores" not in lone and not np.array_equal(values, other[name]):
            return np.inf
    if "scores" in lone and not all(_same_articles(lone, other, row) for row in range(len(lone["scores"]))):
        return np.inf
    return worst


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    if not one.size:
        return 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(one.astype(np.float64) - other) / np.maximum(1.0, np.abs(one))
    return float(np.where(np.isnan(distance), np.inf, distance).max())


def _same_articles(lone: Answer, other: Answer, row: int) -> bool:
    told = [name for name in lone if name not in ("article_ids", "scores")]

    def articles(answer: Answer) -> dict[bytes, tuple[float, list[bytes]]]:
        ids, scores = answer["article_ids"][row], answer["scores"][row]
        return {id_: (scores[i], [answer[name][row][i] for name in told]) for i, id_ in enumerate(ids) if id_}

    ours, theirs = articles(lone), articles(other)
    last = lone["scores"][row][-1]
    for id_ in ours.keys() | theirs.keys():
        if id_ not in ours or id_ not in theirs:  # tied with the last place
            score, _ = ours.get(id_) or theirs[id_]
            if _distance(np.array([last]), np.array([score])) > TOLERANCE:
                return False
        elif (
            ours[id_][1] != theirs[id_][1]
            or _distance(np.array([ours[id_][0]]), np.array([theirs[id_][0]])) > TOLERANCE
        ):
            return False
    return True
