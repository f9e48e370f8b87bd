"""Artifact types that TFX does not have.

Kubeflow requires type names of the form `namespace.Name`. `kubeflow.step` looks up `lookbook.Name` and `system.HTML` in
this module.
"""

from tfx.types.artifact import Artifact


class Tables(Artifact):
    """Typed tables: `{articles,customers,transactions}.parquet`, `rejects.csv`, `ingest.json`."""

    TYPE_NAME = "lookbook.Tables"


class States(Artifact):
    """The shop as of several days: one folder `YYYY-MM-DD/` of state tables for each day, and `calendar.json`."""

    TYPE_NAME = "lookbook.States"


class Weights(Artifact):
    """Trained weights: `weights/` and `weights.json`, see `components.weights`. No `weights/` on a first run."""

    TYPE_NAME = "lookbook.Weights"


class GateVerdict(Artifact):
    """The verdict of a gate that stops the run: `verdict.json`, see `components.gates.verdict`."""

    TYPE_NAME = "lookbook.GateVerdict"


class Figures(Artifact):
    """Figures of the candidate lists by week, `figures.json`, and the days of the run, `calendar.json`."""

    TYPE_NAME = "lookbook.Figures"


class ModelInsights(Artifact):
    """What the report shows of the judged model beside its figures, as JSON; see `components/insights/README.md`."""

    TYPE_NAME = "lookbook.ModelInsights"


class Html(Artifact):
    """A page, `report.html`, in Kubeflow's own type for pages, which its UI shows; see `kubeflow.step`."""

    TYPE_NAME = "system.HTML"
