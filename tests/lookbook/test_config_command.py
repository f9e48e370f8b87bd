"""`lookbook config --explain` explains settings."""

import subprocess
import sys

from lookbook.cli import main

STEPS = """\
ranking.min_steps = 50
  default  250
  range    a whole number from 1 to 1,000,000
  Minimum number of training steps, however few the lists.
"""


def paragraphs(text: str) -> list[str]:
    return text.strip("\n").split("\n\n")


def test_a_setting_is_explained_with_value_default_range_and_description(capsys):
    assert main(["config", "--explain", "ranking.min_steps", "--set", "ranking.min_steps=50"]) == 0
    assert capsys.readouterr().out == STEPS


def test_a_section_is_explained_setting_by_setting(capsys):
    assert main(["config", "--explain", "push"]) == 0
    names = [paragraph.split(" = ")[0] for paragraph in paragraphs(capsys.readouterr().out)]
    assert names == ["push.keep_versions", "push.min_share"]


def test_without_a_section_all_settings_are_explained_including_those_of_the_cluster(capsys):
    assert main(["config", "--explain", "--preset", "kubeflow-gpu"]) == 0
    text = capsys.readouterr().out
    assert paragraphs(text)[0].startswith("seed = 0\n  default  0\n")
    assert "\nkubeflow.ranking.gpus = 1\n  default  0\n  range    a whole number of at least 0\n" in text


def test_an_unknown_section_is_refused_with_the_nearest(capsys):
    assert main(["config", "--explain", "rankin"]) == 2
    assert capsys.readouterr().err == "lookbook: rankin is neither a section nor a setting; the nearest is ranking\n"


def test_on_a_terminal_the_explanations_are_a_table(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["config", "--explain", "push"]) == 0
    rows = [line.split("│") for line in capsys.readouterr().out.splitlines() if "push." in line]
    assert [[cell.strip() for cell in row[1:5]] for row in rows] == [
        ["push.keep_versions", "5", "5", "a whole number from 1 to 1,000"],
        ["push.min_share", "0.5", "0.5", "a number from 0 to 1"],
    ]


def test_a_former_name_is_accepted_with_a_warning_of_one_line():
    words = ["config", "--set", "ranking.least_steps=50", "--explain", "ranking.min_steps"]
    done = subprocess.run([sys.executable, "-m", "lookbook", *words], capture_output=True, text=True, check=True)
    assert done.stdout == STEPS
    assert done.stderr == (
        "warning: ranking.least_steps is now called ranking.min_steps; the next release will refuse the former name\n"
    )


def test_the_help_does_not_import_pydantic():
    code = "import sys; from lookbook.cli import main; main(['--help']); print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
