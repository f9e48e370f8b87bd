"""The file of the thresholds is complete, and errors in it are named."""

import pytest

from components.drift.recent import COLUMNS
from components.drift.thresholds import FILE, read_thresholds, thresholds_digest, validator_config
from transforms.errors import ConfigError

ROW = '[[column]]\ntable = "customers"\ncolumn = "age"\nmeasure = "jensen_shannon"\nthreshold = 0.1\n'
LISTS = "[lists]\nmin_pairs = 1\nfeature = 0.2\nscore = 0.1\n"


def read(tmp_path, text):
    path = tmp_path / "thresholds.toml"
    path.write_text(f"min_rows = 1\n{text}{LISTS}")
    return read_thresholds(path)


def test_every_column_of_the_newest_week_has_a_threshold():
    assert {row.column for row in read_thresholds().rows if row.table == "recent"} == set(COLUMNS)


def test_ids_and_days_have_no_threshold():
    columns = {row.column for row in read_thresholds().rows}
    assert not columns & {"article_id", "customer_id", "t_dat", "prod_name", "detail_desc", "postal_code"}


def test_the_validator_gets_each_threshold_with_its_measure():
    found = validator_config(read_thresholds()).default_slice_config.feature
    given = {feature.path.step[0]: feature.distribution_comparator for feature in found}
    for row in read_thresholds().rows:
        comparator = given[row.name]
        chosen = comparator.infinity_norm if row.measure == "l_infinity" else comparator.jensen_shannon_divergence
        assert chosen.threshold == row.threshold
        assert comparator.HasField("infinity_norm") == (row.measure == "l_infinity")


def test_a_feature_may_have_a_threshold_of_its_own(tmp_path):
    path = tmp_path / "thresholds.toml"
    path.write_text(f"min_rows = 1\n{ROW}{LISTS}[lists.features]\narticle_price = 0.3\n")
    lists = read_thresholds(path).lists
    assert [lists.of(name) for name in ("article_price", "other", "score")] == [0.3, 0.2, 0.1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROW * 2, "each column must have one row. Received several of customers.age"),
        (ROW.replace("age", "shoe_size"), "must name a column of the tables. Received: customers.shoe_size"),
        (ROW.replace("jensen_shannon", "chi"), "measure must be l_infinity or jensen_shannon. Received: 'chi'"),
        (ROW.replace("0.1", "1.5"), "threshold must be above 0 and below 1. Received: 1.5"),
        (ROW.replace("threshold", "limit"), "a row must have table, column, measure and threshold"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, text)


def test_the_digest_changes_with_the_file(tmp_path):
    path = tmp_path / "thresholds.toml"
    path.write_bytes(FILE.read_bytes())
    assert thresholds_digest(path) == thresholds_digest()
    path.write_bytes(FILE.read_bytes() + b"\n")
    assert thresholds_digest(path) != thresholds_digest()
