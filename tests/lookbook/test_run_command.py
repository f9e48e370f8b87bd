"""`lookbook run` passes its arguments to the pipeline, prints the summary, and reports errors in one line."""

import errno
import logging
import re
import shlex

import pytest

from components.gates.verdict import Verdict
from lookbook.cli import main
from pipeline.config import load_config
from tests.fake_version import write_version
from transforms.errors import ConfigError, DataError, GateError
from transforms.photos.counts import PhotoCounts


@pytest.fixture(autouse=True)
def root_logger():
    """Restores the root logger, which `lookbook run` redirects to a file."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


class SUMMARY:
    """The fields of `pipeline.summary.Summary`, which cannot be imported without TensorFlow."""

    figures = {"recommended": {"map_at_12": 0.25}, "own_purchases": {"map_at_12": 0.2}}
    customers = 10
    slices = {"all": {"map_at_12": 0.25, "customers": 10.0}}
    oracle, gap_closed, index_recall = 0.3, 0.5, 1.0
    gates = {
        "FreshnessGate": Verdict(passed=True, line="passed: fresh"),
        "DataGate": Verdict(passed=True, line="passed", warnings=("transactions.t_dat: few [bold]customers",)),
        "ModelGate": Verdict(passed=True, line="passed, proven: MAP@12 0.2500"),
        "InfraGate": Verdict(passed=True, line="passed: 50 canary queries"),
    }
    version = "out/serving/lookbook/1"
    photos = PhotoCounts(articles=50, found=47, missing=2, broken=1, listed=())
    steps, cached, seconds, peak_gib = 24, 0, 60.0, 1.5


def push(out, number):
    write_version(out / "serving" / "lookbook" / str(number))


@pytest.mark.parametrize(("left", "served"), [([], "no other is left"), ([2, 3], "3 is served")])
def test_a_cached_run_reports_that_its_version_was_deleted(left, served, replace_run, capsys, tmp_path):
    for number in left:
        push(tmp_path, number)
    replace_run(lambda *arguments, **options: SUMMARY)
    assert main(["run", "--data", "x", "--out", str(tmp_path)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "pushed nothing" in printed
    assert f"was pushed and deleted earlier; {served}. To push it again, delete" in printed
    assert ("Next: lookbook serve" in printed) == bool(left)


def test_run_passes_folders_and_settings_and_prints_the_summary(replace_run, capsys, tmp_path):
    calls = []

    def run(data_dir, out_dir, config, callbacks, *, disk_check, allow_older):
        calls.append((data_dir, out_dir, config, disk_check, allow_older))
        push(out_dir, 1)
        return SUMMARY

    replace_run(run)
    arguments = ["run", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--set", "seed=3", "--set", "label_days=2"]) == 0
    assert main([*arguments, "--no-disk-check", "--allow-older"]) == 0
    assert calls == [
        (tmp_path, tmp_path / "out", load_config(None, ["seed=3", "label_days=2"]), True, False),
        (tmp_path, tmp_path / "out", load_config(None, []), False, True),
    ]
    printed = capsys.readouterr().out
    for text in (
        "this model",
        "0.2500",
        "data gate   warning: transactions.t_dat: few [bold]customers",
        "passed, proven",
        "50 canary queries",
        "out/serving/lookbook/1",
        "50% of the gap",
    ):
        assert text in printed
    assert (tmp_path / "out" / "run.log").exists()


@pytest.fixture
def run_with_error(replace_run, tmp_path):
    """Runs `lookbook run` with a pipeline that raises an error."""

    def typed(error, *options):
        def run(*arguments, **named):
            raise error

        replace_run(run)
        return main(["run", "--data", "x", "--out", str(tmp_path), *options])

    return typed


@pytest.mark.parametrize(("error", "code"), [(GateError, 1), (DataError, 1), (ConfigError, 2)])
def test_the_exit_code_of_run_depends_on_the_kind_of_error(run_with_error, capsys, error, code):
    assert run_with_error(error("the gate refused")) == code
    assert capsys.readouterr().err == "lookbook: the gate refused\n"


def test_an_interrupted_run_exits_130(run_with_error, capsys):
    assert run_with_error(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.strip() == "lookbook: interrupted"


@pytest.mark.parametrize("debug", [False, True])
def test_an_unexpected_error_is_one_line_and_its_traceback_is_in_the_log(run_with_error, capsys, tmp_path, debug):
    assert run_with_error(ZeroDivisionError("by nothing"), *(["--debug"] if debug else [])) == 1
    err = capsys.readouterr().err
    assert err.endswith("lookbook: ZeroDivisionError: by nothing; --debug shows where\n")
    assert ("Traceback" in err) is debug
    log = (tmp_path / "run.log").read_text()
    assert f'File "{__file__}"' in log
    assert "    raise error\n" in log
    assert "ZeroDivisionError: by nothing" in log


def test_a_full_disk_is_reported_with_its_folder(run_with_error, capsys, tmp_path):
    assert run_with_error(OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "summary.json"))) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"lookbook: the disk of {tmp_path} is full (")
    assert err.endswith("then run the same command again: finished steps are not repeated\n")


def test_printed_commands_quote_folders_with_blanks(replace_run, capsys, tmp_path):
    out = tmp_path / "my shop's out"
    push(out, 1)
    replace_run(lambda *arguments, **options: SUMMARY)
    assert main(["run", "--data", "x", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    (line,) = [line for line in printed.splitlines() if line.startswith("Next: ")]
    assert shlex.split(line.removeprefix("Next: ").partition(", then ")[0]) == ["lookbook", "serve", "--out", str(out)]
    assert main(["versions", "--out", str(out / "none")]) == 1
    command = re.search("`(.*?)`", capsys.readouterr().err)[1]
    assert shlex.split(command) == ["lookbook", "run", "--out", str(out / "none")]


@pytest.mark.parametrize("name", ["out [1]", "o*", "o?"])
def test_a_wildcard_in_out_is_refused_before_the_run(name, tmp_path, capsys):
    assert main(["run", "--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / name)]) == 2
    assert "--out must not contain" in capsys.readouterr().err
