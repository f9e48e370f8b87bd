"""What is known of a step of a run, and who is told of it."""

import dataclasses
import pathlib
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Step:
    """One step that ran or was found done.

    Attributes:
        name: the node's id.
        cached: whether an earlier run had done it.
        seconds: how long it took.
        outputs: folder of each output.
    """

    name: str
    cached: bool
    seconds: float
    outputs: dict[str, pathlib.Path]


@dataclasses.dataclass
class Watcher:
    """Told of each step; the command line draws progress from it.

    Attributes:
        starts: called with the name, the step's number from 1 and the number of steps.
        ends: called with the finished step.
    """

    starts: Callable[[str, int, int], None] = lambda name, number, count: None
    ends: Callable[[Step], None] = lambda step: None
