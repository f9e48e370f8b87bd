"""Base class of all settings: frozen pydantic models with strict types and errors of one line.

A setting is a field with its default, its constraint and its description:

    class PushConfig(Settings):
        keep_versions: int = Field(default=5, ge=1, le=1000, description="Pushed versions kept, the newest first.")

The description has no other place: `lookbook config --explain` prints it. Every setting has a default.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, TypeVar

import pydantic

from transforms.errors import ConfigError
from transforms.setting_errors import explain_error

S = TypeVar("S", bound="Settings")


class Settings(pydantic.BaseModel):
    """Settings of one section.

    Types are strict: an int is accepted for a float, nothing else is converted. NaN and infinity are refused. A check
    of several fields is a validator of the whole model, which raises a ValueError that begins with a setting's name.

    Attributes:
        RENAMED: former names of settings with their present names.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    RENAMED: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def from_tree(cls: type[S], tree: Mapping[str, Any], section: str = "") -> S:
        """Builds the settings from names and values; a section is a mapping of its own.

        Args:
            tree: values by name; missing ones get their defaults.
            section: dotted name of these settings, for error messages.

        Raises:
            ConfigError: a name is unknown, or a value is of the wrong type or out of range.
        """
        try:
            return cls.model_validate(tree)
        except pydantic.ValidationError as error:
            raise ConfigError(explain_error(error, cls, section)) from error

    @classmethod
    def from_json(cls: type[S], text: str, section: str = "") -> S:
        """Builds the settings from what `as_json` returned; arguments and errors as in `from_tree`."""
        return cls.from_tree(json.loads(text), section)

    def as_tree(self) -> dict[str, Any]:
        """The settings as JSON values by name."""
        return self.model_dump(mode="json")

    def as_json(self) -> str:
        """The settings as JSON, sorted by name: equal settings have equal text."""
        return json.dumps(self.as_tree(), sort_keys=True)

    def fingerprint(self) -> str:
        """Hash of the settings, 16 hexadecimal digits; it does not depend on the order of the fields."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()[:16]

    def replace(self: S, **changes: Any) -> S:
        """A copy with some fields changed, checked like new settings.

        Raises:
            pydantic.ValidationError: a name is unknown, or a value is of the wrong type or out of range.
        """
        return type(self)(**{**dict(self), **changes})

    @classmethod
    def sections(cls) -> dict[str, type[Settings]]:
        """The sections inside this one, by name."""
        kinds = {name: field.annotation for name, field in cls.model_fields.items()}
        return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Settings)}

    @classmethod
    def dotted_names(cls, section: str = "") -> Iterator[str]:
        """All names, in the order of the fields: `features`, `features.list_weeks`, ..."""
        sections = cls.sections()
        for name in cls.model_fields:
            dotted = f"{section}.{name}" if section else name
            yield dotted
            if name in sections:
                yield from sections[name].dotted_names(dotted)
