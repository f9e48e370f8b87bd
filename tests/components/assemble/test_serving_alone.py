"""The model server in an environment of `requirements-serving.lock` alone, as its image has it."""

import pathlib
import re
import select
import shutil
import subprocess
import sys
import time

import pytest

from serving.client import ClientConfig, RecommenderClient
from tests.source_tree import ROOT
from tests.tiny_shop import customer_id

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1800)]
READY_S = 600
UNREACHABLE = ("Failed to fetch", "dns error", "error sending request", "Network connectivity is disabled")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A folder with the server's code and a `venv` created as in the image, nothing else."""
    root = tmp_path_factory.mktemp("alone")
    uv = shutil.which("uv") or str(ROOT / ".venv" / "uv" / "bin" / "uv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / "venv")], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(root / "venv" / "bin" / "python"), "--require-hashes"]
    done = subprocess.run(
        [*install, "-r", str(ROOT / "requirements-serving.lock")], capture_output=True, text=True, cwd=root
    )
    if any(words in done.stderr for words in UNREACHABLE):
        pytest.skip(f"the packages cannot be fetched: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    shutil.copytree(ROOT / "serving", root / "app" / "serving", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_the_server_serves_an_assembled_model(alone, served):
    with Started(alone, served.folder.parent) as port:
        client = RecommenderClient(f"127.0.0.1:{port}", ClientConfig(deadline_s=60))
        with client:
            (answer,) = client.recommend_default([customer_id(0)])
    wanted = served.ask("serving_default", customer_id=[customer_id(0)])["article_ids"][0]
    assert [article.article_id for article in answer.articles] == [id_.decode() for id_ in wanted if id_]


class Started:
    """Runs the server as a process; yields its port."""

    def __init__(self, root: pathlib.Path, base_path: pathlib.Path) -> None:
        self._command = [str(root / "venv" / "bin" / "python"), "-m", "serving.server", "--port", "0"]
        self._command += ["--model-name", "lookbook", "--base-path", str(base_path)]
        self._root = root

    def __enter__(self) -> int:
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(self._root / "app"), "PYTHONUNBUFFERED": "1"}
        self._log = (self._root / "log.txt").open("w")
        self._process = subprocess.Popen(
            self._command, cwd=self._root, env=environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        end_s, line = time.monotonic() + READY_S, ""
        while not (port := re.search(r"on 127\.0\.0\.1:(\d+)", line)):
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end_s - time.monotonic()))
            line = self._process.stdout.readline() if ready else ""
            if not line:
                self.__exit__()
                raise AssertionError((self._root / "log.txt").read_text()[-2000:])
        return int(port[1])

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._process.stdout.close()
        self._log.close()
