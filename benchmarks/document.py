"""Writes tables of measured figures into a document, between two marks."""

import pathlib
from collections.abc import Sequence

END = "<!-- end of what was measured -->"


def begin(command: str) -> str:
    """The mark before the figures of a command, such as `make quality`."""
    return f"<!-- measured by `{command}` -->"


def write(document: pathlib.Path, command: str, text: str) -> None:
    """Replaces the text between the two marks of a document.

    Args:
        document: the file.
        command: command that measured the figures.
        text: the new text.

    Raises:
        ValueError: the document does not have the marks.
    """
    before, mark, rest = document.read_text(encoding="utf-8").partition(begin(command))
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"document must contain the lines {begin(command)} and {END}. Received: {document}.")
    document.write_text(f"{before}{mark}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def publish(text: str, to: pathlib.Path | None, command: str) -> None:
    """Prints what a command measured, and writes it into a document.

    Args:
        text: Markdown.
        to: the document, with the marks of `write`; None to print only.
        command: as in `write`.
    """
    if to is not None:
        write(to, command, text)
    print(text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
