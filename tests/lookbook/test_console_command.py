"""`lookbook console` serves pages until it is ended, and its own model server ends with it."""

import os
import re
import signal
import subprocess
import sys
import urllib.request

import psutil
import pytest

from lookbook.cli import main

TIMEOUT_S = 600


@pytest.fixture
def started(tmp_path):
    """A console of an empty folder with its own model server: the process, its children and its address."""
    command = [sys.executable, "-m", "lookbook", "console", "--out", str(tmp_path), "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    line = process.stdout.readline()
    found = re.fullmatch(r"the console is at (http://127\.0\.0\.1:\d+/); Ctrl-C ends it\n", line)
    assert found, line
    children = psutil.Process(process.pid).children(recursive=True)
    yield process, children, found[1]
    process.kill()
    process.wait(TIMEOUT_S)
    process.stdout.close()
    for child in children:
        if child.is_running():
            child.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -9)])
def test_the_model_server_ends_with_the_console(started, number, code):
    process, children, address = started
    with urllib.request.urlopen(address, timeout=TIMEOUT_S) as page:
        assert b"The model server is starting" in page.read()
    assert children
    process.send_signal(number)
    assert process.wait(TIMEOUT_S) == code
    assert psutil.wait_procs(children, TIMEOUT_S)[1] == []


def test_a_missing_folder_is_named(tmp_path, capsys):
    assert main(["console", "--out", str(tmp_path / "nothing")]) == 1
    assert "--out must be the folder of a run" in capsys.readouterr().err
