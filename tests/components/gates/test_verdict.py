"""The verdict of any gate, its file, and the blessings that TFX's Pusher reads."""

import json

import pytest
from tfx.types import standard_artifacts

from components.gates.verdict import Verdict, read_verdict

VERDICT = Verdict(passed=True, line="passed", proven=True, figures={"map_at_12": 0.25}, warnings=("few customers",))


def test_a_written_verdict_is_read_back(tmp_path):
    VERDICT.write(tmp_path / "new")
    assert read_verdict(tmp_path / "new") == VERDICT
    assert json.loads((tmp_path / "new" / "verdict.json").read_text()) == {
        "passed": True,
        "line": "passed",
        "proven": True,
        "figures": {"map_at_12": 0.25},
        "warnings": ["few customers"],
    }


@pytest.mark.parametrize(
    ("kind", "prefix", "passed", "file"),
    [
        (standard_artifacts.ModelBlessing, "", True, "BLESSED"),
        (standard_artifacts.ModelBlessing, "", False, "NOT_BLESSED"),
        (standard_artifacts.InfraBlessing, "INFRA_", True, "INFRA_BLESSED"),
        (standard_artifacts.InfraBlessing, "INFRA_", False, "INFRA_NOT_BLESSED"),
    ],
)
def test_a_blessing_has_tfxs_file_and_property_beside_the_verdict(tmp_path, kind, prefix, passed, file):
    blessing = kind()
    blessing.uri = str(tmp_path)
    verdict = Verdict(passed=passed, line="why")
    verdict.bless(blessing, prefix)
    assert {path.name for path in tmp_path.iterdir()} == {file, "verdict.json"}
    assert blessing.get_int_custom_property("blessed") == int(passed)
    assert read_verdict(tmp_path) == verdict
