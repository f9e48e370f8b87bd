"""Measures the disk space of runs on two synthetic shops against its estimate.

The factors in `pipeline/disk.py` are upper bounds: a run must not need more, and the estimate must not be so high that
it refuses runs that would fit.
"""

import dataclasses
import pathlib
import threading

import pytest

from pipeline.config import load_config
from pipeline.disk import (
    OUT_PER_CSV_BYTE,
    OUT_PER_CSV_BYTE_AND_WEEK,
    SPILL_PER_CSV_BYTE,
    Need,
    estimate,
    list_weeks,
    used_bytes,
)
from tests.e2e.shop import SETTINGS, Shop, lookbook, synthesize

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
SIZES = {
    "small": {"customers": 1_500, "articles": 800, "transactions": 60_000, "days": 120},
    "large": {"customers": 15_000, "articles": 3_000, "transactions": 600_000, "days": 120},
}
MAX_RATIO = 5.0  # of estimate and measured space
POLL_S = 0.2


@dataclasses.dataclass(frozen=True)
class Measured:
    """Disk space in bytes: of OUT after a run, and the peak of its folder of temporary files."""

    need: Need
    out: int
    spill: int


@pytest.fixture(scope="module", params=["train", "refresh"])
def measured(request, tmp_path_factory):
    """The space of a training, or of a refresh after it, on each shop."""
    return {name: _measure(request.param, tmp_path_factory.mktemp(name), sizes) for name, sizes in SIZES.items()}, (
        request.param
    )


def _measure(kind: str, root: pathlib.Path, sizes: dict[str, int]) -> Measured:
    synthesize(root / "shop", sizes)
    shop = Shop(root / "shop", root / "out")
    before = 0
    if kind == "refresh":
        trained = shop.run("evaluation.margin=1.0")
        assert trained.code == 0, trained.err
        before = used_bytes(shop.out)
    peak, done = 0, threading.Event()

    def poll() -> None:
        nonlocal peak
        while not done.wait(POLL_S):
            peak = max(peak, used_bytes(shop.temporary))

    poller = threading.Thread(target=poll)
    poller.start()
    try:
        command = shop.command() if kind == "train" else ["refresh", *shop.command()[1:]]
        assert lookbook(*command, TMPDIR=str(shop.temporary)).code in (0, 1)  # a gate may refuse the model
    finally:
        done.set()
        poller.join()
    need = estimate(kind, shop.data, load_config(None, SETTINGS))
    return Measured(need, used_bytes(shop.out) - before, peak)


def test_a_run_needs_no_more_than_estimated(measured):
    runs, _ = measured
    for name, run in runs.items():
        assert run.out <= run.need.out, name
        assert run.spill <= run.need.spill, name


def test_the_estimate_is_not_far_too_high(measured):
    runs, _ = measured
    large = runs["large"]
    assert large.need.out <= MAX_RATIO * large.out


def test_space_grows_with_the_csvs_by_no_more_than_the_factor(measured):
    runs, kind = measured
    small, large = runs["small"], runs["large"]
    weeks = list_weeks(large.need.csv, load_config(None, SETTINGS).features)
    factor = OUT_PER_CSV_BYTE[kind] + OUT_PER_CSV_BYTE_AND_WEEK[kind] * weeks
    more_csv = large.need.csv - small.need.csv
    assert large.out - small.out <= factor * more_csv
    assert large.spill - small.spill <= SPILL_PER_CSV_BYTE * more_csv
