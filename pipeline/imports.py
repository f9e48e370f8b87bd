"""Finds the project's files that a module needs, directly or indirectly, without importing them."""

from __future__ import annotations

import ast
import functools
import pathlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

_DATA = (".sql", ".pbtxt", ".binpb", ".html", ".css")
_DOTTED = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)+")


def with_imports(modules: Iterable[str], root: pathlib.Path, packages: Collection[str]) -> set[pathlib.Path]:
    """Returns the files of modules and of the project's modules that they import, and the data files of their packages.

    A string that is the dotted name of a module counts as an import, because that is how `python -m` and TFX's `run_fn`
    name modules. Includes the `__init__.py` of packages, because importing a module runs it. The data files of a
    package are in its folder or in folders below that are not packages.

    Args:
        modules: dotted names.
        root: folder of the packages; other packages may be in it, as where the project is installed.
        packages: the project's packages.

    Raises:
        ModuleNotFoundError: a module is not one of the project.
        SyntaxError: a Python file cannot be parsed.
    """
    found: set[pathlib.Path] = set()
    pending: list[pathlib.Path] = []
    for module in modules:
        files = list(_modules(module.split("."), root, packages))
        if not any(module.split(".")[-1] in (file.stem, file.parent.name) for file in files):
            raise ModuleNotFoundError(f"there is no module {module} in {root}")
        pending += files
    while pending:
        file = pending.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix == ".py":
            pending += _imported(file, root, packages)
        if file.name == "__init__.py":
            found.update(_data_files(file.parent))
    return found


def _imported(file: pathlib.Path, root: pathlib.Path, packages: Collection[str]) -> Iterator[pathlib.Path]:
    package = file.relative_to(root).parent.parts
    yield from _modules(package, root, packages)
    for level, name in _names(file, file.read_bytes()):
        above = package[: len(package) - level + 1] if level else ()
        yield from _modules((*above, *name.split(".")), root, packages)


@functools.cache  # all steps of a run import many of the same files
def _names(file: pathlib.Path, source: bytes) -> tuple[tuple[int, str], ...]:
    """The level (0 is absolute) and dotted name of everything a file imports; the last part may be no module."""
    names: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source, str(file))):
        if isinstance(node, ast.Import):
            names += ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = f"{node.module}." if node.module else ""
            names += ((node.level, base + alias.name) for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            names.append((0, node.value))
    return tuple(names)


def _modules(parts: Sequence[str], root: pathlib.Path, packages: Collection[str]) -> Iterator[pathlib.Path]:
    """The files of a dotted name and of its parent packages, if they belong to the project."""
    if not parts or parts[0] not in packages:
        return
    path = root
    for part in parts:
        path = path / part
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                yield file


def _data_files(package: pathlib.Path) -> Iterator[pathlib.Path]:
    for path in package.iterdir():
        if path.suffix in _DATA:
            yield path
        elif path.is_dir() and not (path / "__init__.py").exists():
            yield from _data_files(path)
