"""Data with wrong days, or older than the served version, are refused in one line before any computation."""

import datetime

import pytest

from tests.e2e.shop import Shop, lookbook, synthesize
from tests.fake_version import write_version

pytestmark = [pytest.mark.proof, pytest.mark.timeout(3600)]
LAST = datetime.date(2020, 6, 4)  # of 70 days from 2020-03-27
YEAR = datetime.timedelta(days=365)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = tmp_path_factory.mktemp("days")
    synthesize(root / "shop")
    return Shop(root / "shop", root / "out")


@pytest.fixture
def shop(whole, tmp_path):
    """A copy of the shop."""
    return whole.copy(tmp_path / "shop", tmp_path / "out")


def change(shop, to_row):
    path = shop.data / "transactions_train.csv"
    header, *rows = path.read_text().splitlines()
    assert max(rows).startswith(str(LAST))
    changed = (to_row(row) for row in rows)
    path.write_text("\n".join([header, *(row for row in changed if row is not None)]) + "\n")


@pytest.fixture
def older_export(shop):
    """The shop with a served version, and data that end before those of the version."""
    write_version(shop.out / "serving" / "lookbook" / "1", as_of="2020-06-05", trained_until="2020-05-29")
    change(shop, lambda row: row if row < "2020-05-20" else None)
    return shop


def test_two_days_with_a_wrong_year_stop_a_run(shop):
    mistyped = iter([LAST + YEAR, LAST + YEAR - datetime.timedelta(days=1)])
    change(shop, lambda row: f"{next(mistyped, row[:10])}{row[10:]}" if row.startswith(str(LAST)) else row)
    done = shop.run()
    assert done.code == 1
    assert "Traceback" not in done.err
    assert done.last_line.startswith(
        "lookbook: data gate: transactions.t_dat: only 2 transactions are dated after a gap of 364 days"
    )


def test_a_refresh_on_an_older_export_is_refused(older_export):
    done = lookbook("refresh", "--data", str(older_export.data), "--out", str(older_export.out))
    assert done.code == 1
    assert "the data end on 2020-05-19, those of the served version 1 on 2020-06-04." in done.last_line
    assert "--allow-older" in done.last_line


def test_a_refresh_is_never_judged_on_days_that_its_weights_were_trained_on(older_export):
    words = ["--data", str(older_export.data), "--out", str(older_export.out), "--allow-older"]
    done = lookbook("refresh", *words)
    assert done.code == 1
    assert "which end on 2020-05-28. Received: 2020-05-13 to 2020-05-19." in done.last_line
