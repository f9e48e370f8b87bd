"""Order and figures of a backtest, with fake training, refreshing and judging."""

import csv
import json

import pytest

from components.push.publish import publish
from components.served_folder import model_dir
from operations.backtest import simulate
from operations.backtest_table import BROKEN_REFRESH, BROKEN_RUN, NEVER, POLICIES, REFRESHED, RETRAINED, as_markdown
from pipeline.config import load_config
from pipeline.disk import DiskError
from pipeline.versions import served_version
from tests.csv_shop import write_csvs
from transforms.columns import FILES
from transforms.errors import ConfigError, DataError, DiskFullError, LookbookError, StepError

PERIODS = 3
LAST = "2020-06-30"
FIRSTS = ["2020-06-10", "2020-06-17", "2020-06-24"]


@pytest.fixture
def shop(tmp_path):
    rows = {
        "articles": [{"article_id": f"a{number}"} for number in range(40)],
        "customers": [{"customer_id": f"c{number}"} for number in range(3)],
        "transactions": [
            {"t_dat": f"2020-06-{day:02}", "customer_id": f"c{day % 3}", "article_id": f"a{day}"}
            for day in range(1, 31)
        ],
    }
    return write_csvs(tmp_path / "shop", rows)


class FakeSteps:
    """Steps whose MAP@12 grows with the freshness of state and weights; corrupted data are refused."""

    def __init__(self, tmp_path):
        self.made, self.tmp_path = [], tmp_path
        self.refuse_all = False
        self.stop_at = None

    def train(self, data, out):
        return self.make("run", data, out, trained=data.name)

    def refresh(self, data, out):
        figures = json.loads((served_version(out).path / "assets.extra" / "lookbook.json").read_text())
        return self.make("refresh", data, out, trained=figures["trained"])

    def make(self, kind, data, out, trained):
        self.made.append((kind, data.name, out.name))
        if self.stop_at == data.name:
            self.stop_at = None
            raise KeyboardInterrupt
        if self.refuse_all or data.name.endswith("-broken"):
            return False, "refused: as it should"
        with (data / FILES["transactions"]).open(newline="") as file:
            assert max(row["t_dat"] for row in csv.DictReader(file)) < data.name, "the data end before the period"
        model = self.tmp_path / "model"
        model.mkdir(exist_ok=True)
        (model / "saved_model.pb").touch()
        publish(model, model_dir(out), {"as_of": data.name, "trained": trained})
        return True, "passed: well"

    def judge(self, out, bought):
        version = served_version(out)
        figures = version.figures
        freshness = [FIRSTS.index(figures[name]) for name in ("as_of", "trained")]
        return {
            "version": version.number,
            "customers": len(bought),
            "map_at_12": 0.1 + 0.02 * freshness[0] + 0.01 * freshness[1],
            "popular": 0.05,
            "own_purchases": 0.08,
        }


@pytest.fixture
def steps(tmp_path):
    return FakeSteps(tmp_path)


def run(shop, tmp_path, steps):
    return simulate(shop, tmp_path / "work", load_config(None, []), periods=PERIODS, steps=steps)


def test_each_policy_trains_or_refreshes_on_the_data_before_each_period(shop, tmp_path, steps):
    result = run(shop, tmp_path, steps)
    assert [(c.first, c.policy) for c in result.cells] == [(first, policy) for first in FIRSTS for policy in POLICIES]
    # All policies serve the first training in the first period; each later period has one training and one refresh.
    done = [(kind, data, out) for kind, data, out in steps.made if not data.endswith("broken")]
    assert done == [
        ("run", FIRSTS[0], "retrained-every-period"),
        ("run", FIRSTS[1], "retrained-every-period"),
        ("refresh", FIRSTS[1], "refreshed-every-period"),
        ("run", FIRSTS[2], "retrained-every-period"),
        ("refresh", FIRSTS[2], "refreshed-every-period"),
    ]
    figures = {(c.first, c.policy): c.map_at_12 for c in result.cells}
    assert [figures[FIRSTS[2], policy] for policy in (NEVER, REFRESHED, RETRAINED)] == pytest.approx([0.10, 0.14, 0.16])
    assert {figures[FIRSTS[0], policy] for policy in POLICIES} == {0.1}
    assert {c.customers for c in result.cells} == {3}


