"""Versions are found, selected, dropped and loaded again."""

import math
from pathlib import Path

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.server import versions
from serving.server.config import ModelConfig, ServerConfig, VersionPolicy
from serving.server.fingerprint import fingerprint
from serving.server.version_state import Phase, VersionState

FOUND = {n: Path(str(n)) for n in (1, 2, 10)}


def test_folders_named_by_numbers_are_versions(tmp_path):
    for name in ("0", "7", "0012", ".tmp-8", "8.partial", "-3", "x", "v1"):
        (tmp_path / name).mkdir()
    (tmp_path / "9").write_text("a file")
    assert versions.scan(str(tmp_path)) == {n: tmp_path / name for n, name in ((0, "0"), (7, "7"), (12, "0012"))}


@pytest.mark.parametrize("target", ["8", "nowhere"])
def test_a_broken_symlink_does_not_hide_other_versions(tmp_path, target):
    (tmp_path / "7").mkdir()
    (tmp_path / "8").symlink_to(target)
    assert versions.scan(str(tmp_path)) == {7: tmp_path / "7"}


def test_a_folder_name_with_a_line_break_is_not_a_version(tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "8\n").mkdir()
    assert versions.scan(str(tmp_path)) == {7: tmp_path / "7"}


def test_scanning_a_missing_base_path_returns_none(tmp_path):
    assert versions.scan(str(tmp_path / "unmounted")) is None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (VersionPolicy(), {10}),
        (VersionPolicy(latest=2), {2, 10}),
        (VersionPolicy(latest=5), {1, 2, 10}),
        (VersionPolicy(specific=(1, 3)), {1}),
        (VersionPolicy(specific=()), set()),
        (VersionPolicy(all_versions=True), {1, 2, 10}),
    ],
)
def test_policies_compare_versions_as_numbers(policy, expected):
    assert versions.wanted(FOUND, policy) == expected


@pytest.mark.parametrize(
    ("policy", "failed", "expected"),
    [
        (VersionPolicy(), {10}, {10, 2}),
        (VersionPolicy(), {10, 2}, {10, 2, 1}),
        (VersionPolicy(), {10, 2, 1}, {10, 2, 1}),
        (VersionPolicy(), {2}, {10}),
        (VersionPolicy(latest=2), {2}, {10, 2, 1}),
        (VersionPolicy(specific=(10,)), {10}, {10}),
    ],
)
def test_the_next_older_version_replaces_one_that_failed(policy, failed, expected):
    assert versions.wanted(FOUND, policy, failed) == expected


@pytest.mark.parametrize(
    ("phases", "wanted", "dropped"),
    [
        ({1: Phase.AVAILABLE, 2: Phase.LOADING}, {2}, None),
        ({1: Phase.AVAILABLE, 2: Phase.END}, {2}, None),
        ({1: Phase.AVAILABLE, 2: Phase.AVAILABLE}, {2}, 1),
        ({1: Phase.LOADING, 2: Phase.AVAILABLE}, {1}, None),
        ({1: Phase.AVAILABLE, 2: Phase.AVAILABLE, 3: Phase.LOADING}, {3}, 1),
        ({2: Phase.AVAILABLE}, set(), 2),
        ({2: Phase.UNLOADING}, set(), None),
    ],
)
def test_an_unwanted_version_is_dropped_when_a_wanted_one_is_available(phases, wanted, dropped):
    assert versions.next_to_unload(phases, wanted) == dropped


@given(
    st.dictionaries(st.integers(0, 9), st.sampled_from(list(Phase)), max_size=6),
    st.sets(st.integers(0, 9), min_size=1, max_size=4),
)
def test_while_a_version_is_wanted_some_version_serves(phases, wanted):
    serving = {n for n, phase in phases.items() if phase is Phase.AVAILABLE}
    while (dropped := versions.next_to_unload(phases, wanted)) is not None:
        assert dropped not in wanted
        phases[dropped] = Phase.UNLOADING
    left = {n for n, phase in phases.items() if phase is Phase.AVAILABLE}
    assert bool(left) == bool(serving)
    assert left >= serving & wanted


def test_a_report_that_is_added_later_does_not_change_the_fingerprint(tmp_path):
    (tmp_path / "assets.extra").mkdir()
    (tmp_path / "assets.extra" / "lookbook.json").write_text("{}")
    before = fingerprint(tmp_path)
    for name in ("report.html", "run.json", ".report.html.17.unfinished"):
        (tmp_path / "assets.extra" / name).write_text("added")
    assert fingerprint(tmp_path) == before


def test_a_changed_file_changes_the_fingerprint(tmp_path):
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "data").write_bytes(b"half")
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    (tmp_path / "variables" / "data").write_bytes(b"half and the rest")
    assert fingerprint(tmp_path) != before


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: VersionPolicy(latest=0), "latest must be at least 1"),
        (lambda: ModelConfig(name="", base_path="/x"), "name must not be empty"),
        (lambda: ServerConfig(base_paths={"a": "/x"}, models=(ModelConfig(name="a", base_path="/y"),)), "different"),
        (lambda: ServerConfig(max_batch=0), "max_batch must be at least 1"),
        (lambda: ServerConfig(poll_interval_s=0), "poll_interval_s must be above 0"),
    ],
)
def test_settings_out_of_range_are_rejected(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def state_of(path) -> VersionState:
    return VersionState(3, path)


def test_a_failed_version_is_loaded_again_at_its_retry_time(tmp_path):
    state = state_of(tmp_path)
    state.failed(grpc.StatusCode.INTERNAL, "no luck", fingerprint(tmp_path), retry_at_s=100.0)
    assert not state.worth_loading(tmp_path, now_s=99.9)
    assert state.worth_loading(tmp_path, now_s=100.0)
    assert state.again(tmp_path).failures == 1


def test_a_failed_version_is_loaded_again_when_its_files_have_changed(tmp_path):
    state = state_of(tmp_path)
    state.failed(grpc.StatusCode.NOT_FOUND, "no graph", fingerprint(tmp_path), retry_at_s=math.inf)
    assert not state.worth_loading(tmp_path, now_s=1e9)
    (tmp_path / "saved_model.pb").write_bytes(b"here")
    assert state.worth_loading(tmp_path, now_s=0.0)
    assert state.again(tmp_path).failures == 0


def test_a_crashing_version_is_restarted_at_once_then_after_waits_that_double(tmp_path):
    state, waits = state_of(tmp_path), []
    for _ in range(9):
        state.crashed(now_s=0.0)
        waits.append(state.retry_at_s)
        state = state.again(tmp_path)
    assert waits == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_a_version_dropped_without_error_is_loaded_when_wanted_again(tmp_path):
    state = state_of(tmp_path)
    assert not state.worth_loading(tmp_path, now_s=0.0)
    state.phase = Phase.END
    assert state.worth_loading(tmp_path, now_s=0.0)
