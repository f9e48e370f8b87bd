"""Every command has help, reports errors in one line, and exits with the documented code."""

import os
import subprocess
import sys
import types

import click
import pytest

from lookbook.cli import COMMANDS, cli, main

HEAVY = {"tensorflow", "tfx", "apache_beam", "pandas", "pyarrow", "numpy", "duckdb", "scann"}


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
    module = types.ModuleType("kubeflow.compile")
    module.__dict__["compile_pipeline"] = lambda *arguments, pipeline: calls.append((*arguments, pipeline))
    monkeypatch.setitem(sys.modules, module.__name__, module)
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


@pytest.mark.parametrize("locale", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_a_path_that_the_locale_cannot_encode_is_an_error_that_names_the_locale(tmp_path, locale):
    out = f"{tmp_path}/t\u00e9st".encode()
    done = subprocess.run(
        [sys.executable, "-m", "lookbook", "versions", "--out", out], capture_output=True, env={**os.environ, **locale}
    )
    assert done.returncode == 2
    assert b"must be ASCII where the locale is not UTF-8" in done.stderr
    assert b"with the encoding ascii of LC_ALL=C" in done.stderr


def test_a_path_that_is_not_utf_8_is_refused(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lookbook", "versions", "--out", f"{tmp_path}/t\u00e9st".encode("latin-1")],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 2
    assert b"must be UTF-8" in done.stderr
