"""A command that is asked to end closes what is open, says so in one line, and exits as a shell would tell it."""

import os
import signal
import sys
import threading
import types
from collections.abc import Iterator

import pytest

from lookbook.cli import main
from lookbook.interruption import Interruption
from transforms.errors import DataError

LONG_S = 60
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """The signals, as a command in a terminal has them: the tests themselves may run under `nohup`."""
    usual = dict.fromkeys(CODES, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """`lookbook run`, whose pipeline is the function given."""

    def typed(pipeline):
        module = types.ModuleType("pipeline.run")
        module.__dict__["run"] = lambda data, out, config, watcher, **_: pipeline(watcher)
        monkeypatch.setitem(sys.modules, "pipeline.run", module)
        return main(["run", "--data", "x", "--out", str(tmp_path / "out")])

    return typed


def said(capsys):
    """Its line; click ends the line of a terminal's ^C before it."""
    return capsys.readouterr().err.strip()


@pytest.mark.parametrize("number", CODES)
def test_each_signal_that_asks_has_its_code_and_leaves_no_temporary_folder(number, run, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = signal.getsignal(number)
    assert run(lambda watcher: os.kill(os.getpid(), number)) == CODES[number]
    assert said(capsys) == "lookbook: interrupted"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("error", [RuntimeError, OSError, DataError])
def test_an_error_that_a_library_made_of_it_is_told_as_what_it_is(error, run, capsys):
    def pipeline(watcher):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise error("KeyboardInterrupt [while running 'GenerateStatistics']") from None

    assert run(pipeline) == 130
    assert said(capsys) == "lookbook: interrupted"


def test_where_a_library_swallows_it_the_run_ends_before_its_next_step(run, capsys):
    begun = []

    def pipeline(watcher):
        for number, name in enumerate(("Transform", "retrieval"), 1):
            watcher.starts(name, number, 2)
            begun.append(name)
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                continue

    assert run(pipeline) == 130
    assert begun == ["Transform"]
    assert said(capsys) == "lookbook: interrupted"


def test_where_it_meets_a_finalizer_it_comes_again(run, capsys):
    class Function:
        def __del__(self):
            signal.raise_signal(signal.SIGTERM)

    def pipeline(watcher):
        function = Function()
        del function
        threading.Event().wait(LONG_S)
        pytest.fail("it did not come again")

    assert run(pipeline) == 143
    assert said(capsys) == "lookbook: interrupted"


def test_what_else_a_finalizer_raises_is_told_as_before(monkeypatch):
    told: list[sys.UnraisableHookArgs] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Broken:
        def __del__(self):
            raise ValueError

    with Interruption():
        Broken()
    assert [lost.exc_type for lost in told] == [ValueError]
    assert sys.unraisablehook == told.append


def test_an_error_without_a_signal_stays_an_error(run, capsys):
    assert run(lambda watcher: 1 / 0) == 1
    assert said(capsys) == "lookbook: ZeroDivisionError: division by zero; --debug shows where"


def test_a_signal_that_was_ignored_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGHUP)
        assert not interruption
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_in_another_thread_commands_run_as_well():
    told = []
    thread = threading.Thread(target=lambda: told.append(main(["--version"])))
    thread.start()
    thread.join()
    assert told == [0]
