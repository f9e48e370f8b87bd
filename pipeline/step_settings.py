"""The settings parameter of a step, with the code version of its component."""

from collections.abc import Callable
from typing import Any

from components.step_settings import StepSettings

VersionOf = Callable[[str], str]


def step_settings(kind: type[StepSettings], version_of: VersionOf, **values: Any) -> str:
    """Returns the settings parameter of a step, as JSON.

    Args:
        kind: class of the step's settings. Its module, the component's, determines the code version.
        version_of: returns the code version of a module.
        **values: all settings except the code version.

    Raises:
        pydantic.ValidationError: a value is missing, unknown or of the wrong type.
    """
    return kind(code_version=version_of(kind.__module__), **values).as_json()
