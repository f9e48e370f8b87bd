"""Property tests have the same verdict on a busy machine as on an idle one."""

import pathlib
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TESTS = pathlib.Path(__file__).parent
# Arguments of `settings` that take a test out of the profile; a list of health checks replaces the profile's.
AGAINST_THE_PROFILE = (
    re.compile(r"\bsettings\([^)]*\bdeadline=(?!None\b)"),
    re.compile(r"\bsettings\([^)]*\bderandomize=False"),
    re.compile(r"\bsuppress_health_check=\[(?![^]]*\btoo_slow\b)"),
)


def test_neither_time_nor_chance_fails_a_property():
    assert settings.default.deadline is None
    assert settings.default.derandomize
    assert HealthCheck.too_slow in settings.default.suppress_health_check


def test_examples_that_take_long_to_make_are_no_failure(monkeypatch):
    """The machine is made slow by moving the clock an hour at each look."""
    hours = iter(range(10**9))
    monkeypatch.setattr(time, "perf_counter", lambda: next(hours) * 3600.0)
    seen = []

    @given(st.lists(st.integers(), min_size=3))
    def prop(values):
        seen.append(values)

    prop()
    assert len(seen) > 10


def test_without_the_profile_they_are():
    """The test above can fail: the default profile of Hypothesis does time the examples."""
    assert HealthCheck.too_slow not in settings.get_profile("default").suppress_health_check


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_leaves_the_profile(path):
    if path.parent == TESTS or "hypothesis" not in (text := path.read_text(encoding="utf-8")):
        return
    for rule in AGAINST_THE_PROFILE:
        assert not rule.search(text), "put it into the profile in tests/conftest.py"
