"""The folder of temporary files of a command and its child processes."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator

_VARIABLE = "TMPDIR"


@contextlib.contextmanager
def own_temporary_folder() -> Iterator[None]:
    """Puts all temporary files into a new folder, which is deleted at the end.

    For the workers of every step on Beam, TFX writes a package of 42 MB and does not delete it, so that daily refreshes
    would fill `/tmp`. The new folder is in the former folder of temporary files. If it cannot be created, the former
    folder stays in use, because most commands need no temporary files.
    """
    variable, folder = os.environ.get(_VARIABLE), tempfile.tempdir
    try:
        own = tempfile.mkdtemp(prefix="lookbook-")
    except OSError:
        yield
        return
    os.environ[_VARIABLE] = tempfile.tempdir = own
    try:
        yield
    finally:
        tempfile.tempdir = folder
        if variable is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = variable
        shutil.rmtree(own, ignore_errors=True)
