"""The comparison of the lists of two runs, as the report reads it: `lists.json`."""

from __future__ import annotations

import dataclasses
import json
import pathlib

from components.drift.comparison import Comparison
from models.ranking.distributions import Distributions

FILE = "lists.json"


@dataclasses.dataclass(frozen=True)
class ListsRecord:
    """The comparison of the ranking features and scores.

    Attributes:
        comparisons: one a feature.
        now: distributions of the run.
        before: distributions of the last pushed run.
    """

    comparisons: tuple[Comparison, ...]
    now: Distributions
    before: Distributions

    def write(self, folder: pathlib.Path) -> None:
        """Writes `lists.json` into the folder of the gate's artifact."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(json.dumps(dataclasses.asdict(self)), encoding="utf-8")


def read_lists_record(folder: pathlib.Path) -> ListsRecord | None:
    """Reads `lists.json`; None if there was nothing to compare with.

    Args:
        folder: folder of the gate's artifact.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    tree = json.loads(path.read_text(encoding="utf-8"))
    return ListsRecord(
        tuple(Comparison(**each) for each in tree["comparisons"]),
        Distributions(**tree["now"]),
        Distributions(**tree["before"]),
    )
