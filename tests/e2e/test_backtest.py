"""A backtest of two weeks on a small shop: training, refresh, no refresh, and a corrupt week."""

import json
import re

import pytest

from tests.e2e.shop import Shop, lookbook, set_options, synthesize

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
MARGIN = "evaluation.margin=0.02"  # the default


@pytest.fixture(scope="module")
def backtest(tmp_path_factory):
    root = tmp_path_factory.mktemp("backtest")
    synthesize(root / "shop")
    words = ["backtest", "--data", str(root / "shop"), "--work", str(root / "work"), "--periods", "2"]
    words += set_options(MARGIN)
    done = lookbook(*words, "--to", str(root / "table.md"))
    assert done.code == 0, done.err
    again = lookbook(*words)
    cells = {path.stem: json.loads(path.read_text()) for path in (root / "work" / "cells").glob("*.json")}
    return root, done, again, cells


def test_all_cells_are_judged_on_the_purchases_of_their_week(backtest):
    root, _, _, cells = backtest
    days = sorted(Shop(root / "shop", root / "out").ids("transactions_train", "t_dat"))
    assert {cell["first"] for cell in cells.values()} == {days[-14], days[-7]}
    assert len(cells) == 2 * 3 + 2
    assert all(0 < cell["map_at_12"] < 1 and cell["customers"] > 50 for cell in cells.values())


def test_a_refresh_keeps_the_weights_and_uses_the_latest_week(backtest):
    root, _, _, cells = backtest
    (refreshed,) = (c for c in cells.values() if c["policy"] == "refreshed every period" and c["said"])
    assert refreshed["pushed"], refreshed["said"]
    figures = {}
    for folder in ("never-refreshed", "refreshed-every-period"):
        versions = sorted((root / "work" / folder / "serving" / "lookbook").iterdir(), key=lambda path: int(path.name))
        figures[folder] = json.loads((versions[-1] / "assets.extra" / "lookbook.json").read_text())
    old, new = figures.values()
    assert old["weights_digest"] == new["weights_digest"]
    assert old["as_of"] < new["as_of"] == refreshed["first"]
    assert new["blessed_map_at_12"] == old["evaluation"]["map_at_12"]


def test_a_refresh_on_a_corrupt_week_is_refused_and_the_old_version_stays_served(backtest):
    _, _, _, cells = backtest
    (broken,) = (c for c in cells.values() if c["policy"] == "refreshed on a broken period")
    (before,) = (c for c in cells.values() if c["policy"] == "refreshed every period" and c["first"] < broken["first"])
    assert not broken["pushed"]
    assert broken["said"].startswith("refused: has certainly fallen by more than evaluation.margin = 0.02: MAP@12 0.0")
    assert broken["version"] == before["version"]


def test_a_training_on_a_corrupt_week_is_refused(backtest):
    """All models are equally bad in that week; the share of the blessed figure, `push.min_share`, refuses it."""
    _, _, _, cells = backtest
    (broken,) = (c for c in cells.values() if c["policy"] == "retrained on a broken period")
    assert not broken["pushed"]
    assert broken["said"].startswith("refused: "), broken["said"]


def test_the_table_is_written_and_a_second_call_reuses_all_cells(backtest):
    root, done, again, _ = backtest
    table = (root / "table.md").read_text()
    assert table.splitlines()[0].startswith("| period from | customers | never refreshed |")
    assert len(re.findall(r"^\| \d{4}-", table, re.M)) == 2
    assert done.out == again.out == table
