"""Tables of measured figures in a document: everything between two marks is the bench's, the rest a person's."""

import pathlib
from collections.abc import Sequence

END = "<!-- end of what was measured -->"


def begin(command: str) -> str:
    """The mark before the figures of a command, `make quality` say."""
    return f"<!-- measured by `{command}` -->"


def put(document: pathlib.Path, command: str, text: str) -> None:
    """Puts text between the two marks of a document.

    Raises:
        ValueError: the document has no such marks.
    """
    before, mark, rest = document.read_text(encoding="utf-8").partition(begin(command))
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"document must hold the lines {begin(command)} and {END}. Received: {document}.")
    document.write_text(f"{before}{mark}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
