"""What makes articles alike: nearest articles, shares and pairs worked out by hand; the command on the tiny shop."""

import numpy as np

from benchmarks.quality.alike import nearest, pairs_of, read_catalogue, render, same_share
from models.recommender.builder import STATES, TOWERS
from operations.decision_table import Trained
from tests.tiny_training import RECOMMENDER

VECTORS = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.5, 0.5]], np.float32)
PRODUCTS = np.array([0, 0, 1, 2])


def test_the_nearest_articles_leave_out_the_article_itself():
    assert nearest(VECTORS, np.array([0, 2]), 2).tolist() == [[1, 3], [3, 1]]


def test_the_nearest_of_other_products_leave_out_its_variants():
    assert nearest(VECTORS, np.array([0]), 2, PRODUCTS).tolist() == [[3, 2]]


def test_shares_count_articles_with_the_code_of_the_article_asked_for():
    codes = np.array([5, 5, 7, 5])
    assert same_share(np.array([[1, 3], [3, 1]]), np.array([0, 2]), codes).tolist() == [1.0, 0.0]


def test_pairs_are_of_one_customer_and_of_different_products():
    pairs = pairs_of(np.array([4, 4, 4, 9]), np.array([0, 1, 3, 2]), PRODUCTS)
    assert sorted(pairs.tolist()) == [[0, 3], [1, 3], [3, 0], [3, 1]]


def test_the_table_has_a_row_for_each_mixture(tiny, trained, transformed, tmp_path):
    graph = tmp_path / "graph"
    graph.mkdir()
    (graph / STATES).symlink_to(tiny.states)
    (graph / TOWERS).symlink_to(trained / "towers")
    catalogue = read_catalogue(Trained(graph, trained), RECOMMENDER)
    lines = render(catalogue).splitlines()
    assert lines[0].count("|") == lines[-1].count("|") == 7
    assert [line.split("|")[1].strip() for line in lines[2:5]] == ["1, 0, 0", "0, 1, 0", "0, 0, 1"]
