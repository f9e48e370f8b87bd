"""Time and memory of a process and its descendants, and the error of a failed one."""

import sys

import pytest

from benchmarks.performance.process import measure

_HOLD = "import time; held = bytearray({mib} * 2**20); time.sleep({seconds})"


def test_the_memory_of_a_child_counts(tmp_path):
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_HOLD.format(mib=200, seconds=2)!r}])"
    cost = measure([sys.executable, "-c", child], tmp_path / "logs" / "log")
    alone = measure([sys.executable, "-c", _HOLD.format(mib=0, seconds=0.3)], tmp_path / "logs" / "log")

    assert 200 / 1024 < cost.peak_gib < 0.4
    assert alone.peak_gib < 0.1
    assert cost.seconds >= 2
    assert alone.seconds >= 0.3


def test_the_error_of_a_failed_process_has_its_last_lines(tmp_path):
    with pytest.raises(RuntimeError, match=r"(?s)must succeed. Received: exit status 3.*last words"):
        measure([sys.executable, "-c", "print('last words'); raise SystemExit(3)"], tmp_path / "log")
