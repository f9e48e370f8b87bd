"""Computes the code version of a step, so that TFX's cache detects changed code."""

import hashlib
import pathlib

from pipeline.imports import with_imports

ROOT = pathlib.Path(__file__).parent.parent
PACKAGES = (
    "benchmarks",
    "components",
    "console",
    "kubeflow",
    "lookbook",
    "models",
    "operations",
    "pages",
    "pipeline",
    "serving",
    "synthetic",
    "transforms",
)


def code_version(*modules: str) -> str:
    """A hash of modules, of all modules of the project that they import, and of the data files of their packages.

    Args:
        modules: dotted names, such as `components.push.component`.

    Returns:
        16 hex digits.

    Raises:
        ModuleNotFoundError: a module does not belong to the project.
    """
    digest = hashlib.blake2b(digest_size=8)
    for file in sources(*modules):
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def sources(*modules: str) -> list[pathlib.Path]:
    """The files that the version is computed from, sorted; arguments and errors as in `code_version`."""
    return sorted(with_imports(modules, ROOT, PACKAGES))
