"""The errors a caller may want to catch.

LookbookError             one line for a person; the CLI prints it and exits 1
|-- DataError             the CSVs are not what they should be
|-- DiskFullError         a disk or its quota is full
|-- WeightsError          saved weights do not fit the graph that today's code builds
|-- ConfigError           a setting is unknown or out of range; the CLI exits 2
|-- GateError             a gate refused to go on
`-- StepError             a step of the pipeline failed with an error of a library
"""


class LookbookError(Exception):
    """Base of all errors that are meant for a person: argument, rule, value received, remedy."""


class DataError(LookbookError):
    """The input tables break their contract."""


class DiskFullError(LookbookError):
    """A disk or its quota is full."""


class WeightsError(LookbookError):
    """Saved weights do not fit the graph: its features, or the names or shapes of its arrays, differ."""


class ConfigError(LookbookError):
    """A setting is unknown, of the wrong type or out of its range."""


class StepError(LookbookError):
    """A step failed with an error of a library, such as a full disk; `__cause__` is that error."""


class GateError(LookbookError):
    """A gate stopped the pipeline."""
