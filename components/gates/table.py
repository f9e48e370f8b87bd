"""The table of all gates, which the summary of a run, the commands and the Kubeflow compiler use.

A gate that stops the run raises `GateError`; its verdict is read only if it passed. A gate that stops the push writes a
blessing, which Push reads.
"""

import dataclasses

RUN, PUSH = "run", "push"


@dataclasses.dataclass(frozen=True)
class Gate:
    """One gate.

    Attributes:
        step: id of the node in the pipeline; its only output has `verdict.json`.
        title: name in the output of commands.
        stops: `run` or `push`.
    """

    step: str
    title: str
    stops: str


GATES = (
    Gate("FreshnessGate", "freshness gate", RUN),
    Gate("DataGate", "data gate", RUN),
    Gate("DriftGate", "drift gate", RUN),
    Gate("ModelGate", "model gate", PUSH),
    Gate("InfraGate", "infra gate", PUSH),
)
