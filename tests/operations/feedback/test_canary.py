"""A canary ends when it is certainly worse: its label moves back to the version of the other label."""

import datetime

import pytest

from operations.feedback.canary import stop_if_worse, versions_of
from operations.feedback.measure import measure
from operations.version_labels import labels_of
from tests.operations.feedback.transactions import write_transactions
from tests.serving.request_logs import answered, write_log
from transforms.errors import DataError

DAY = datetime.date(2020, 9, 1)
PAIR = ("stable", "canary")


@pytest.fixture
def config_file(tmp_path):
    for number in (3, 5):
        (tmp_path / "versions" / str(number)).mkdir(parents=True)
    path = tmp_path / "models.config"
    path.write_text(
        f'model_config_list {{ config {{ name: "lookbook" base_path: "{tmp_path / "versions"}" '
        'version_labels { key: "stable" value: 3 } version_labels { key: "canary" value: 5 } } }'
    )
    return path


def compared(tmp_path, config_file, canary_share, more=()):
    """Compares labels of which stable sold to half of 1,000 customers, and canary to a share of 400."""
    records, rows = list(more), [(DAY + datetime.timedelta(days=30), "last", "z")]
    for label, version, count, share in (("stable", 3, 1000, 0.5), ("canary", 5, 400, canary_share)):
        customers = [f"{label}{n}" for n in range(count)]
        records.append(answered(customers, [["a"]] * count, day=DAY, label=label, version=version))
        rows += [(DAY, customer, "a") for customer in customers[: int(count * share)]]
    write_log(tmp_path / "log" / "1.tfrecord", records)
    shop = write_transactions(tmp_path / "shop", rows)
    versions = versions_of(config_file, PAIR)
    return measure(tmp_path / "log", shop, days=7, pair=PAIR, versions=versions).comparison


def test_a_certainly_worse_canary_is_stopped(tmp_path, config_file):
    line = stop_if_worse(config_file, compared(tmp_path, config_file, 0.3))
    assert line == "stopped: canary moves from version 5 back to version 3 of stable"
    assert labels_of(config_file) == {"stable": 3, "canary": 3}


@pytest.mark.parametrize("share", [0.43, 0.5, 0.9])
def test_any_other_canary_stays(tmp_path, config_file, share):
    """0.43 is worse at one look (2.4 standard errors) but not certainly worse."""
    line = stop_if_worse(config_file, compared(tmp_path, config_file, share))
    assert line == "canary stays at version 5: it is not certainly worse than stable"
    assert labels_of(config_file) == {"stable": 3, "canary": 5}


def test_what_the_label_showed_with_an_earlier_version_does_not_count(tmp_path, config_file):
    earlier = answered([f"old{n}" for n in range(1000)], [["a"]] * 1000, day=DAY, label="canary", version=4)
    found = compared(tmp_path, config_file, 0.5, more=[earlier])
    assert (found.b.customers, found.b.rate) == (400, 0.5)


def test_labels_must_be_in_the_file(config_file):
    with pytest.raises(DataError, match=r"--stop needs labels of .*: canary, stable. Received: B in --compare"):
        versions_of(config_file, ("stable", "B"))
