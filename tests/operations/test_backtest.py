"""The simulation's order and arithmetic, with stand-ins for training, refreshing and judging."""

import csv
import json

import pytest

from components.push.publish import publish
from components.served_folder import model_dir
from operations import backtest
from operations.backtest import simulate
from operations.backtest_table import BROKEN_REFRESH, BROKEN_RUN, NEVER, POLICIES, REFRESHED, RETRAINED, as_markdown
from pipeline.config import load_config
from pipeline.disk import DiskError
from pipeline.versions import served_version
from transforms.columns import FILES, TABLES
from transforms.errors import ConfigError, DataError, DiskFullError, LookbookError, StepError

PERIODS = 3
LAST = "2020-06-30"
FIRSTS = ["2020-06-10", "2020-06-17", "2020-06-24"]


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    rows = {
        "articles": [{"article_id": f"a{number}"} for number in range(40)],
        "customers": [{"customer_id": f"c{number}"} for number in range(3)],
        "transactions": [
            {"t_dat": f"2020-06-{day:02}", "customer_id": f"c{day % 3}", "article_id": f"a{day}"}
            for day in range(1, 31)
        ],
    }
    for table, columns in TABLES.items():
        with (folder / FILES[table]).open("w", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in columns])
            writer.writeheader()
            writer.writerows(rows[table])
    return folder


class StandIns:
    """A model is worth how fresh its state is plus how fresh its weights are; what is broken is refused."""

    def __init__(self, tmp_path):
        self.made, self.tmp_path = [], tmp_path
        self.refuse_all = False
        self.stop_at = None

    def __call__(self, function, *given):
        return {"_run": self.run, "_refresh": self.refresh, "_judge": self.judge}[function.__name__](*given)

    def run(self, data, out, config, disk_check):
        return self.make("run", data, out, trained=data.name)

    def refresh(self, data, out, config, disk_check):
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
            assert max(row["t_dat"] for row in csv.DictReader(file)) < data.name, "nothing of the period is known"
        model = self.tmp_path / "model"
        model.mkdir(exist_ok=True)
        (model / "saved_model.pb").touch()
        publish(model, model_dir(out), {"as_of": data.name, "trained": trained})
        return True, "passed: well"

    def judge(self, out, bought, seed):
        version = served_version(out)
        told = version.figures
        freshness = [FIRSTS.index(told[name]) for name in ("as_of", "trained")]
        return {
            "version": version.number,
            "customers": len(bought),
            "map_at_12": 0.1 + 0.02 * freshness[0] + 0.01 * freshness[1],
            "popular": 0.05,
            "own_purchases": 0.08,
        }


@pytest.fixture
def stand_ins(monkeypatch, tmp_path):
    made = StandIns(tmp_path)
    monkeypatch.setattr(backtest, "_in_process", made)
    return made


def run(shop, tmp_path, **changes):
    return simulate(shop, tmp_path / "work", load_config(None, []), periods=PERIODS, **changes)


def test_each_policy_does_its_own_every_morning_from_what_is_known_then(shop, tmp_path, stand_ins):
    told = run(shop, tmp_path)
    assert [(c.first, c.policy) for c in told.cells] == [(first, policy) for first in FIRSTS for policy in POLICIES]
    # One training serves all in the first period; then one more, and a refresh, a period.
    kept = [(kind, data, out) for kind, data, out in stand_ins.made if not data.endswith("broken")]
    assert kept == [
        ("run", FIRSTS[0], "retrained-every-period"),
        ("run", FIRSTS[1], "retrained-every-period"),
        ("refresh", FIRSTS[1], "refreshed-every-period"),
        ("run", FIRSTS[2], "retrained-every-period"),
        ("refresh", FIRSTS[2], "refreshed-every-period"),
    ]
    figures = {(c.first, c.policy): c.map_at_12 for c in told.cells}
    assert [figures[FIRSTS[2], policy] for policy in (NEVER, REFRESHED, RETRAINED)] == pytest.approx([0.10, 0.14, 0.16])
    assert {figures[FIRSTS[0], policy] for policy in POLICIES} == {0.1}
    assert {c.customers for c in told.cells} == {3}


def test_a_broken_period_is_refused_and_the_old_version_served_on(shop, tmp_path, stand_ins):
    told = run(shop, tmp_path)
    assert [cell.policy for cell in told.broken] == [BROKEN_REFRESH, BROKEN_RUN]
    served = {(cell.first, cell.policy): cell.version for cell in told.cells}
    for cell in told.broken:
        assert not cell.pushed
        assert cell.version == served[FIRSTS[1], REFRESHED]
        assert cell.map_at_12 == pytest.approx(0.12)
    assert served[FIRSTS[2], REFRESHED] > told.broken[0].version


def test_the_table(shop, tmp_path, stand_ins):
    lines = as_markdown(run(shop, tmp_path)).splitlines()
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
    assert lines[9].endswith("is served on, MAP@12 0.1200; refused: as it should")


def test_a_killed_simulation_goes_on_with_the_cell_it_was_at(shop, tmp_path, stand_ins):
    stand_ins.stop_at = FIRSTS[1]
    with pytest.raises(KeyboardInterrupt):
        run(shop, tmp_path)
    before = len(stand_ins.made)
    whole = run(shop, tmp_path)
    assert stand_ins.made[before] == ("run", FIRSTS[1], "retrained-every-period")
    assert ("run", FIRSTS[0], "retrained-every-period") not in stand_ins.made[before:]
    count = len(stand_ins.made)
    assert run(shop, tmp_path) == whole
    assert len(stand_ins.made) == count


def test_a_training_that_stops_leaves_the_old_version_and_says_why(shop, tmp_path, stand_ins, monkeypatch):
    make = stand_ins.make

    def bad_day(kind, data, out, trained):
        if (kind, data.name) == ("run", FIRSTS[1]):
            raise DataError("data gate: a bad day")
        return make(kind, data, out, trained)

    monkeypatch.setattr(stand_ins, "make", bad_day)
    told = run(shop, tmp_path)
    (cell,) = (c for c in told.cells if (c.first, c.policy) == (FIRSTS[1], RETRAINED))
    assert (cell.pushed, cell.said) == (False, "stopped: data gate: a bad day")
    assert cell.map_at_12 == pytest.approx(0.1)
    assert "  - 2020-06-17: stopped: data gate: a bad day" in as_markdown(told)


@pytest.mark.parametrize("error", [DiskError, DiskFullError, StepError])
def test_what_says_nothing_of_a_policy_stops_the_simulation_and_judges_nothing(
    shop, tmp_path, stand_ins, monkeypatch, error
):
    def full(kind, data, out, trained):
        raise error("the disk must have room")

    monkeypatch.setattr(stand_ins, "make", full)
    with pytest.raises(error):
        run(shop, tmp_path)
    assert not (tmp_path / "work" / "cells").exists()


def test_a_first_training_that_is_refused_leaves_nothing_to_simulate(shop, tmp_path, stand_ins):
    stand_ins.refuse_all = True
    with pytest.raises(LookbookError, match="must hold a pushed model"):
        run(shop, tmp_path)


def test_a_folder_of_another_simulation_is_refused(shop, tmp_path, stand_ins):
    run(shop, tmp_path)
    with pytest.raises(ConfigError, match="work must be a new folder for other settings, data or periods"):
        simulate(shop, tmp_path / "work", load_config(None, ["seed=1"]), periods=PERIODS)
    with pytest.raises(ConfigError, match="periods must be 1 or more; received 0"):
        simulate(shop, tmp_path / "new", load_config(None, []), periods=0)
