"""Reads the texts of reasons for commands."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

from transforms.errors import LookbookError

if TYPE_CHECKING:
    from serving.client import ReasonTexts


def load_reason_texts(path: pathlib.Path | None) -> ReasonTexts:
    """Reads the texts of reasons.

    Args:
        path: value of --reasons; None for English.

    Raises:
        LookbookError: the file cannot be read, or its texts are wrong.
    """
    from serving.client.reason_texts import ENGLISH, ReasonTexts

    try:
        return ReasonTexts.load(path or ENGLISH)
    except ValueError as error:
        raise LookbookError(f"--reasons: {error}") from error
