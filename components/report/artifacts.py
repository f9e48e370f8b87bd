"""The artifacts of one run that the report reads, wherever they were found."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Mapping

from components.evaluation.report import Evaluation, read_evaluation
from components.report.record import RunRecord


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunArtifacts:
    """Artifacts of a run.

    Attributes:
        outputs: folder by output, by step; a step that did not finish is missing.
        serving_dir: folder of the pushed versions.
        record: record of the run.
    """

    outputs: Mapping[str, Mapping[str, pathlib.Path]]
    serving_dir: pathlib.Path
    record: RunRecord

    @functools.cached_property
    def evaluation(self) -> Evaluation | None:
        """The Evaluator's figures; None if it did not finish."""
        folder = self.folder("Evaluator", "evaluation")
        return read_evaluation(folder) if folder else None

    def folder(self, step: str, output: str) -> pathlib.Path | None:
        """Folder of an output; None if the step did not finish, has no such output, or the folder was deleted.

        Args:
            step: id of the node.
            output: name of the output.
        """
        found = self.outputs.get(step, {}).get(output)
        return found if found is not None and found.exists() else None
