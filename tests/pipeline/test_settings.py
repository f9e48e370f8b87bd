"""Settings are merged, checked against annotations, printed and read back, with no field known to them."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Literal

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import as_tree, fingerprint, parse_assignments, resolve, to_toml
from transforms.errors import ConfigError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tower:
    width: int = 32
    rate: float = 0.1
    layers: tuple[int, ...] = (64, 32)

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"width must be 1 or more; received {self.width}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shop:
    name: str = "shop"
    kind: Literal["scann", "exact"] = "scann"
    open: bool = True
    cut: datetime.date | None = None
    span: tuple[int, str] = (7, "days")
    tower: Tower = Tower(width=8)
    spare: Tower | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Needy:
    width: int


def test_without_layers_the_defaults_hold():
    assert resolve(Shop, []) == Shop()


def test_a_later_layer_wins_and_leaves_its_neighbours_alone():
    layers = [{"name": "a", "tower": {"rate": 1.5, "width": 2}}, {"tower": {"width": 3}}]
    assert resolve(Shop, layers) == Shop(name="a", tower=Tower(rate=1.5, width=3))


def test_a_section_keeps_the_defaults_that_its_owner_gave_it():
    assert resolve(Shop, [{"tower": {"rate": 2.0}}]).tower == Tower(width=8, rate=2.0)


def test_layers_are_not_changed():
    below = {"tower": {"width": 2}}
    resolve(Shop, [below, {"tower": {"width": 3}}])
    assert below == {"tower": {"width": 2}}


def test_values_take_the_annotated_type():
    shop = resolve(
        Shop,
        [
            {
                "tower": {"rate": 1, "layers": [1, 2, 3]},
                "cut": datetime.date(2020, 9, 22),
                "span": [2, "weeks"],
            }
        ],
    )
    assert shop.tower.rate == 1.0
    assert isinstance(shop.tower.rate, float)
    assert shop.tower.layers == (1, 2, 3)
    assert shop.cut == datetime.date(2020, 9, 22)
    assert shop.span == (2, "weeks")


def test_none_is_written_as_a_word():
    assert resolve(Shop, [{"spare": {"width": 1}}, {"spare": "none"}]).spare is None
    assert resolve(Shop, [{"spare": {"width": 5}}]).spare == Tower(width=5)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"tower": {"widht": 3}}, "tower.widht is not a setting; the nearest is tower.width"),
        ({"width": 3}, "width is not a setting; the nearest is tower.width"),
        ({"tover": {"width": 3}}, "tover is not a setting; the nearest is tower"),
        ({"tower": {"width": "x"}}, "tower.width must be a whole number; received 'x'"),
        ({"tower": {"width": 1.0}}, "tower.width must be a whole number; received 1.0"),
        ({"tower": {"width": True}}, "tower.width must be a whole number; received True"),
        ({"tower": {"rate": True}}, "tower.rate must be a number; received True"),
        ({"open": "True"}, "open must be true or false; received 'True'"),
        ({"name": 64}, "name must be a string; received 64; in quotes it is one: name='\"64\"'"),
        ({"kind": "brute"}, "kind must be one of 'scann', 'exact'; received 'brute'"),
        ({"tower": {"layers": 3}}, "tower.layers must be a list such as [1, 2]; received 3"),
        ({"tower": {"layers": [3, "a"]}}, "tower.layers[1] must be a whole number; received 'a'"),
        ({"span": [1]}, "span must have 2 values; received [1]"),
        ({"cut": "yesterday"}, "cut must be a date such as 2020-09-22; received 'yesterday'"),
        (
            {"tower": 3},
            "tower is a section, not a value: set tower.width, tower.rate, tower.layers; received 3",
        ),
        ({"name": {"a": 1}}, "name is a value, not a section; received the names a"),
        ({"tower": {"width": 0}}, "tower: width must be 1 or more; received 0"),
    ],
)
def test_what_is_not_right_is_named_with_its_rule_and_its_value(tree, message):
    with pytest.raises(ConfigError) as caught:
        resolve(Shop, [tree])
    assert str(caught.value) == message


def test_a_setting_without_a_default_must_be_set():
    with pytest.raises(ConfigError, match="width must be set"):
        resolve(Needy, [])
    assert resolve(Needy, [{"width": 1}]) == Needy(width=1)


def test_an_annotation_outside_the_contract_is_a_programming_error():
    odd = dataclasses.make_dataclass("Odd", [("value", complex, 0j)])
    with pytest.raises(TypeError, match="settings cannot be of"):
        resolve(odd, [{"value": 1}])


@pytest.mark.parametrize(
    ("assignment", "tree"),
    [
        ("tower.width=64", {"tower": {"width": 64}}),
        ("tower.rate = 1e-3", {"tower": {"rate": 0.001}}),
        ("name=spring shop", {"name": "spring shop"}),
        ('name="a=b"', {"name": "a=b"}),
        ("name=a=b", {"name": "a=b"}),
        ("name=", {"name": ""}),
        ("open=false", {"open": False}),
        ("tower.layers=[1, 2]", {"tower": {"layers": [1, 2]}}),
        ("cut=2020-09-22", {"cut": datetime.date(2020, 9, 22)}),
        ("name=1\nopen = false", {"name": "1\nopen = false"}),
    ],
)
def test_an_assignment_is_read_as_toml_else_as_a_bare_string(assignment, tree):
    assert parse_assignments([assignment]) == tree


def test_assignments_share_sections_and_the_last_wins():
    assert parse_assignments(["a.b=1", "a.c=2", "a.b=3"]) == {"a": {"b": 3, "c": 2}}


@pytest.mark.parametrize("assignments", [["width"], ["=3"], ["a..b=3"], ["a=1", "a.b=2"], ["a.b=2", "a=1"]])
def test_an_assignment_that_cannot_be_meant_is_refused(assignments):
    with pytest.raises(ConfigError, match=r"section\.name=value|both as a value and as a section"):
        parse_assignments(assignments)


def test_the_tree_prints_as_toml_with_sections_after_values():
    assert to_toml(as_tree(Shop(spare=Tower(layers=())))) == (
        'name = "shop"\nkind = "scann"\nopen = true\ncut = "none"\nspan = [7, "days"]\n'
        "\n[tower]\nwidth = 8\nrate = 0.1\nlayers = [64, 32]\n"
        "\n[spare]\nwidth = 32\nrate = 0.1\nlayers = []\n"
    )


towers = st.builds(
    Tower,
    width=st.integers(1, 2**40),
    rate=st.floats(allow_nan=False),
    layers=st.lists(st.integers(-5, 5), max_size=3).map(tuple),
)
shops = st.builds(
    Shop,
    name=st.text(st.characters(exclude_categories=["Cs"])),
    kind=st.sampled_from(["scann", "exact"]),
    open=st.booleans(),
    cut=st.none() | st.dates(),
    span=st.tuples(st.integers(), st.text("ab\"\\'\n\x7f", max_size=4)),
    tower=towers,
    spare=st.none() | towers,
)


@given(shops)
def test_what_is_printed_reads_back_as_the_same_settings(shop):
    assert resolve(Shop, [as_tree(shop)]) == shop
    assert resolve(Shop, [tomli.loads(to_toml(as_tree(shop)))]) == shop


@given(shops, shops)
def test_the_last_of_two_full_layers_is_all_that_counts(below, above):
    assert resolve(Shop, [as_tree(below), as_tree(above)]) == above


@given(shops, shops)
def test_fingerprints_are_equal_exactly_for_equal_settings(one, other):
    assert fingerprint(one) == fingerprint(dataclasses.replace(one))
    assert (fingerprint(one) == fingerprint(other)) == (as_tree(one) == as_tree(other))


def test_a_fingerprint_is_sixteen_hexadecimal_digits_and_sees_the_smallest_change():
    one = fingerprint(Shop())
    assert len(one) == 16
    assert int(one, 16) >= 0
    assert one != fingerprint(Shop(tower=Tower(width=8, rate=math.nextafter(0.1, 1))))
