"""Property tests have the same verdict on a busy machine as on an idle one."""

import pathlib
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TESTS = pathlib.Path(__file__).parent
# Arguments of `settings` that override the profile; a list of health checks replaces that of the profile.
OVERRIDES = (
    re.compile(r"\bsettings\([^)]*\bdeadline=(?!None\b)"),
    re.compile(r"\bsettings\([^)]*\bderandomize=False"),
    re.compile(r"\bsuppress_health_check=\[(?![^]]*\btoo_slow\b)"),
)


def test_the_profile_has_no_deadline_and_fixed_examples():
    assert settings.default.deadline is None
    assert settings.default.derandomize
    assert HealthCheck.too_slow in settings.default.suppress_health_check


def test_slow_generation_of_examples_is_not_a_failure(monkeypatch):
    """Each reading of the clock advances it by an hour."""
    hours = iter(range(10**9))
    monkeypatch.setattr(time, "perf_counter", lambda: next(hours) * 3600.0)
    seen = []

    @given(st.lists(st.integers(), min_size=3))
    def prop(values):
        seen.append(values)

    prop()
    assert len(seen) > 10


def test_slow_generation_of_examples_is_a_failure_without_the_profile():
    """Shows that the test above can fail: the default profile of Hypothesis checks the time."""
    assert HealthCheck.too_slow not in settings.get_profile("default").suppress_health_check


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_overrides_the_profile(path):
    if path.parent == TESTS or "hypothesis" not in (text := path.read_text(encoding="utf-8")):
        return
    for rule in OVERRIDES:
        assert not rule.search(text), "put it into the profile in tests/conftest.py"
