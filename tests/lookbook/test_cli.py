"""The command line starts quickly, reports errors in one line, and exits with the documented codes."""

import errno
import logging
import os
import re
import shlex
import subprocess
import sys
import types

import click
import pytest

from components.gates.verdict import Verdict
from lookbook.cli import COMMANDS, cli, main
from pipeline.config import load_config
from transforms.errors import ConfigError, DataError, GateError

HEAVY = {"tensorflow", "tfx", "apache_beam", "pandas", "pyarrow", "numpy", "duckdb", "scann"}


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def fake_module(monkeypatch, name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["config"], ["versions", "--out", "/"]])
def test_light_commands_import_no_heavy_packages(arguments):
    code = f"import sys; from lookbook.cli import main; main({arguments!r}); print(*sys.modules, sep='\\n')"
    assert HEAVY.isdisjoint(run_python(code).split())


def test_the_run_module_does_not_import_tensorflow():
    assert run_python("import sys, pipeline.run; print('tensorflow' in sys.modules)").split() == ["False"]


def test_querying_a_server_imports_no_tensorflow():
    code = (
        "import sys; from lookbook.cli import main; code = main(['query', 'c', '--port', '1']);"
        "print(code, 'tensorflow' in sys.modules)"
    )
    assert run_python(code).split() == ["1", "False"]


def test_the_environment_of_tensorflow_is_set_and_a_chosen_log_level_is_kept():
    code = (
        "import os; os.environ.pop('TF_USE_LEGACY_KERAS', 0); os.environ['TF_CPP_MIN_LOG_LEVEL'] = '0';"
        "from lookbook.cli import main; main(['config']);"
        "print(os.environ['TF_USE_LEGACY_KERAS'], os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    )
    assert run_python(code).splitlines()[-1] == "1 0"


def test_importing_the_command_line_does_not_change_the_environment():
    code = "import os; before = dict(os.environ); import lookbook.cli; print(dict(os.environ) == before)"
    assert run_python(code).split() == ["True"]


def test_the_help_lists_every_command_in_full(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n  {name} " in text
    assert "..." not in text.partition("Commands:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_every_option_has_a_help_text(name, capsys):
    command = cli.get_command(click.Context(cli), name)
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name}"
        else:
            assert parameter.human_readable_name in command.help
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: lookbook {name}")


def test_the_module_runs_like_the_console_script():
    done = subprocess.run(
        [sys.executable, "-m", "lookbook", "config", "--set", "nonesuch=1"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("lookbook: nonesuch is not a setting")


def test_the_version_is_that_of_the_distribution(capsys):
    assert main(["--version"]) == 0
    assert "0.1.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonesuch"],
        ["run"],
        ["run", "--data"],
        ["rollback", "--out", "x"],
        ["rollback", "abc"],
        ["serve", "--port", "70000"],
        ["query", "c", "--k", "101"],
        ["recommend", "--to", "x.csv"],
        ["recommend", "--to", "x.csv", "--all", "--customers", "y.csv"],
        ["config", "--set", "seed"],
        ["config", "--set", "seed=x"],
        ["config", "--preset", "nonesuch"],
        ["synthesize", "--to", "x", "--days", "1"],
        ["synthesize", "--to", "x", "--scale", "huge"],
        ["synthesize", "--to", "x", "--scale", "0"],
        ["synthesize", "--to", "x", "--scale", "nan"],
    ],
)
def test_wrong_usage_exits_2_and_does_nothing(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "Traceback" not in output.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["versions"],
        ["rollback", "3"],
        ["serve"],
        ["recommend", "--all", "--to", "recs.csv"],
        ["evaluate", "--truth", "truth.csv"],
        ["similar", "a", "--port", "1"],
    ],
)
def test_a_failed_command_exits_1_with_one_line(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert output.err.startswith("lookbook: ")
    assert output.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_reported_in_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["synthesize", "--to", str(tmp_path / "file" / "shop")]) == 1
    assert capsys.readouterr().err.startswith("lookbook: [Errno ")


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
    steps, cached, seconds, peak_gib = 24, 0, 60.0, 1.5


