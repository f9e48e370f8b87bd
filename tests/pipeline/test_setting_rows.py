"""Rows of settings: one section, one setting or all, with the rule and the description of the field."""

import pytest
from pydantic import Field

from kubeflow.config import CompileConfig
from pipeline.config import PipelineConfig, load_config
from pipeline.setting_rows import SettingRow, setting_rows
from transforms.errors import ConfigError
from transforms.settings import Settings


class Tower(Settings):
    width: int = Field(default=32, ge=8, le=4096, description="Width of the hidden layer.")
    limit_gib: float | None = Field(default=None, ge=0.5, description="Memory in GiB.")


class Shop(Settings):
    name: str = Field(default="shop", description="Name of the shop.")
    tower: Tower = Field(default_factory=lambda: Tower(width=16), description="The tower.")


WIDTH = SettingRow(
    name="tower.width",
    value="64",
    default="16",
    rule="a whole number from 8 to 4,096",
    description="Width of the hidden layer.",
)
LIMIT = SettingRow(
    name="tower.limit_gib",
    value='"none"',
    default='"none"',
    rule="a number of at least 0.5, or none",
    description="Memory in GiB.",
)
NAME = SettingRow(name="name", value='"shop"', default='"shop"', rule="a string", description="Name of the shop.")


def test_rows_are_of_all_settings_of_a_section_or_of_one_setting():
    shop = Shop(tower=Tower(width=64))
    assert setting_rows(shop) == [NAME, WIDTH, LIMIT]
    assert setting_rows(shop, "tower") == [WIDTH, LIMIT]
    assert setting_rows(shop, "tower.width") == [WIDTH]
    assert [row.is_default for row in (NAME, WIDTH)] == [True, False]


def test_an_unknown_section_is_refused_with_the_nearest_or_with_all():
    with pytest.raises(ConfigError, match=r"^rankin is neither a section nor a setting; the nearest is ranking$"):
        setting_rows(PipelineConfig(), "rankin")
    with pytest.raises(ConfigError, match=r"^xyz is neither a section nor a setting; sections are tower$"):
        setting_rows(Shop(), "xyz")


def test_every_setting_has_a_rule_and_a_description_of_its_own():
    rows = setting_rows(CompileConfig())
    assert len(rows) > 100
    for row in rows:
        assert row.is_default, row.name
        assert row.description.endswith("."), row.name
        assert row.rule, row.name
    assert [row.value for row in setting_rows(load_config(None, ["seed=3"]), "seed")] == ["3"]
