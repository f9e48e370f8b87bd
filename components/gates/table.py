"""All gates. The summary of a run, what the commands print and the Kubeflow compiler follow this table.

A gate that stops the run raises `GateError`; its verdict is read only if it passed. A gate that stops the push writes a
blessing, which Push reads.
"""

import dataclasses

RUN, PUSH = "run", "push"


@dataclasses.dataclass(frozen=True)
class Gate:
    """One gate.

    Attributes:
        step: id of its node in the pipeline; its one output holds `verdict.json`.
        title: its name in what the commands print.
        stops: `run` or `push`.
    """

    step: str
    title: str
    stops: str


GATES = (
    Gate("FreshnessGate", "freshness gate", RUN),
    Gate("DataGate", "data gate", RUN),
    Gate("ModelGate", "model gate", PUSH),
    Gate("InfraGate", "infra gate", PUSH),
)
