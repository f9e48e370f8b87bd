"""The verdict of a gate: one type and one file, `verdict.json`, for all gates."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

FILE = "verdict.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """Verdict of a gate.

    Attributes:
        passed: whether the run may continue, or the model may be pushed.
        line: the reason, in one line that begins with `passed` or `refused`.
        proven: model gate of a run: whether the model is better than the best simple baseline beyond chance.
        figures: numbers that the rule compared, by name.
        warnings: findings that do not stop the run or the push, one line each.
    """

    passed: bool
    line: str
    proven: bool = False
    figures: Mapping[str, float] = dataclasses.field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def write(self, folder: pathlib.Path) -> None:
        """Writes `verdict.json` into the folder of the gate's artifact."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n", encoding="utf-8")

    def bless(self, blessing: Any, prefix: str = "") -> None:
        """Writes `verdict.json`, and the file and property of a TFX blessing.

        Args:
            blessing: artifact of type ModelBlessing or InfraBlessing.
            prefix: start of the file's name: "" for a ModelBlessing, `INFRA_` for an InfraBlessing.
        """
        folder = pathlib.Path(blessing.uri)
        self.write(folder)
        (folder / f"{prefix}{'BLESSED' if self.passed else 'NOT_BLESSED'}").touch()
        blessing.set_int_custom_property("blessed", int(self.passed))


def read_verdict(folder: pathlib.Path) -> Verdict:
    """Reads the `verdict.json` of a gate's artifact."""
    tree = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return Verdict(**{**tree, "warnings": tuple(tree["warnings"])})
