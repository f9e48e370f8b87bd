"""A run of the wheel with the locked packages, in an empty environment and outside of the repository."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.source_tree import ROOT, copy_source

pytestmark = [pytest.mark.proof, pytest.mark.timeout(7200)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The Python of an environment that is created as in the Dockerfile."""
    root = tmp_path_factory.mktemp("clean")
    source, python = root / "source", root / "venv" / "bin" / "python"
    source.mkdir()
    copy_source(source)
    uv = shutil.which("uv") or str(ROOT / ".venv" / "uv" / "bin" / "uv")
    _run(sys.executable, "-m", "venv", "--copies", str(root / "venv"))
    install = (uv, "pip", "install", "--quiet", "--python", str(python))
    _run(*install, "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    _run(str(python), "setup.py", "-q", "bdist_wheel", "--dist-dir", str(root / "dist"), cwd=source)
    (wheel,) = (root / "dist").glob("*.whl")
    _run(*install, "--no-deps", str(wheel))
    shutil.rmtree(source)
    return python


def test_all_packages_and_the_wheel_are_installed(installed, tmp_path):
    output = _run(
        str(installed), "-c", "import lookbook, transforms; print(lookbook.__file__, transforms.__file__)", cwd=tmp_path
    )
    assert all(str(installed.parents[1]) in word for word in output.split())
    doctor = _run(str(installed), "-m", "lookbook", "doctor", cwd=tmp_path)
    assert "ScaNN" in doctor


def test_the_installed_package_passes_the_end_to_end_test(installed, tmp_path):
    """Copies only the tests, their configuration and the notebook that they run from the repository."""
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "tour.ipynb", tmp_path / "docs")
    output = _run(
        str(installed),
        *("-m", "pytest", "-p", "no:cacheprovider", "--verbosity=0", "tests/e2e/test_whole_pipeline.py"),
        cwd=tmp_path,
    )
    assert " passed" in output
    assert "failed" not in output


def _run(*words, cwd=None):
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
