"""Settings of the infra gate."""

from pydantic import Field

from transforms.settings import Settings


class InfraGateConfig(Settings):
    """Settings of the infra gate."""

    latency_budget_ms: float = Field(
        default=250.0,
        ge=1,
        le=60_000,
        description="Maximum 95th percentile of the latency of a canary query for one customer. The default is "
        "generous, because the machine that trains is busy.",
    )
    canary_queries: int = Field(default=50, ge=10, le=10_000, description="Number of canary queries.")
    load_timeout_s: float = Field(default=300.0, ge=1, le=3600, description="Timeout for loading the model.")
