"""Ranking features and scores are compared by the Jensen-Shannon divergence of their quantiles."""

import numpy as np
import pytest

from components.drift.lists import bounds_of, compare_lists, jensen_shannon, shares
from components.drift.lists_record import ListsRecord, read_lists_record
from components.drift.thresholds import ListThresholds
from models.ranking.distributions import POINTS, Distributions, describe_lists, read_distributions
from models.ranking.lists import Lists

THRESHOLDS = ListThresholds(min_pairs=100, feature=0.2, score=0.1)
EVEN = list(np.linspace(0, 1, POINTS))


def compare(now, before, **changes):
    found = compare_lists(Distributions(1000, now), Distributions(changes.get("pairs", 1000), before), THRESHOLDS)
    return {each.name: each for each in found}


def test_equal_distributions_do_not_differ_and_distant_ones_differ_wholly():
    shifted = [value + 2 for value in EVEN]
    found = compare({"a": EVEN, "b": EVEN}, {"a": EVEN, "b": shifted})
    assert (found["ranking.a"].value, found["ranking.a"].state) == (0.0, "steady")
    assert (found["ranking.b"].value, found["ranking.b"].state) == (pytest.approx(1.0), "drifted")


def test_the_divergence_of_half_is_that_of_the_definition():
    """Of (1, 0) and (1/2, 1/2) it is H(3/4, 1/4) - H(1/2, 1/2) / 2."""
    entropy = -(0.75 * np.log2(0.75) + 0.25 * np.log2(0.25))
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == pytest.approx(entropy - 0.5)


def test_a_constant_that_changes_is_found():
    found = compare({"a": [0.0] * POINTS}, {"a": [1.0] * POINTS})
    assert found["ranking.a"].value == pytest.approx(1.0)


def test_the_bins_are_bounded_by_the_deciles_of_both():
    one, other = list(range(10)), [100] * 10
    assert bounds_of(one, other).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]
    assert shares(one, bounds_of(one, other)).tolist() == [0.2, *[0.1] * 8, 0, 0]


def test_new_features_are_not_judged_and_lost_ones_are_alarms():
    found = compare({"new": EVEN}, {"old": EVEN})
    assert (found["ranking.new"].state, found["ranking.old"].state) == ("missing", "lost")


def test_few_candidates_are_not_judged():
    assert compare({"a": EVEN}, {"a": [9.0] * POINTS}, pairs=99)["ranking.a"].state == "few"


def test_scores_have_their_own_threshold():
    found = compare({"a": EVEN, "score": EVEN}, {"a": EVEN, "score": EVEN})
    assert (found["ranking.a"].threshold, found["ranking.score"].threshold) == (0.2, 0.1)


def test_the_record_is_read_as_written(tmp_path):
    one, other = Distributions(3, {"a": [1.0, 2.0]}), Distributions(4, {"a": [1.0, 3.0]})
    record = ListsRecord(tuple(compare_lists(one, other, THRESHOLDS)), one, other)
    record.write(tmp_path)
    assert read_lists_record(tmp_path) == record
    assert read_lists_record(tmp_path / "none") is None


def test_lists_are_described_without_padding_and_with_scores_relative_to_their_list(tmp_path):
    """The scores of the first list are 1 and 3, of the second 7: -1, 1 and 0 relative to their means."""
    features = np.array([[[1.0, 0.0], [3.0, 0.5]], [[7.0, 1.0], [99.0, 99.0]]], np.float32)
    lists = Lists(features, np.array([[1, 0], [1, -1]], np.float32))
    found = describe_lists(lists, ["points", "share"], lambda inputs: inputs[:, :, 0])
    assert found.pairs == 3
    assert sorted(set(found.quantiles["points"])) == [1.0, 3.0, 7.0]
    assert sorted(set(found.quantiles["score"])) == [-1.0, 0.0, 1.0]
    found.write(tmp_path)
    assert read_distributions(tmp_path) == found
    assert read_distributions(tmp_path / "none") is None
