"""Converts settings to rows to print: name, value, default, rule and description."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from pipeline.toml_text import value_text
from transforms.errors import ConfigError
from transforms.setting_errors import nearest_name, rule_of
from transforms.settings import Settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class SettingRow:
    """One setting.

    Attributes:
        name: dotted name.
        value: as in TOML.
        default: as in TOML.
        rule: what the value must be, such as `a whole number from 1 to 52`.
        description: what the setting does.
    """

    name: str
    value: str
    default: str
    rule: str
    description: str

    @property
    def is_default(self) -> bool:
        """Whether the value is the default."""
        return self.value == self.default


def setting_rows(config: Settings, section: str = "") -> list[SettingRow]:
    """Lists the settings in the order of the fields.

    Args:
        config: the settings.
        section: name of a section or of one setting, such as `recommender.channels`; "" for all.

    Raises:
        ConfigError: there is no section and no setting of that name.
    """
    known = list(config.dotted_names())
    if section and section not in known:
        near = nearest_name(section, known)
        remedy = f"the nearest is {near}" if near else f"sections are {', '.join(config.sections())}"
        raise ConfigError(f"{section} is neither a section nor a setting; {remedy}")
    rows = _rows(config, type(config)())
    return [row for row in rows if not section or f"{row.name}.".startswith(f"{section}.")]


def _rows(config: Settings, default: Settings, before: str = "") -> Iterator[SettingRow]:
    for name, field in type(config).model_fields.items():
        value, its_default = getattr(config, name), getattr(default, name)
        if isinstance(value, Settings):
            yield from _rows(value, its_default, f"{before}{name}.")
        else:
            yield SettingRow(
                name=before + name,
                value=value_text(value),
                default=value_text(its_default),
                rule=rule_of(field),
                description=field.description or "",
            )
