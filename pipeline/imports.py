"""Finds the project's modules that a module imports, directly or indirectly, without importing them."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterable, Iterator


def with_imports(files: Iterable[pathlib.Path], root: pathlib.Path) -> set[pathlib.Path]:
    """Returns the files and all modules below `root` that they import, anywhere in a file.

    Includes the `__init__.py` of packages, because importing a module runs it.

    Args:
        files: source files; files other than Python import nothing.
        root: folder of the packages.

    Raises:
        SyntaxError: a Python file cannot be parsed.
    """
    found: set[pathlib.Path] = set()
    pending = list(files)
    while pending:
        file = pending.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix == ".py":
            pending += _imported(file, root)
    return found


def _imported(file: pathlib.Path, root: pathlib.Path) -> Iterator[pathlib.Path]:
    package = file.relative_to(root).parent.parts
    yield from _modules(package, root)
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _modules(alias.name.split("."), root)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = (*above, *(node.module.split(".") if node.module else ()))
            yield from _modules(base, root)
            for alias in node.names:  # either a module of the package or a name in it
                yield from _modules((*base, alias.name), root)


def _modules(parts: Iterable[str], root: pathlib.Path) -> Iterator[pathlib.Path]:
    """The files of a dotted name and of its parent packages, if they belong to the project."""
    path = root
    for part in parts:
        path = path / part
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                yield file
