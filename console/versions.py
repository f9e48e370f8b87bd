"""The pushed versions, as far as the pages show them."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from console.changes import ChangeToken


class Version(Protocol):
    """A pushed version; `pipeline.versions.Version` is one."""

    @property
    def number(self) -> int:
        """Number of the version."""

    @property
    def path(self) -> pathlib.Path:
        """Folder of the version."""

    @property
    def figures(self) -> Mapping[str, Any]:
        """Content of its `lookbook.json`."""

    @property
    def served(self) -> bool:
        """Whether servers serve it."""


@dataclasses.dataclass(frozen=True)
class Versions:
    """Reads the pushed versions.

    Attributes:
        read: returns the versions, newest last.
        roll_back: serves the version of a number again; None if changes are not allowed.
        delete: deletes the version of a number; None if changes are not allowed.
        token: secret of the forms that change versions.
    """

    read: Callable[[], Sequence[Version]]
    roll_back: Callable[[int], object] | None = None
    delete: Callable[[int], object] | None = None
    token: ChangeToken = dataclasses.field(default_factory=ChangeToken)

    @property
    def may_change(self) -> bool:
        """Whether versions may be served again and deleted."""
        return self.roll_back is not None and self.delete is not None

    def all(self) -> list[Version]:
        """The versions, newest first."""
        return list(self.read())[::-1]

    def served(self) -> Version | None:
        """The version that servers serve; None if nothing has been pushed."""
        return next((version for version in self.all() if version.served), None)

    def as_of(self, number: int) -> datetime.date | None:
        """The day of the state in a version; None if it is unknown."""
        for version in self.all():
            if version.number == number:
                return as_of(version)
        return None


def as_of(version: Version) -> datetime.date | None:
    """The day of the state in a version, which knows the purchases before it; None if it is unknown."""
    try:
        return datetime.date.fromisoformat(version.figures["as_of"])
    except (KeyError, TypeError, ValueError):  # not recorded by this release
        return None


def report_file(version: Version) -> pathlib.Path:
    """The report of a version; it may not exist."""
    return version.path / "assets.extra" / "report.html"


@dataclasses.dataclass(frozen=True)
class Difference:
    """A paired difference of MAP@12 with its 95 % interval."""

    mean: float
    low: float
    high: float


def difference(version: Version) -> Difference | None:
    """The difference of a version's MAP@12 from the best simple baseline, as the Evaluator computed it."""
    found = version.figures.get("evaluation", {})
    try:
        return Difference(*(float(found[f"difference_best_simple/{bound}"]) for bound in ("mean", "low", "high")))
    except (KeyError, TypeError, ValueError):
        return None
