"""Settings are checked strictly, and a refused one is named in one line with its rule and the value received."""

import math
import pickle
from typing import Annotated, Literal

import pydantic
import pytest
from pydantic import Field, model_validator

from transforms.errors import ConfigError
from transforms.setting_errors import nearest_name, rule_of
from transforms.settings import Settings


class Tower(Settings):
    width: int = Field(default=32, ge=1, le=4096)
    rate: float = Field(default=0.1, gt=0)
    seed: int = 7


class Shop(Settings):
    name: str = "shop"
    kind: Literal["scann", "exact"] = "scann"
    open: bool = True
    limit_gib: float | None = Field(default=None, ge=0.5)
    args: tuple[str, ...] = Field(default=(), strict=False)
    share: Annotated[float, Field(ge=0, lt=1)] = 0.5
    tower: Tower = Field(default_factory=Tower)

    @model_validator(mode="after")
    def _check(self):
        if self.name == "exact" and self.kind != "exact":
            raise ValueError(f"kind must be exact for this name. Received: {self.kind!r}.")
        return self


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"tower": {"widht": 3}}, "shop.tower.widht is not a setting; the nearest is shop.tower.width"),
        ({"width": 3}, "shop.width is not a setting; the nearest is shop.tower.width"),
        ({"qqqqqqqqqq": 3, "open": 1}, "shop.qqqqqqqqqq is not a setting; `lookbook config` lists them"),
        ({"tower": {"width": 0}}, "shop.tower.width must be a whole number from 1 to 4,096. Received: 0."),
        ({"tower": {"width": 4097}}, "shop.tower.width must be a whole number from 1 to 4,096. Received: 4097."),
        ({"tower": {"width": "1_000"}}, "shop.tower.width must be a whole number from 1 to 4,096. Received: '1_000'."),
        ({"tower": {"width": 1.0}}, "shop.tower.width must be a whole number from 1 to 4,096. Received: 1.0."),
        ({"tower": {"width": True}}, "shop.tower.width must be a whole number from 1 to 4,096. Received: True."),
        ({"tower": {"width": [1]}}, "shop.tower.width must be a whole number from 1 to 4,096. Received: [1]."),
        ({"tower": {"seed": None}}, "shop.tower.seed must be a whole number. Received: None."),
        ({"tower": {"rate": 0}}, "shop.tower.rate must be a number above 0. Received: 0."),
        ({"tower": {"rate": True}}, "shop.tower.rate must be a number above 0. Received: True."),
        ({"tower": {"rate": math.nan}}, "shop.tower.rate must be a number above 0. Received: nan."),
        ({"tower": {"rate": math.inf}}, "shop.tower.rate must be a number above 0. Received: inf."),
        ({"limit_gib": 0.4}, "shop.limit_gib must be a number of at least 0.5, or none. Received: 0.4."),
        ({"limit_gib": "1"}, "shop.limit_gib must be a number of at least 0.5, or none. Received: '1'."),
        ({"share": 1.0}, "shop.share must be a number of at least 0 below 1. Received: 1.0."),
        ({"open": "true"}, "shop.open must be true or false. Received: 'true'."),
        ({"open": 1}, "shop.open must be true or false. Received: 1."),
        ({"name": 64}, "shop.name must be a string. Received: 64. Write shop.name='\"64\"'."),
        ({"kind": "brute"}, "shop.kind must be one of scann, exact. Received: 'brute'."),
        ({"args": "--a"}, 'shop.args must be a list of strings such as ["a", "b"]. Received: \'--a\'.'),
        ({"args": ["--a", 1]}, "shop.args[1] must be a string. Received: 1."),
        (
            {"tower": 3},
            "shop.tower is a section: `lookbook config --explain shop.tower` lists its settings. Received: 3.",
        ),
        ({"name": "exact"}, "shop.kind must be exact for this name. Received: 'scann'."),
    ],
)
def test_a_refused_setting_is_named_with_its_rule_and_the_value(tree, message):
    with pytest.raises(ConfigError) as caught:
        Shop.from_tree(tree, "shop")
    assert str(caught.value) == message


@pytest.mark.parametrize("width", [1, 4096])
def test_the_ends_of_a_range_are_accepted(width):
    assert Shop.from_tree({"tower": {"width": width}}).tower.width == width


def test_an_int_is_accepted_for_a_float_and_a_list_for_a_tuple():
    shop = Shop.from_tree({"tower": {"rate": 1}, "args": ["--a"]})
    assert shop.args == ("--a",)
    assert shop.tower.rate == 1.0
    assert isinstance(shop.tower.rate, float)


def test_settings_do_not_change_and_can_be_hashed_and_pickled():
    shop = Shop(name="a")
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        shop.name = "b"
    assert {shop: 1}[Shop(name="a")] == 1
    assert pickle.loads(pickle.dumps(shop)) == shop


def test_a_replaced_value_is_checked():
    tower = Tower(width=8)
    assert tower.replace(rate=0.5) == Tower(width=8, rate=0.5)
    with pytest.raises(pydantic.ValidationError):
        tower.replace(width=0)
    with pytest.raises(pydantic.ValidationError):
        tower.replace(widht=1)


def test_the_json_is_sorted_and_reads_back_as_the_same_settings():
    tower = Tower(width=8)
    assert tower.as_json() == '{"rate": 0.1, "seed": 7, "width": 8}'
    shop = Shop(tower=tower, args=("--a",), limit_gib=2.0)
    assert Shop.from_json(shop.as_json()) == shop
    assert Shop.from_tree(shop.as_tree()) == shop


def test_a_fingerprint_is_of_the_values_and_not_of_the_order_of_the_fields():
    class Reversed(Settings):
        seed: int = 7
        rate: float = 0.1
        width: int = 32

    # printf '{"rate": 0.1, "seed": 7, "width": 32}' | sha256sum
    assert Tower().fingerprint() == Reversed().fingerprint() == "fcc188372bb6c376"
    assert Tower(rate=math.nextafter(0.1, 1)).fingerprint() != Tower().fingerprint()
    assert Tower(rate=1).fingerprint() == Tower(rate=1.0).fingerprint()


def test_names_are_dotted_in_the_order_of_the_fields():
    names = list(Shop.dotted_names())
    assert names[-4:] == ["tower", "tower.width", "tower.rate", "tower.seed"]
    assert list(Tower.dotted_names("a.b")) == ["a.b.width", "a.b.rate", "a.b.seed"]


def test_a_right_name_in_a_wrong_section_is_nearer_than_a_similar_one():
    known = ["retrieval", "retrieval.epochs", "ranking.epoch"]
    assert nearest_name("ranking.epochs", known) == "retrieval.epochs"
    assert nearest_name("ranking.epoch_", known) == "ranking.epoch"
    assert nearest_name("epocs", known) == "retrieval.epochs"
    assert nearest_name("xyz", known) is None


def test_a_type_without_a_rule_is_a_programming_error():
    with pytest.raises(TypeError, match="settings must be bool, int, float"):
        rule_of(pydantic.fields.FieldInfo(annotation=complex))
