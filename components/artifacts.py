"""The artifact types that TFX has none for.

Kubeflow wants their names of the form `namespace.Name`, and `kubeflow.step` finds `lookbook.Name` here.
"""

from tfx.types.artifact import Artifact


class Tables(Artifact):
    """The typed tables: `{articles,customers,transactions}.parquet`, `rejects.csv`, `ingest.json`."""

    TYPE_NAME = "lookbook.Tables"


class States(Artifact):
    """The shop as of several days: a folder `YYYY-MM-DD/` of state tables each, and `calendar.json`."""

    TYPE_NAME = "lookbook.States"


class Weights(Artifact):
    """Trained weights: `weights/` and `weights.json`, see `components.weights`. No `weights/` on a first run."""

    TYPE_NAME = "lookbook.Weights"


class GateVerdict(Artifact):
    """The verdict of a gate that stops the run: `verdict.json`, see `components.gates.verdict`."""

    TYPE_NAME = "lookbook.GateVerdict"
