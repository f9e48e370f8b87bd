"""Which of the project's own modules a module imports, directly or through others, found without importing any."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterable, Iterator


def with_imports(files: Iterable[pathlib.Path], root: pathlib.Path) -> set[pathlib.Path]:
    """The files and all modules below `root` that they import, wherever in a file the import stands.

    A package's `__init__.py` runs when a module of it is imported, so it is among them.

    Args:
        files: sources; those that are not Python import nothing.
        root: folder of the packages.

    Raises:
        SyntaxError: a source is not Python.
    """
    found: set[pathlib.Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix == ".py":
            waiting += _imported(file, root)
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
            for alias in node.names:  # a module of the package, or a name in it
                yield from _modules((*base, alias.name), root)


def _modules(parts: Iterable[str], root: pathlib.Path) -> Iterator[pathlib.Path]:
    """The module of a dotted name and the packages above it, as far as they are ours."""
    path = root
    for part in parts:
        path = path / part
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                yield file
