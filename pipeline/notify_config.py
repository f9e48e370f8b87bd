"""Settings of the message that is sent after each run."""

from pydantic import Field, model_validator

from transforms.settings import Settings

_SCHEMES = ("http://", "https://")


class NotifyConfig(Settings):
    """Settings of the message after each run; no result of a run depends on them."""

    url: str | None = Field(
        default=None, description="Address that gets a POST with JSON after each run and refresh; none for no message."
    )
    timeout_s: float = Field(
        default=10.0, gt=0, le=300, description="Seconds to wait for a connection, and again for an answer."
    )
    attempts: int = Field(default=4, ge=1, le=10, description="Attempts, until the address answers without an error.")
    backoff_s: float = Field(
        default=1.0, ge=0, le=60, description="Seconds before the third attempt; doubled before each further one."
    )

    @model_validator(mode="after")
    def _check_url(self) -> "NotifyConfig":
        if self.url is not None and not self.url.startswith(_SCHEMES):
            raise ValueError(f"url must begin with {' or '.join(_SCHEMES)}. Received: {self.url!r}.")
        return self
