"""Settings of the model gate."""

from pydantic import Field

from transforms.settings import Settings


class EvaluationConfig(Settings):
    """Settings of the model gate."""

    margin: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="Maximum loss of MAP@12 against the last blessed model: the lower bound of the 95 % interval of "
        "the paired difference must not be below minus this.",
    )
    strict: bool = Field(
        default=False,
        description="Whether the model must be better than both the best simple baseline and the last blessed model: "
        "the lower bounds of both intervals must be above 0.",
    )
