"""The one settings parameter of a step: a JSON text that its component reads with a typed class."""

from pydantic import Field

from transforms.settings import Settings


class StepSettings(Settings):
    """Everything that a step depends on besides its inputs and the values that are known only when a run starts.

    A component defines a subclass next to its executor function, and has a parameter `settings: Parameter[str]`, which
    holds `as_json()`. TFX's cache compares it, so that changed settings or changed code repeat the step.
    """

    code_version: str = Field(description="Hash of the step's sources, see `pipeline/code_version.py`.")
