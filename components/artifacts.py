"""The artifact types that TFX has none for."""

from tfx.types.artifact import Artifact


class Tables(Artifact):
    """The typed tables: `{articles,customers,transactions}.parquet`, `rejects.csv`, `ingest.json`."""

    TYPE_NAME = "LookbookTables"


class States(Artifact):
    """The shop as of several days: a folder `YYYY-MM-DD/` of state tables each, and `calendar.json`."""

    TYPE_NAME = "LookbookStates"


class GateVerdict(Artifact):
    """What a gate that let the run pass has seen: `verdict.json` with `passed`, `reasons`, `warnings`."""

    TYPE_NAME = "LookbookGateVerdict"
