"""Layers of settings: precedence, former names, and "*"."""

import logging

import pytest
from pydantic import Field

from pipeline.layers import parse_assignments, resolve
from transforms.errors import ConfigError
from transforms.settings import Settings


class Tower(Settings):
    RENAMED = {"least_width": "min_width"}

    min_width: int = Field(default=32, ge=1)
    rate: float = 0.1


def _small() -> Tower:
    return Tower(min_width=8)


class Shop(Settings):
    name: str = "shop"
    limit: float | None = 2.0
    args: tuple[str, ...] = Field(default=(), strict=False)
    tower: Tower = Field(default_factory=_small)
    spare: Tower = Field(default_factory=Tower)


def test_without_layers_the_defaults_apply():
    assert resolve(Shop, []) == Shop()


def test_a_later_layer_overrides_only_the_settings_that_it_names():
    layers = [{"name": "a", "tower": {"rate": 1.5, "min_width": 2}}, {"tower": {"min_width": 3}}]
    assert resolve(Shop, layers) == Shop(name="a", tower=Tower(rate=1.5, min_width=3))


def test_a_section_keeps_the_defaults_that_its_parent_gives_it():
    assert resolve(Shop, [{"tower": {"rate": 2.0}}]).tower == Tower(min_width=8, rate=2.0)


def test_layers_are_not_changed():
    below = {"tower": {"least_width": 2, "*": 3}}
    resolve(Shop, [below, {"tower": {"min_width": 3}}])
    assert below == {"tower": {"least_width": 2, "*": 3}}


def test_the_word_none_means_none_only_for_optional_settings():
    assert resolve(Shop, [{"limit": "none"}]).limit is None
    assert resolve(Shop, [{"name": "none"}]).name == "none"


def test_a_star_sets_all_settings_of_its_section_that_the_layer_does_not_name():
    layer = {"tower": {"*": 5, "rate": 0.5}}
    assert resolve(Shop, [layer]).tower == Tower(min_width=5, rate=0.5)
    assert resolve(Shop, [layer, {"tower": {"min_width": 6}}]).tower == Tower(min_width=6, rate=0.5)
    assert resolve(Shop, [{"tower": {"rate": 0.5}}, {"tower": {"*": 5}}]).tower == Tower(min_width=5, rate=5)


def test_a_star_skips_inner_sections_and_reports_settings_of_another_type():
    with pytest.raises(ConfigError, match=r"^name must be a string\. Received: 1\."):
        resolve(Shop, [{"*": 1}])


def test_a_former_name_is_accepted_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        assert resolve(Shop, [{"tower": {"least_width": 4}}]).tower == Tower(min_width=4)
    assert caplog.messages == [
        "warning: tower.least_width is now called tower.min_width; the next release will refuse the former name"
    ]


def test_the_former_and_the_present_name_in_two_layers_are_one_setting(caplog):
    layers = [{"tower": {"least_width": 4}}, {"tower": {"min_width": 5}}]
    assert resolve(Shop, layers).tower.min_width == 5
    assert resolve(Shop, list(reversed(layers))).tower.min_width == 4


def test_the_former_and_the_present_name_in_one_layer_are_refused():
    with pytest.raises(
        ConfigError, match=r"^tower\.least_width is the former name of tower\.min_width, which is given"
    ):
        resolve(Shop, [{"tower": {"least_width": 4, "min_width": 4}}])


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"tower": {"rat": 3}}, "tower.rat is not a setting; the nearest is tower.rate"),
        ({"tover": {"rate": 3}}, "tover is not a setting; the nearest is tower"),
        ({"tower": {"min_width": 0}}, "tower.min_width must be a whole number of at least 1. Received: 0."),
        ({"tower": 3}, "tower is a section: `lookbook config --explain tower` lists its settings. Received: 3."),
        ({"limit": {"a": 1}}, "limit must be a number, or none. Received: {'a': 1}."),
        ({"args": [1]}, "args[0] must be a string. Received: 1."),
    ],
)
def test_a_refused_setting_is_reported_by_its_full_name(layer, message):
    with pytest.raises(ConfigError) as caught:
        resolve(Shop, [layer])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("assignment", "tree"),
    [
        ("tower.rate=64", {"tower": {"rate": 64}}),
        ("tower.rate = 1e-3", {"tower": {"rate": 0.001}}),
        ("tower.*=0", {"tower": {"*": 0}}),
        ("name=spring shop", {"name": "spring shop"}),
        ('name="a=b"', {"name": "a=b"}),
        ("name=a=b", {"name": "a=b"}),
        ("name=", {"name": ""}),
        ("open=false", {"open": False}),
        ("args=[1, 2]", {"args": [1, 2]}),
        ("rate=1_000", {"rate": 1000}),
        ("name=1\nopen = false", {"name": "1\nopen = false"}),
    ],
)
def test_an_assignment_is_read_as_toml_else_as_a_bare_string(assignment, tree):
    assert parse_assignments([assignment]) == tree


def test_assignments_of_one_section_are_merged_and_the_last_one_wins():
    assert parse_assignments(["a.b=1", "a.c=2", "a.b=3"]) == {"a": {"b": 3, "c": 2}}


@pytest.mark.parametrize("assignments", [["width"], ["=3"], ["a..b=3"], ["a=1", "a.b=2"], ["a.b=2", "a=1"]])
def test_a_malformed_or_contradictory_assignment_is_refused(assignments):
    with pytest.raises(ConfigError, match=r"section\.name=value|both as a value and as a section"):
        parse_assignments(assignments)
