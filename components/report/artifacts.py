"""The artifacts of one run that the report reads, wherever they were found."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import Any

from components.evaluation.report import Evaluation, read_evaluation
from components.report.album import Album
from components.report.record import RunRecord
from transforms.photos.config import PhotosConfig
from transforms.photos.shop_photos import ShopPhotos


def photos_of(data_dir: str | None, settings: Mapping[str, Any]) -> ShopPhotos | None:
    """The photos of a run's shop; None if their folder is unknown or gone.

    Args:
        data_dir: folder of the CSVs and photos.
        settings: all settings of the run.
    """
    if data_dir is None or not pathlib.Path(data_dir).is_dir():
        return None
    return ShopPhotos(pathlib.Path(data_dir), PhotosConfig.from_tree(settings.get("photos", {}), "photos"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunArtifacts:
    """Artifacts of a run.

    Attributes:
        outputs: folder by output, by step; a step that did not finish is missing.
        serving_dir: folder of the pushed versions.
        record: record of the run.
        photos: photos of the shop; None if their folder is unknown.
        feedback_dir: folder that may hold the record of `lookbook feedback`; None for none.
    """

    outputs: Mapping[str, Mapping[str, pathlib.Path]]
    serving_dir: pathlib.Path
    record: RunRecord
    photos: ShopPhotos | None = None
    feedback_dir: pathlib.Path | None = None

    @functools.cached_property
    def evaluation(self) -> Evaluation | None:
        """The Evaluator's figures; None if it did not finish."""
        folder = self.folder("Evaluator", "evaluation")
        return read_evaluation(folder) if folder else None

    @functools.cached_property
    def album(self) -> Album:
        """The thumbnails of the report."""
        return Album(self.photos)

    def folder(self, step: str, output: str) -> pathlib.Path | None:
        """Folder of an output; None if the step did not finish, has no such output, or the folder was deleted.

        Args:
            step: id of the node.
            output: name of the output.
        """
        found = self.outputs.get(step, {}).get(output)
        return found if found is not None and found.exists() else None
