"""The documentation names every command and preset, and no command that does not exist."""

import re
import subprocess

import pytest

from lookbook.cli import COMMANDS
from pipeline.config import preset_names
from tests.source_tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
TARGETS = ("run", "test", "proof", "lint", "format", "clean")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_guide_has_a_row_for_every_command(name):
    assert re.search(rf"^\| `lookbook {name}\b", GUIDE, re.M)


def test_the_guide_has_no_row_for_a_command_that_does_not_exist():
    assert set(re.findall(r"^\| `lookbook ([a-z-]+)", GUIDE, re.M)) <= set(COMMANDS)


def test_the_readme_shows_no_command_that_does_not_exist():
    shown = re.findall(r"^ *\$? ?(?:\.venv/bin/)?lookbook ([a-z-]+)", README, re.M)
    assert shown
    assert set(shown) <= set(COMMANDS)


@pytest.mark.parametrize("name", preset_names())
def test_the_guide_to_settings_has_every_preset(name):
    assert f"`{name}`" in SETTINGS


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 150


def test_make_without_a_target_lists_the_targets():
    text = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = dict(line.split(maxsplit=2)[1:] for line in text.splitlines())
    assert set(TARGETS) <= set(listed)
    assert all(listed.values())


def test_continuous_integration_runs_make_test():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "exec make test"
