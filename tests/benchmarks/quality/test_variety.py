"""What limits on the answers cost: the command on the tiny shop."""

import numpy as np
import pytest

from benchmarks.quality.variety import TestWeek, mean_types, render
from models.recommender.builder import STATES, TOWERS
from operations.decision_table import Trained
from tests.tiny_training import RECOMMENDER


@pytest.fixture(scope="module")
def week(tiny, trained, transformed, tmp_path_factory):
    graph = tmp_path_factory.mktemp("graph")
    (graph / STATES).symlink_to(tiny.states)
    (graph / TOWERS).symlink_to(trained / "towers")
    return TestWeek(Trained(graph, trained), RECOMMENDER)


def test_no_answer_has_more_variants_than_allowed(week):
    rows, types = week.answers({"max_of_type": 1})
    of_default = week.answers({})[1]
    assert rows.shape == types.shape == (len(week.customers), 12)
    assert mean_types(types) >= mean_types(of_default)


def test_the_table_has_the_default_every_change_and_the_full_scoring(week):
    lines = render(week, RECOMMENDER.max_candidates, [{"max_variants": 1}]).splitlines()
    assert len(lines) == 2 + 3
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[2][0] == "default"
    assert cells[2][2] == ""
    assert cells[-1][0] == "all networks score all candidates"
    assert all(np.isfinite(float(row[3])) for row in cells[2:])
