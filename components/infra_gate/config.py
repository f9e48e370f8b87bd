"""What the infra gate can be told."""

import dataclasses

from transforms.ranges import require_within


@dataclasses.dataclass(frozen=True, kw_only=True)
class InfraGateConfig:
    """Settings of the infra gate.

    Attributes:
        latency_budget_ms: a canary query of one customer must be answered within this at the 95th percentile,
            1 to 60,000. Generous by default: the machine that trains is busy.
        canary_queries: queries asked, 10 to 10,000.
        load_timeout_s: time for the server to load the model, 1 to 3600.
    """

    latency_budget_ms: float = 250.0
    canary_queries: int = 50
    load_timeout_s: float = 300.0

    def __post_init__(self):
        require_within("infra_gate.latency_budget_ms", self.latency_budget_ms, 1, 60_000)
        require_within("infra_gate.canary_queries", self.canary_queries, 10, 10_000)
        require_within("infra_gate.load_timeout_s", self.load_timeout_s, 1, 3600)
