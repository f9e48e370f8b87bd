"""Data that end before those of the served version are refused, unless an older model is meant."""

import datetime
import json

import pytest

from components.gates.freshness.executor import require_fresh, require_unseen, served_as_of
from transforms.errors import GateError

DAY = datetime.date.fromisoformat


@pytest.fixture
def serving(tmp_path):
    """A served folder; `push(number, **figures)` adds a version."""

    def push(number, **figures):
        extra = tmp_path / str(number) / "assets.extra"
        extra.mkdir(parents=True)
        (extra.parent / "saved_model.pb").touch()
        (extra / "lookbook.json").write_text(json.dumps(figures))

    push.folder = tmp_path
    return push


@pytest.mark.parametrize(("last_day", "fresh"), [("2020-07-25", True), ("2020-07-24", True), ("2020-07-23", False)])
def test_the_same_data_and_newer_ones_pass_and_older_ones_only_where_they_are_meant(serving, last_day, fresh):
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


def test_the_newest_version_is_the_one_that_counts(serving):
    """A version that was rolled back to is the newest again, and serves older data."""
    serving(1, as_of="2020-07-25")
    serving(2, as_of="2020-07-20", copy_of=0)
    assert served_as_of(serving.folder, "a run") == "2020-07-20"
    require_fresh(DAY("2020-07-19"), serving.folder, allow_older=False)


def test_a_repeated_run_has_the_cache_key_that_it_had_before_its_push(serving):
    serving(1, as_of="2020-07-18", run_key="an earlier run")
    before = served_as_of(serving.folder, "a run")
    serving(2, as_of="2020-07-25", run_key="a run")
    assert served_as_of(serving.folder, "a run") == before == "2020-07-18"
    assert served_as_of(serving.folder, "another run") == "2020-07-25"


@pytest.mark.parametrize("figures", [{}, {"as_of": None}, {"as_of": "yesterday"}])
def test_a_version_that_does_not_say_bars_nothing(serving, figures):
    assert served_as_of(serving.folder, "a run") == "none"
    require_fresh(DAY("2020-07-19"), serving.folder, allow_older=False)
    serving(1, **figures)
    assert served_as_of(serving.folder, "a run") == "none"
    require_fresh(DAY("2020-07-19"), serving.folder, allow_older=False)
    require_unseen(DAY("2020-07-19"), serving.folder, 7)


# Trained on data to 24 July and judged on its last week: the weights have seen purchases to 17 July, and a week that
# judges them begins on the 18th or later.
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
def test_a_refresh_is_judged_on_days_its_weights_have_not_seen(serving, figures, last_day, label_days, honest):
    serving(1, as_of="2020-07-25", **figures)
    if honest:
        require_unseen(DAY(last_day), serving.folder, label_days)
        return
    with pytest.raises(GateError, match=r"which end on 2020-07-17\. Received: .* to " + last_day):
        require_unseen(DAY(last_day), serving.folder, label_days)


def test_what_a_refresh_handed_on_counts_not_the_week_that_judged_it(serving):
    serving(1, as_of="2020-07-30", judged_as_of="2020-07-23", trained_until="2020-07-18")
    require_unseen(DAY("2020-07-24"), serving.folder, 7)
