"""Names of the Evaluator's figures: metrics of a ranking, and paired differences of MAP@12, with their intervals."""

from models.rankings import RECOMMENDED

GATE_SIMPLE, GATE_LAST = "difference_best_simple", "difference_last_blessed"
BOUNDS = ("mean", "low", "high")


def bounds_of(gate: str) -> tuple[str, ...]:
    """Names of the mean and of both bounds of a difference.

    >>> bounds_of(GATE_SIMPLE)
    ('difference_best_simple/mean', 'difference_best_simple/low', 'difference_best_simple/high')
    """
    return tuple(f"{gate}/{bound}" for bound in BOUNDS)


def figure_of(metric: str, ranking: str) -> str:
    """Name of the mean of a metric of a ranking, such as `map_at_12/popular`; of ours without the ranking.

    >>> figure_of("map_at_12", "recommended"), figure_of("map_at_12", "popular")
    ('map_at_12', 'map_at_12/popular')
    """
    return metric if ranking == RECOMMENDED else f"{metric}/{ranking}"


def interval_of(metric: str, ranking: str) -> tuple[str, str, str]:
    """Names of the mean of a metric of a ranking and of the bounds of its 95 % interval.

    >>> interval_of("map_at_12", "recommended")
    ('map_at_12', 'map_at_12/low', 'map_at_12/high')
    """
    name = figure_of(metric, ranking)
    return name, f"{name}/low", f"{name}/high"
