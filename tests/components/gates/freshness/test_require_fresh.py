"""Data that end before those of the served version are refused unless older data are allowed."""

import datetime

import pytest

from components.gates.freshness.executor import require_fresh, require_unseen, served_as_of
from tests.fake_version import write_version
from transforms.errors import GateError

DAY = datetime.date.fromisoformat


@pytest.fixture
def serving(tmp_path):
    """A served folder; `push(number, **figures)` adds a version."""

    def push(number, **figures):
        write_version(tmp_path / str(number), **figures)

    push.folder = tmp_path
    return push


@pytest.mark.parametrize(("last_day", "fresh"), [("2020-07-25", True), ("2020-07-24", True), ("2020-07-23", False)])
def test_data_older_than_those_served_pass_only_if_allowed(serving, last_day, fresh):
    serving(1, as_of="2020-07-25")  # the day after the last of its data
    assert require_fresh(DAY(last_day), serving.folder, allow_older=True).startswith("passed: the data end on 2020-07-")
    if fresh:
        require_fresh(DAY(last_day), serving.folder, allow_older=False)
        return
    with pytest.raises(GateError) as refused:
        require_fresh(DAY(last_day), serving.folder, allow_older=False)
    assert "the data end on 2020-07-23, those of the served version 1 on 2020-07-24." in str(refused.value)
    assert "add --allow-older" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_data_are_compared_with_the_newest_version(serving):
    """A rollback makes a version of older data the newest."""
    serving(1, as_of="2020-07-25")
    serving(2, as_of="2020-07-20", copy_of=0)
    assert served_as_of(serving.folder, "a run") == "2020-07-20"
    require_fresh(DAY("2020-07-19"), serving.folder, allow_older=False)


def test_a_repeated_run_keeps_the_cache_key_of_before_its_push(serving):
    serving(1, as_of="2020-07-18", run_key="an earlier run")
    before = served_as_of(serving.folder, "a run")
    serving(2, as_of="2020-07-25", run_key="a run")
    assert served_as_of(serving.folder, "a run") == before == "2020-07-18"
    assert served_as_of(serving.folder, "another run") == "2020-07-25"


@pytest.mark.parametrize("figures", [{}, {"as_of": None}, {"as_of": "yesterday"}])
def test_a_version_without_a_valid_day_refuses_no_data(serving, figures):
    assert served_as_of(serving.folder, "a run") == "none"
    require_fresh(DAY("2020-07-19"), serving.folder, allow_older=False)
    serving(1, **figures)
    assert served_as_of(serving.folder, "a run") == "none"
    require_fresh(DAY("2020-07-19"), serving.folder, allow_older=False)
    require_unseen(DAY("2020-07-19"), serving.folder, 7)


# Trained on data to 24 July and judged on the last week: the weights are trained on purchases to 17 July, so that a
# judged week must begin on the 18th or later.
@pytest.mark.parametrize("figures", [{"trained_until": "2020-07-18"}, {"judged_as_of": "2020-07-18"}])
@pytest.mark.parametrize(
    ("last_day", "label_days", "honest"),
    [
        ("2020-07-24", 7, True),
        ("2020-07-25", 7, True),
        ("2020-08-24", 7, True),
        ("2020-07-23", 7, False),
        ("2020-06-11", 7, False),
        ("2020-07-24", 8, False),
        ("2020-07-20", 3, True),
    ],
)
def test_a_refresh_needs_a_judged_week_that_its_weights_were_not_trained_on(
    serving, figures, last_day, label_days, honest
):
    serving(1, as_of="2020-07-25", **figures)
    if honest:
        require_unseen(DAY(last_day), serving.folder, label_days)
        return
    with pytest.raises(GateError, match=r"which end on 2020-07-17\. Received: .* to " + last_day):
        require_unseen(DAY(last_day), serving.folder, label_days)


def test_trained_until_overrides_judged_as_of(serving):
    serving(1, as_of="2020-07-30", judged_as_of="2020-07-23", trained_until="2020-07-18")
    require_unseen(DAY("2020-07-24"), serving.folder, 7)
