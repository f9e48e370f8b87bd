"""The settings parameter of a step: JSON that its component parses with a typed class."""

from pydantic import Field

from transforms.settings import Settings


class StepSettings(Settings):
    """Settings of a step, without the values that are known only when a run starts.

    A component defines a subclass and has a parameter `settings: Parameter[str]`, whose value is `as_json()`. TFX's
    cache compares it, so that the step runs again after a change of settings or code.
    """

    code_version: str = Field(description="Hash of the step's sources, see `pipeline/code_version.py`.")