def test_a_corrupted_period_is_refused_and_the_old_version_stays_served(shop, tmp_path, steps):
    result = run(shop, tmp_path, steps)
    assert [cell.policy for cell in result.broken] == [BROKEN_REFRESH, BROKEN_RUN]
    served = {(cell.first, cell.policy): cell.version for cell in result.cells}
    for cell in result.broken:
        assert not cell.pushed
        assert cell.version == served[FIRSTS[1], REFRESHED]
        assert cell.map_at_12 == pytest.approx(0.12)
    assert served[FIRSTS[2], REFRESHED] > result.broken[0].version


def test_the_table_has_a_row_for_each_period_and_the_means(shop, tmp_path, steps):
    lines = as_markdown(run(shop, tmp_path, steps)).splitlines()
    assert lines[0] == (
        "| period from | customers | never refreshed | refreshed every period | retrained every period "
        "| own purchases | popular |"
    )
    assert lines[1] == "|---|---|---|---|---|---|---|"
    assert lines[4] == "| 2020-06-24 | 3 | 0.1000 | 0.1400 | 0.1600 | 0.0800 | 0.0500 |"
    assert lines[5] == "| mean | | 0.1000 | 0.1200 | 0.1300 | 0.0800 | 0.0500 |"
    assert "0 of 2 refused" in lines[7]
    assert "0 of 3 refused" in lines[8]
    assert lines[9].startswith("- refreshed on a broken period: version ")
    assert lines[9].endswith("stays served, MAP@12 0.1200; refused: as it should")


def test_a_killed_backtest_continues_with_the_unfinished_cell(shop, tmp_path, steps):
    steps.stop_at = FIRSTS[1]
    with pytest.raises(KeyboardInterrupt):
        run(shop, tmp_path, steps)
    before = len(steps.made)
    whole = run(shop, tmp_path, steps)
    assert steps.made[before] == ("run", FIRSTS[1], "retrained-every-period")
    assert ("run", FIRSTS[0], "retrained-every-period") not in steps.made[before:]
    count = len(steps.made)
    assert run(shop, tmp_path, steps) == whole
    assert len(steps.made) == count


def test_a_stopped_training_leaves_the_old_version_and_its_reason(shop, tmp_path, steps, monkeypatch):
    make = steps.make

    def bad_day(kind, data, out, trained):
        if (kind, data.name) == ("run", FIRSTS[1]):
            raise DataError("data gate: a bad day")
        return make(kind, data, out, trained)

    monkeypatch.setattr(steps, "make", bad_day)
    result = run(shop, tmp_path, steps)
    (cell,) = (c for c in result.cells if (c.first, c.policy) == (FIRSTS[1], RETRAINED))
    assert (cell.pushed, cell.said) == (False, "stopped: data gate: a bad day")
    assert cell.map_at_12 == pytest.approx(0.1)
    assert "  - 2020-06-17: stopped: data gate: a bad day" in as_markdown(result)


@pytest.mark.parametrize("error", [DiskError, DiskFullError, StepError])
def test_errors_of_the_machine_stop_the_backtest_and_write_no_cell(shop, tmp_path, steps, monkeypatch, error):
    def full(kind, data, out, trained):
        raise error("the disk must have room")

    monkeypatch.setattr(steps, "make", full)
    with pytest.raises(error):
        run(shop, tmp_path, steps)
    assert not (tmp_path / "work" / "cells").exists()


def test_a_refused_first_training_is_an_error(shop, tmp_path, steps):
    steps.refuse_all = True
    with pytest.raises(LookbookError, match="must hold a pushed model"):
        run(shop, tmp_path, steps)


def test_a_folder_of_another_backtest_is_refused(shop, tmp_path, steps):
    run(shop, tmp_path, steps)
    with pytest.raises(ConfigError, match="work must be a new folder for other settings, data or periods"):
        simulate(shop, tmp_path / "work", load_config(None, ["seed=1"]), periods=PERIODS, steps=steps)
    with pytest.raises(ConfigError, match=r"periods must be 1 or more\. Received: 0"):
        simulate(shop, tmp_path / "new", load_config(None, []), periods=0, steps=steps)
