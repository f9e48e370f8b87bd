"""The documentation site builds without warnings and has a reference of every setting, command and public class."""

import html
import json
import pathlib
import re
import subprocess
import sys

import click
import pytest

from kubeflow.config import CompileConfig
from lookbook.cli import COMMANDS, cli
from tests.source_tree import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; dead links and docstrings that do not match their function are errors."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr + built.stdout
    return folder


def text_of(page: pathlib.Path) -> str:
    """Returns the text of a page without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def test_the_site_has_a_page_for_every_document(site):
    sources = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("components/**/README.md")]
    names = {str(path.relative_to(ROOT).with_suffix(".html")).replace("README.html", "index.html") for path in sources}
    names |= {f"{path.relative_to(ROOT)}.html" for path in ROOT.glob("docs/*.ipynb")}
    assert {name for name in names if not (site / name).exists()} == set()


def test_a_notebook_has_its_texts_code_and_stored_outputs(site):
    page = (site / "docs" / "tour.ipynb.html").read_text(encoding="utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    cells = json.loads((ROOT / "docs" / "tour.ipynb").read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            assert "".join(cell["source"]).splitlines()[0] in text
    charts = sum("image/svg+xml" in output.get("data", {}) for cell in cells for output in cell.get("outputs", ()))
    assert page.count("<svg") == charts == 3


def test_the_reference_has_every_setting_with_its_description(site):
    text = text_of(site / "reference" / "settings.html")
    missing = [
        name for name in CompileConfig().dotted_names() if not re.search(rf"(?<![\w.]){re.escape(name)}\b", text)
    ]
    assert missing == []
    assert CompileConfig.model_fields["label_days"].description in text


def test_the_reference_has_every_command_with_its_options(site):
    text = text_of(site / "reference" / "commands.html")
    for name in COMMANDS:
        help_text = text[text.index(f"Usage: lookbook {name} ") :]
        command = cli.get_command(click.Context(cli), name)
        commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        options = {option for each in commands for parameter in each.params for option in parameter.opts}
        for option in (option for option in options if option.startswith("--")):
            assert option in help_text, f"{name} {option}"


def test_the_reference_has_the_methods_of_public_classes(site):
    text = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in ("serving.client.RecommenderClient.recommend", "models.recommender.recommender.Recommender.candidates"):
        assert f'id="{name}"' in text
