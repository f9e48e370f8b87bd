"""An interrupted command cleans up, reports the interruption in one line, and exits with the code of the signal."""

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from lookbook.cli import main
from lookbook.interruption import Interruption
from transforms.errors import DataError

LONG_S = 60
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def default_handlers() -> Iterator[None]:
    """Sets the signal handlers of a command in a terminal, because the tests may run under `nohup`."""
    usual = dict.fromkeys(CODES, signal.SIG_DFL) | {signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def run(replace_run, tmp_path):
    """Runs `lookbook run` with a function as its pipeline."""

    def typed(pipeline):
        replace_run(lambda data, out, config, callbacks, **_: pipeline(callbacks))
        return main(["run", "--data", "x", "--out", str(tmp_path / "out")])

    return typed


def error_line(capsys):
    """The printed line, without the line end that click prints after a ^C."""
    return capsys.readouterr().err.strip()


@pytest.mark.parametrize("number", CODES)
def test_each_signal_has_its_exit_code_and_leaves_no_temporary_folder(number, run, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = signal.getsignal(number)
    assert run(lambda callbacks: os.kill(os.getpid(), number)) == CODES[number]
    assert error_line(capsys) == "lookbook: interrupted"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("error", [RuntimeError, OSError, DataError])
def test_an_error_that_a_library_raises_instead_is_reported_as_an_interruption(error, run, capsys):
    def pipeline(callbacks):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise error("KeyboardInterrupt [while running 'GenerateStatistics']") from None

    assert run(pipeline) == 130
    assert error_line(capsys) == "lookbook: interrupted"


def test_a_swallowed_interruption_ends_the_run_before_its_next_step(run, capsys):
    started = []

    def pipeline(callbacks):
        for number, name in enumerate(("Transform", "retrieval"), 1):
            callbacks.on_start(name, number, 2)
            started.append(name)
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                continue

    assert run(pipeline) == 130
    assert started == ["Transform"]
    assert error_line(capsys) == "lookbook: interrupted"


def test_a_signal_during_a_finalizer_is_sent_again(run, capsys):
    class Function:
        def __del__(self):
            signal.raise_signal(signal.SIGTERM)

    def pipeline(callbacks):
        function = Function()
        del function
        threading.Event().wait(LONG_S)
        pytest.fail("the signal was not sent again")

    assert run(pipeline) == 143
    assert error_line(capsys) == "lookbook: interrupted"


def test_other_errors_of_finalizers_are_reported_as_usual(monkeypatch):
    reported: list[sys.UnraisableHookArgs] = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)

    class Broken:
        def __del__(self):
            raise ValueError

    with Interruption():
        Broken()
    assert [lost.exc_type for lost in reported] == [ValueError]
    assert sys.unraisablehook == reported.append


def test_an_error_without_a_signal_stays_an_error(run, capsys):
    assert run(lambda callbacks: 1 / 0) == 1
    assert error_line(capsys) == "lookbook: ZeroDivisionError: division by zero; --debug shows where"


def test_a_signal_that_was_ignored_stays_ignored():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interruption() as interruption:
        signal.raise_signal(signal.SIGHUP)
        assert not interruption
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_commands_run_outside_of_the_main_thread():
    reported = []
    thread = threading.Thread(target=lambda: reported.append(main(["--version"])))
    thread.start()
    thread.join()
    assert reported == [0]
