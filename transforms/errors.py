"""The errors that callers may catch.

LookbookError             message of one line; the command line prints it and exits with 1
|-- DataError             the input data are wrong
|-- DiskFullError         a disk or its quota is full
|-- WeightsError          saved weights do not fit the graph
|-- ConfigError           a setting is unknown or out of range; the command line exits with 2
|-- GateError             a gate stopped the pipeline
`-- StepError             a step of the pipeline failed with an error of a library
"""


class LookbookError(Exception):
    """Base class of errors with a message for users: argument, rule, value received, remedy."""


class DataError(LookbookError):
    """The input data are wrong: files, columns, rows or ids."""


class DiskFullError(LookbookError):
    """A disk or its quota is full."""


class WeightsError(LookbookError):
    """Saved weights do not fit the graph: features, settings, or names or shapes of arrays differ."""


class ConfigError(LookbookError):
    """A setting is unknown, of the wrong type or out of its range."""


class StepError(LookbookError):
    """A step failed with an error of a library; `__cause__` is that error."""


class GateError(LookbookError):
    """A gate stopped the pipeline."""
