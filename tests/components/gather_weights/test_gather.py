"""The weights of a training in one artifact: the last snapshot, the ranking networks, the graph, the training days."""

import datetime
import json
import shutil

import pytest

from components.gather_weights.executor import gather
from components.weights import read_record, weights_digest
from transforms.calendar import Calendar

CALENDAR = Calendar(first=18_500, end=18_528, label_days=7, list_weeks=2)  # to 2020-09-22


@pytest.fixture
def parts(trained, tmp_path):
    """Snapshots of weeks 0 to 2, of which the last is trained, and the output of the other steps."""
    for week in ("week-000", "week-001"):
        (tmp_path / "towers" / week).mkdir(parents=True)
    shutil.copytree(trained / "weights" / "towers", tmp_path / "towers" / "week-002")
    for name in ("ranking", "transform_graph", "content"):
        shutil.copytree(trained / "weights" / name, tmp_path / name)
    return [tmp_path / name for name in ("towers", "ranking", "transform_graph", "content")]


def test_gather_copies_the_last_snapshot_the_networks_and_the_graph(parts, trained, tmp_path):
    gather(CALENDAR, *parts, tmp_path / "to")
    assert weights_digest(tmp_path / "to" / "weights") == weights_digest(trained / "weights")


@pytest.mark.parametrize(("refitted", "refitted_until"), [(True, "2020-09-23"), (False, "2020-09-16")])
def test_the_record_states_until_when_the_weights_were_trained(parts, tmp_path, refitted, refitted_until):
    """Judged weights are trained on no day of the test week, the refitted network on all of them."""
    if not refitted:
        shutil.rmtree(parts[1] / "refitted")
    gather(CALENDAR, *parts, tmp_path / "to")
    record = read_record(tmp_path / "to")
    assert record.trained_until == datetime.date(2020, 9, 16)
    assert record.refitted_until == datetime.date.fromisoformat(refitted_until)
    assert json.loads((tmp_path / "to" / "weights.json").read_text()) == {
        "first_run": False,
        "trained_until": "2020-09-16",
        "refitted_until": refitted_until,
    }
