"""Reads the files of the step Insights."""

from __future__ import annotations

import json
from typing import Any

from components.report.artifacts import RunArtifacts
from pages.report.article import ArticleFacts
from pages.section import Absent


def read_insight(artifacts: RunArtifacts, file: str, what: str) -> dict[str, Any] | Absent:
    """Reads one of the files.

    Args:
        artifacts: artifacts of the run.
        file: name of the file.
        what: what it holds, for the reason why it is absent.
    """
    folder = artifacts.folder("Insights", "insights")
    if folder is None:
        return Absent(f"There is no {what}: the run ended before step Insights, or is of an earlier release.")
    if not (folder / file).is_file():
        return Absent(f"There is no {what}: nobody was judged, or step Insights failed; its log has the reason.")
    tree: dict[str, Any] = json.loads((folder / file).read_text(encoding="utf-8"))
    return tree


def article_of(artifacts: RunArtifacts, tree: dict[str, Any], *, with_photo: bool = True) -> ArticleFacts:
    """The facts of an article that Insights described.

    Args:
        artifacts: artifacts of the run, whose album gets the photo.
        tree: the description.
        with_photo: whether the photo is shown.
    """
    return ArticleFacts(
        article_id=tree["article_id"],
        name=tree["name"],
        kind=tree["type"],
        colour=tree["colour"],
        photo=artifacts.album.add(tree["article_id"]) if with_photo else None,
    )
