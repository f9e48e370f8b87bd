"""`lookbook feedback` and `lookbook labels` print what they found and did; errors are one line."""

import datetime
import json

import pytest

from components.report.feedback import read_feedback
from lookbook.cli import main
from tests.operations.feedback.transactions import write_transactions
from tests.serving.request_logs import answered, write_log

DAY = datetime.date(2020, 9, 1)


@pytest.fixture
def arguments(tmp_path):
    """Options for a log of two labels: A showed a to 2 customers, one of whom bought it; B showed b to one."""
    records = [
        answered(["c1", "c2"], [["a"], ["a"]], day=DAY, label="A", version=3, channels=[["towers"], ["towers"]]),
        answered(["c3"], [["b"]], day=DAY, label="B", version=5),
    ]
    write_log(tmp_path / "log" / "requests-1.tfrecord", records)
    shop = write_transactions(tmp_path / "shop", [(1, "c1", "a"), (30, "c1", "z")])
    return ["feedback", "--log", str(tmp_path / "log"), "--data", str(shop)]


def test_the_tables_have_the_hit_rates_and_the_verdict(arguments, capsys):
    assert main([*arguments, "--compare", "A", "B"]) == 0
    printed = capsys.readouterr().out
    assert "answers of 2020-09-01 to 2020-09-01, purchases within 7 days" in printed
    assert "no verdict: A and B need at least 100 customers each, and a purchase" in printed
    lines = [line.split() for line in printed.replace("│", " ").splitlines()]
    assert ["articles", "3", "3", "1", "0.3333"] in [line[:5] for line in lines]
    assert ["towers", "2", "2", "1", "0.5000"] in [line[:5] for line in lines]
    assert ["5", "1", "1", "0", "0.0000"] in [line[:5] for line in lines]


def test_json_and_the_file_for_the_report_have_the_same_figures(arguments, tmp_path, capsys):
    assert main([*arguments, "--json", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert f"the figures are in {tmp_path / 'out' / 'feedback.json'}" in printed.err
    assert json.loads(printed.out) == json.loads(json.dumps(read_feedback(tmp_path / "out").as_tree()))


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--stop", "models.config"], 2, "--stop must be given with --compare A B"),
        (["--salt-file", "nowhere"], 1, "--salt-file: "),
        (["--compare", "A", "C"], 1, "--compare must name labels or versions of the log: A, B, 3, 5. Received: C"),
        (["--compare", "A", "B", "--stop", "nowhere"], 1, "the model config file nowhere cannot be read"),
    ],
)
def test_errors_are_one_line(arguments, more, code, words, capsys):
    assert main([*arguments, *more]) == code
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


@pytest.fixture
def config_file(tmp_path):
    for number in (3, 5):
        (tmp_path / "versions" / str(number)).mkdir(parents=True)
    path = tmp_path / "models.config"
    path.write_text(
        f'model_config_list {{ config {{ name: "lookbook" base_path: "{tmp_path / "versions"}" '
        'version_labels { key: "stable" value: 3 } } }'
    )
    return path


def test_labels_are_set_and_shown(config_file, capsys):
    assert main(["labels", str(config_file), "canary=5"]) == 0
    set_now = capsys.readouterr().out
    assert set_now.splitlines() == ["lookbook canary = version 5", "lookbook stable = version 3"]
    assert main(["labels", str(config_file)]) == 0
    assert capsys.readouterr().out == set_now


@pytest.mark.parametrize(
    ("assignment", "code", "words"),
    [("canary", 2, "must be LABEL=VERSION. Received: 'canary'"), ("canary=7", 1, "Received: 7, which is not there")],
)
def test_invalid_labels_are_errors(config_file, assignment, code, words, capsys):
    assert main(["labels", str(config_file), assignment]) == code
    assert words in capsys.readouterr().err


def test_labels_of_one_version_are_nothing_to_stop(arguments, config_file, capsys):
    assert main(["labels", str(config_file), "A=3", "B=3"]) == 0
    assert main([*arguments, "--compare", "A", "B", "--stop", str(config_file)]) == 0
    assert "B and A are the same version: nothing to stop" in capsys.readouterr().err
