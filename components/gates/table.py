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
        in_refresh: whether a refresh has it too.
    """

    step: str
    title: str
    stops: str
    in_refresh: bool = True


GATES = (
    Gate("FreshnessGate", "freshness gate", RUN),
    Gate("DataGate", "data gate", RUN),
    Gate("DriftGate", "drift gate", RUN),
    Gate("RankingDriftGate", "ranking drift gate", RUN, in_refresh=False),
    Gate("ModelGate", "model gate", PUSH),
    Gate("InfraGate", "infra gate", PUSH),
)
