"""Settings written as TOML read back as the same settings."""

from typing import Literal

import tomli
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from pipeline.layers import resolve
from pipeline.toml_text import to_toml
from transforms.settings import Settings


class Tower(Settings):
    width: int = 32
    rate: float = 0.1


class Shop(Settings):
    name: str = "shop"
    kind: Literal["scann", "exact"] = "scann"
    open: bool = True
    limit: float | None = None
    args: tuple[str, ...] = Field(default=(), strict=False)
    tower: Tower = Field(default_factory=Tower)


def test_sections_come_after_values():
    assert to_toml(Shop(args=("a", "b")).as_tree()) == (
        'name = "shop"\nkind = "scann"\nopen = true\nlimit = "none"\nargs = ["a", "b"]\n'
        "\n[tower]\nwidth = 32\nrate = 0.1\n"
    )


finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.text("ab\"\\'\n\x7f", max_size=4)
shops = st.builds(
    Shop,
    name=texts,
    kind=st.sampled_from(["scann", "exact"]),
    open=st.booleans(),
    limit=st.none() | finite,
    args=st.lists(texts, max_size=3).map(tuple),
    tower=st.builds(Tower, width=st.integers(-(2**40), 2**40), rate=finite),
)


@given(shops)
def test_written_settings_are_read_back(shop):
    assert resolve(Shop, [tomli.loads(to_toml(shop.as_tree()))]) == shop


@given(shops, shops)
def test_a_full_layer_overrides_all_earlier_layers(below, above):
    assert resolve(Shop, [below.as_tree(), above.as_tree()]) == above


@given(shops, shops)
def test_fingerprints_are_equal_exactly_for_equal_settings(one, other):
    assert one.fingerprint() == Shop.from_json(one.as_json()).fingerprint()
    assert (one.fingerprint() == other.fingerprint()) == (one.as_json() == other.as_json())
