"""Names of the Evaluator's paired differences of MAP@12, from the best simple baseline and from the baseline model."""

GATE_SIMPLE, GATE_LAST = "difference_best_simple", "difference_last_blessed"
BOUNDS = ("mean", "low", "high")


def bounds_of(gate: str) -> tuple[str, ...]:
    """Names of the mean and of both bounds of a difference.

    >>> bounds_of(GATE_SIMPLE)
    ('difference_best_simple/mean', 'difference_best_simple/low', 'difference_best_simple/high')
    """
    return tuple(f"{gate}/{bound}" for bound in BOUNDS)
