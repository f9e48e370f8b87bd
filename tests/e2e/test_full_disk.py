"""A disk that becomes full during a run is reported in one line, and a second run continues."""

import subprocess

import pytest

from tests.e2e.shop import Shop, lookbook, synthesize

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]


@pytest.fixture
def small(tmp_path):
    """A file system of 3 MB; skips the test if none can be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk_is_one_line_and_a_run_with_more_space_continues(small, tmp_path):
    synthesize(tmp_path / "shop")
    shop = Shop(tmp_path / "shop", small / "out")
    command = shop.command()
    full = lookbook(*command, "--no-disk-check", TMPDIR=str(tmp_path))
    assert full.code == 1
    assert "Traceback" not in full.err
    assert f"the disk of {shop.out} is full" in full.last_line
    assert "run the same command again" in full.last_line or "run again" in full.last_line
    done_before = [line for line in full.err.splitlines() if line.startswith("[")]
    subprocess.run(["mount", "-o", "remount,size=1g", str(small)], check=True)
    done = lookbook(*command, "--no-disk-check", TMPDIR=str(tmp_path))
    assert done.code == 0, done.err
    cached = [line for line in done.err.splitlines() if line.startswith("[") and line.endswith("cached")]
    assert len(cached) == len(done_before)
    assert len(shop.versions) == 1
