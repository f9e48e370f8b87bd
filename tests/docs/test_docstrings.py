"""Public functions with three or more parameters document them, and those that raise document what.

A function whose parameters are documented elsewhere needs no `Args:`: a command (by the help of its options), a TFX
component (by its README), and a channel's `propose` (by `models/recommender/channels/__init__.py`).
"""

import ast
from collections.abc import Iterator

import pytest

from tests.source_tree import ROOT

ROOMS = ("benchmarks", *sorted(path.parent.name for path in ROOT.glob("*/__init__.py")))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.mark.parametrize("room", ROOMS)
def test_public_functions_with_three_parameters_have_args(room):
    missing = [
        place
        for place, function in _functions_of(room)
        if len(_parameters(function)) >= 3
        and "\nArgs:\n" not in _docstring(function)
        and not (place.startswith("models/recommender/channels/") and function.name == "propose")
    ]
    assert missing == []


@pytest.mark.parametrize("room", ROOMS)
def test_public_functions_that_raise_have_raises(room):
    missing = [
        place
        for place, function in _functions_of(room)
        if _raises(function) and "\nRaises:\n" not in _docstring(function)
    ]
    assert missing == []


def test_the_rules_find_what_is_missing():
    source = "def f(a, b, *, c):\n    '''Sums.'''\n    if a:\n        raise ValueError(a)\n"
    (function,) = _public(ast.parse(source))
    assert _parameters(function) == ["a", "b", "c"]
    assert _raises(function)
    nested = "def f(self, a):\n    def g():\n        raise ValueError(a)\n    return g\n"
    (outer,) = _public(ast.parse(nested))
    assert _parameters(outer) == ["a"]
    assert not _raises(outer)
    assert list(_public(ast.parse("def _f(a, b, c):\n    raise ValueError\n"))) == []
    assert list(_public(ast.parse("@click.command()\ndef command(a, b, c):\n    pass\n"))) == []


def _functions_of(room: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """The public functions of a room, each with its file, line and name."""
    for path in sorted((ROOT / room).rglob("*.py")):
        for function in _public(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT)}:{function.lineno} {function.name}", function


def _public(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions and methods without a leading underscore, outside of private classes."""
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from _public(child)
        elif isinstance(child, FUNCTIONS) and not child.name.startswith("_"):
            decorators = {ast.unparse(d).partition("(")[0] for d in child.decorator_list}
            if not decorators & {"click.command", "component", "overload"}:
                yield child


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    a = function.args
    return [x.arg for x in [*a.posonlyargs, *a.args, *a.kwonlyargs] if x.arg not in ("self", "cls")]


def _docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return (ast.get_docstring(function) or "") + "\n"


def _raises(node: ast.AST) -> bool:
    """Whether the body raises an error of its own, re-raising aside."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) and child.exc is not None:
            return True
        if not isinstance(child, (*FUNCTIONS, ast.Lambda, ast.ClassDef)) and _raises(child):
            return True
    return False
