"""Where the temporary files of a command lie, of this process and of those it starts."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator

_VARIABLE = "TMPDIR"


@contextlib.contextmanager
def own_temporary_folder() -> Iterator[None]:
    """A folder of the command's own where temporary files go, deleted with whatever is left there.

    TFX packs itself for the workers of every step on Beam, 42 MB each time, and leaves the package lying: a
    refresh a day would fill `/tmp` by and by. The folder lies where temporary files would have lain. Where
    none can be made, the command goes on without: most need none, and one that does says so itself.
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
