"""What the settings' classes check their values with."""

from collections.abc import Sequence

from transforms.errors import ConfigError


def require_within(name: str, value: float, low: float, high: float) -> None:
    """Refuses a setting out of its range.

    Raises:
        ConfigError: if `value` is not in `[low, high]`.
    """
    if not low <= value <= high:
        raise ConfigError(f"{name} must lie in [{low:,}, {high:,}]. Received: {name} = {value}.")


def require_one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    """Refuses a setting that is none of the values there are.

    Raises:
        ConfigError: if `value` is not among `allowed`.
    """
    if value not in allowed:
        raise ConfigError(f"{name} must be one of {', '.join(allowed)}. Received: {name} = {value!r}.")
