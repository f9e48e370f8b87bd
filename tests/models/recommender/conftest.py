"""The recommender of the tiny shop as of its last day, with trained towers and a trained ranking network."""

import pytest


@pytest.fixture(scope="session")
def recommender(builder, tiny, trained):
    return builder.build(tiny.calendar.end, trained / "weights" / "towers", trained / "weights" / "ranking")
