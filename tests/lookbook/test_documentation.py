"""What a person may type is written down where they look for it."""

import pathlib
import re
import subprocess

import pytest

from lookbook.cli import COMMANDS
from pipeline.config import preset_names

ROOT = pathlib.Path(__file__).parents[2]
README = ROOT / "README.md"
TARGETS = ("run", "test", "proof", "lint", "format", "clean")

needs_readme = pytest.mark.skipif(not README.exists(), reason="there is no README.md yet")


@needs_readme
@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_shows_every_command(name):
    assert re.search(rf"\blookbook {name}\b", README.read_text(encoding="utf-8"))


@needs_readme
def test_the_readme_shows_no_command_that_does_not_exist():
    shown = re.findall(r"^\$? ?(?:\.venv/bin/)?lookbook ([a-z]+)", README.read_text(encoding="utf-8"), re.M)
    assert set(shown) <= set(COMMANDS)


@needs_readme
@pytest.mark.parametrize("name", preset_names())
def test_the_readme_names_every_preset(name):
    assert name in README.read_text(encoding="utf-8")


def test_make_alone_lists_its_targets():
    text = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = dict(line.split(maxsplit=2)[1:] for line in text.splitlines())
    assert set(TARGETS) <= set(listed)
    assert all(listed.values())


def test_continuous_integration_runs_what_a_person_runs():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "exec make test"