def push(out, number):
    """Makes the folder of a version."""
    folder = out / "serving" / "lookbook" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "saved_model.pb").touch()


@pytest.mark.parametrize(("left", "served"), [([], "no other is left"), ([2, 3], "3 is served")])
def test_a_cached_run_whose_version_was_deleted_reports_that(left, served, monkeypatch, capsys, tmp_path):
    for number in left:
        push(tmp_path, number)
    fake_module(monkeypatch, "pipeline.run", run=lambda *arguments, **options: SUMMARY)
    assert main(["run", "--data", "x", "--out", str(tmp_path)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "pushed nothing" in printed
    assert f"was pushed and deleted earlier; {served}. To push it again, delete" in printed
    assert ("Next: lookbook serve" in printed) == bool(left)


def test_run_passes_folders_and_settings_and_prints_the_summary(monkeypatch, capsys, tmp_path):
    calls = []

    def run(data_dir, out_dir, config, callbacks, *, disk_check, allow_older):
        calls.append((data_dir, out_dir, config, disk_check, allow_older))
        push(out_dir, 1)
        return SUMMARY

    fake_module(monkeypatch, "pipeline.run", run=run)
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


@pytest.mark.parametrize(("error", "code"), [(GateError, 1), (DataError, 1), (ConfigError, 2)])
def test_the_exit_code_of_run_depends_on_the_kind_of_error(monkeypatch, capsys, tmp_path, error, code):
    def run(data_dir, out_dir, config, callbacks, *, disk_check, allow_older):
        raise error("the gate said no")

    fake_module(monkeypatch, "pipeline.run", run=run)
    assert main(["run", "--data", "x", "--out", str(tmp_path)]) == code
    assert capsys.readouterr().err == "lookbook: the gate said no\n"


def test_an_interrupted_run_exits_130(monkeypatch, capsys, tmp_path):
    def run(data_dir, out_dir, config, callbacks, *, disk_check, allow_older):
        raise KeyboardInterrupt

    fake_module(monkeypatch, "pipeline.run", run=run)
    assert main(["run", "--data", "x", "--out", str(tmp_path)]) == 130
    assert capsys.readouterr().err.strip() == "lookbook: interrupted"


@pytest.mark.parametrize("debug", [False, True])
def test_an_unexpected_error_is_one_line_and_its_traceback_is_in_the_log(monkeypatch, capsys, tmp_path, debug):
    def run(data_dir, out_dir, config, callbacks, *, disk_check, allow_older):
        raise ZeroDivisionError("by nothing")

    fake_module(monkeypatch, "pipeline.run", run=run)
    assert main(["run", "--data", "x", "--out", str(tmp_path), *(["--debug"] if debug else [])]) == 1
    err = capsys.readouterr().err
    assert err.endswith("lookbook: ZeroDivisionError: by nothing; --debug shows where\n")
    assert ("Traceback" in err) is debug
    assert 'raise ZeroDivisionError("by nothing")' in (tmp_path / "run.log").read_text()


def test_a_full_disk_is_reported_with_its_folder(monkeypatch, capsys, tmp_path):
    def run(data_dir, out_dir, config, callbacks, *, disk_check, allow_older):
        raise OSError(errno.ENOSPC, "No space left on device", str(out_dir / "summary.json"))

    fake_module(monkeypatch, "pipeline.run", run=run)
    assert main(["run", "--data", "x", "--out", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"lookbook: the disk of {tmp_path} is full (")
    assert err.endswith("then run the same command again: finished steps are not repeated\n")


def test_a_closed_output_pipe_causes_no_traceback():
    process = subprocess.Popen(
        [sys.executable, "-m", "lookbook", "config"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1


def test_compile_passes_settings_and_the_file(monkeypatch, capsys, tmp_path):
    from kubeflow.config import load_config

    calls = []
    fake_module(
        monkeypatch,
        "kubeflow.compile",
        compile_pipeline=lambda *arguments, pipeline: calls.append((*arguments, pipeline)),
    )
    assert main(["compile", "--to", str(tmp_path / "p.yaml"), "--set", "seed=3"]) == 0
    assert main(["compile", "--to", str(tmp_path / "r.yaml"), "--pipeline", "refresh"]) == 0
    assert calls == [
        (load_config(None, ["seed=3"]), tmp_path / "p.yaml", "train"),
        (load_config(None, []), tmp_path / "r.yaml", "refresh"),
    ]


def test_the_output_of_config_is_a_preset_of_the_same_settings(capsys, tmp_path):
    assert main(["config", "--set", "seed=3"]) == 0
    printed = capsys.readouterr().out
    assert "\nseed = 3\n" in printed
    preset = tmp_path / "mine.toml"
    preset.write_text(printed)
    assert main(["config", "--preset", str(preset)]) == 0
    assert capsys.readouterr().out == printed


def test_synthesize_writes_a_shop_of_the_given_sizes(capsys, tmp_path):
    sizes = {"customers": 40, "articles": 60, "transactions": 300, "days": 28, "seed": 2}
    options = [text for name, size in sizes.items() for text in (f"--{name}", str(size))]
    assert main(["synthesize", "--to", str(tmp_path / "shop"), *options]) == 0
    assert capsys.readouterr().out.startswith("40 customers, 60 articles, ")
    lines = (tmp_path / "shop" / "customers.csv").read_text().splitlines()
    assert len(lines) == 41
    assert os.path.exists(tmp_path / "shop" / "transactions_train.csv")


def test_sizes_override_the_scale_of_synthesize(capsys, tmp_path):
    options = ["--scale", "0.0001", "--articles", "70"]
    assert main(["synthesize", "--to", str(tmp_path / "shop"), *options]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("137 customers, 70 articles, ")
    assert " from 2018-09-20 to 2020-09-22 in " in printed


def test_printed_commands_quote_folders_with_blanks(monkeypatch, capsys, tmp_path):
    out = tmp_path / "my shop's out"
    push(out, 1)
    fake_module(monkeypatch, "pipeline.run", run=lambda *arguments, **options: SUMMARY)
    assert main(["run", "--data", "x", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    (line,) = [line for line in printed.splitlines() if line.startswith("Next: ")]
    assert shlex.split(line.removeprefix("Next: ").partition(", then ")[0]) == ["lookbook", "serve", "--out", str(out)]
    assert main(["versions", "--out", str(out / "none")]) == 1
    command = re.search("`(.*?)`", capsys.readouterr().err)[1]
    assert shlex.split(command) == ["lookbook", "run", "--out", str(out / "none")]


@pytest.mark.parametrize("locale", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_a_path_that_the_locale_cannot_encode_is_an_error_that_names_the_locale(tmp_path, locale):
    out = f"{tmp_path}/t\u00e9st".encode()
    done = subprocess.run(
        [sys.executable, "-m", "lookbook", "versions", "--out", out], capture_output=True, env={**os.environ, **locale}
    )
    assert done.returncode == 2
    assert b"must be ASCII where the locale is not UTF-8" in done.stderr
    assert b"with the encoding ascii of LC_ALL=C" in done.stderr


@pytest.mark.parametrize("name", ["out [1]", "o*", "o?"])
def test_a_wildcard_in_out_is_refused_before_the_run(name, tmp_path, capsys):
    assert main(["run", "--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / name)]) == 2
    assert "--out must not contain" in capsys.readouterr().err


def test_a_path_that_is_not_utf_8_is_refused(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lookbook", "versions", "--out", f"{tmp_path}/t\u00e9st".encode("latin-1")],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 2
    assert b"must be UTF-8" in done.stderr
