"""The errors a caller may want to catch.

LookbookError             one line for a person; the CLI prints it and exits 1
|-- DataError             the CSVs are not what they should be
|-- DiskFullError         a disk is full or its quota used up
|-- ConfigError           a setting is unknown or out of range; the CLI exits 2
`-- GateError             a gate refused to go on
"""


class LookbookError(Exception):
    """Base of all errors that are meant for a person: argument, rule, value received, remedy."""


class DataError(LookbookError):
    """The input tables break their contract."""


class DiskFullError(LookbookError):
    """A disk is full, or what may be written to it is."""


class ConfigError(LookbookError):
    """A setting is unknown, of the wrong type or out of its range."""


class GateError(LookbookError):
    """A gate stopped the pipeline."""
