"""The recommender of the tiny shop as of its last day, with trained towers and a trained ranking network."""

import pytest


@pytest.fixture(scope="session")
def builder(tiny, trained):
    from models.recommender.builder import RecommenderBuilder
    from tests.tiny_training import RECOMMENDER

    return RecommenderBuilder(RECOMMENDER, tiny.states, trained / "weights" / "transform_graph")


@pytest.fixture(scope="session")
def recommender(builder, tiny, trained):
    return builder.build(tiny.calendar.end, trained / "weights" / "towers", trained / "weights" / "ranking")
