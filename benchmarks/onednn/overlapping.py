"""Compares overlapping calls with different batch sizes with the same calls made one by one."""

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

Answer = Mapping[str, np.ndarray]
Call = tuple[str, int]  # signature and batch size
TOLERANCE = 1e-5
# Small sizes, and those of the client's parallel requests for 100 ids.
BATCH_SIZES = ((3, 2), (64, 36))


@dataclasses.dataclass
class Comparison:
    """Results of the overlapping calls.

    Attributes:
        calls: number of overlapping calls.
        wrong: number of wrong answers for each call.
        worst: largest difference, see `difference`.
    """

    calls: int = 0
    wrong: dict[Call, int] = dataclasses.field(default_factory=dict)
    worst: float = 0.0

    def add(self, call: Call, distance: float) -> None:
        """Counts an answer.

        Args:
            call: the call.
            distance: difference from the answer of the single call.
        """
        self.calls += 1
        self.worst = max(self.worst, distance)
        if not distance <= TOLERANCE:
            self.wrong[call] = self.wrong.get(call, 0) + 1


def compare_overlapping(ask: Callable[[str, int], Answer], calls: Sequence[Call], times: int) -> Comparison:
    """Makes each call alone, then repeats all calls in parallel.

    Args:
        ask: answers a call; must be thread-safe.
        calls: the calls, each in a thread of its own.
        times: minimal number of repetitions of each call.

    Returns:
        The comparison of the parallel answers with the single ones.

    Raises:
        Exception: an exception of `ask` in a thread.
    """
    single = {call: ask(*call) for call in calls}
    comparison, lock, start = Comparison(), threading.Lock(), threading.Barrier(len(calls))
    made = dict.fromkeys(calls, 0)
    errors: list[BaseException] = []

    def repeat(call: Call) -> None:
        try:
            start.wait()
            while not errors and min(made.values()) < times:
                distance = difference(single[call], ask(*call))
                with lock:
                    comparison.add(call, distance)
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


def difference(single: Answer, other: Answer) -> float:
    """The difference of two answers: 0 if equal, infinity if shapes or ids differ.

    Differences of numbers are relative to the larger of 1 and the number. Articles with equal scores within `TOLERANCE`
    may be in any order; other values of an article must be equal.

    Args:
        single: answer of a single call.
        other: answer to compare.
    """
    if single.keys() != other.keys() or any(single[name].shape != other[name].shape for name in single):
        return np.inf
    worst = 0.0
    for name, values in single.items():
        if values.dtype.kind == "f":
            worst = max(worst, _distance(values, other[name]))
        elif "scores" not in single and not np.array_equal(values, other[name]):
            return np.inf
    if "scores" in single:
        ours, theirs = _by_row(single), _by_row(other)
        if not all(_same_articles(ours, theirs, row) for row in range(len(ours["scores"]))):
            return np.inf
    return worst


def _by_row(answer: Answer) -> Answer:
    """Lists of articles `[rows, k]` of an answer, which may have lists for several groups, `[batch, groups, k]`.

    Outputs with several values for an article, such as reasons, are `[rows, k, values]`.
    """
    shape = answer["scores"].shape

    def rows(values: np.ndarray) -> np.ndarray:
        if values.ndim < len(shape):  # a value for each list
            values = np.broadcast_to(values[..., None], shape)
        return values.reshape(-1, shape[-1], *values.shape[len(shape) :])

    return {name: rows(values) for name, values in answer.items()}


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    if not one.size:
        return 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(one.astype(np.float64) - other) / np.maximum(1.0, np.abs(one))
    return float(np.where(np.isnan(distance), np.inf, distance).max())


def _same_articles(single: Answer, other: Answer, row: int) -> bool:
    other_names = [name for name in single if name not in ("article_ids", "scores")]

    def articles(answer: Answer) -> dict[bytes, tuple[float, list[object]]]:
        ids, scores = answer["article_ids"][row], answer["scores"][row]
        others = {name: answer[name][row].tolist() for name in other_names}
        return {id_: (scores[i], [others[name][i] for name in other_names]) for i, id_ in enumerate(ids) if id_}

    ours, theirs = articles(single), articles(other)
    last = single["scores"][row][-1]
    for id_ in ours.keys() | theirs.keys():
        if id_ not in ours or id_ not in theirs:  # may be tied with the last one
            score, _ = ours.get(id_) or theirs[id_]
            if _distance(np.array([last]), np.array([score])) > TOLERANCE:
                return False
        elif (
            ours[id_][1] != theirs[id_][1]
            or _distance(np.array([ours[id_][0]]), np.array([theirs[id_][0]])) > TOLERANCE
        ):
            return False
    return True
