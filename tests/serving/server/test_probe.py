"""The probe reports the health of a server by its exit status."""

import subprocess
import sys

from serving import probe
from tests.serving.server_process import ROOT


def test_a_probe_reports_whether_a_server_is_healthy(served, eventually):
    eventually(lambda: probe.healthy(f"127.0.0.1:{served.port}"), "health")
    assert not probe.healthy("127.0.0.1:1")
    assert not probe.healthy("127.0.0.1:1", alive=True)
    done = subprocess.run([sys.executable, "-m", "serving.probe", "127.0.0.1:1"], cwd=ROOT)
    assert done.returncode == 1


def test_a_server_without_a_version_is_alive_and_not_ready(shop, serve):
    target = f"127.0.0.1:{serve(shop, wait=False).port}"
    assert probe.main(["--alive", target]) == 0
    assert probe.main([target]) == 1
