"""A finished step of a run, and the callbacks that a runner calls for each step."""

import dataclasses
import pathlib
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Step:
    """A step that ran or was taken from the cache.

    Attributes:
        name: id of the node.
        cached: whether its outputs were taken from the cache.
        seconds: wall time of the step.
        outputs: folder of each output.
    """

    name: str
    cached: bool
    seconds: float
    outputs: dict[str, pathlib.Path]


@dataclasses.dataclass
class StepCallbacks:
    """Callbacks that a runner calls for each step.

    Attributes:
        on_start: called with the name, the step's number from 1 and the number of steps.
        on_finish: called with the finished step.
        on_warning: called with a line about something that went wrong beside the steps.
    """

    on_start: Callable[[str, int, int], None] = lambda name, number, count: None
    on_finish: Callable[[Step], None] = lambda step: None
    on_warning: Callable[[str], None] = lambda line: None
