"""The documents under test, and functions that parse them."""

import dataclasses
import pathlib
import re

import pytest

from tests.source_tree import ROOMS, ROOT

# This program imports a gate that exists only in the copy of the project that a test makes.
collect_ignore = ["example_gate.py"]


@dataclasses.dataclass(frozen=True)
class Document:
    """A Markdown file.

    Attributes:
        path: path of the file.
        text: its content.
    """

    path: pathlib.Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    def in_backticks(self) -> list[str]:
        """Returns the texts in single backticks, without those in code blocks."""
        prose = re.sub(r"^```.*?^```", "", self.text, flags=re.M | re.S)
        return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose)

    def commands(self) -> list[str]:
        """Returns the shell commands in indented and fenced blocks, without comments."""
        fenced = re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", self.text, flags=re.M | re.S)
        indented = re.findall(r"^ {4}(\S.*)$", self.text, flags=re.M)
        lines = [line for block in fenced for line in block.splitlines()] + indented
        typed = [re.sub(r"\s+#.*", "", line.removeprefix("$ ")) for line in lines]
        return [line for line in typed if re.match(r"(\.venv/bin/)?(lookbook|make|docker|python) (?!->)", line)]

    def rows(self, *header: str) -> list[list[str]]:
        """Returns the cells of each row of all tables whose header begins with these cells."""
        found, inside = [], False
        for line in self.text.splitlines():
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
            if not cells:
                inside = False
            elif tuple(cells[: len(header)]) == header:
                inside = True
            elif inside and set(line) - set("|-: "):
                found.append(cells)
        return found


def documents() -> list[Document]:
    """Reads README, CONTRIBUTING, CHANGELOG, docs, and the READMEs of the rooms."""
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    paths += [path for room in ROOMS for path in ROOT.glob(f"{room}/**/README.md")]
    return [Document(path, path.read_text(encoding="utf-8")) for path in sorted(paths)]


def pytest_generate_tests(metafunc):
    """Runs each test with an argument `document` once for every document."""
    if "document" in metafunc.fixturenames:
        metafunc.parametrize("document", documents(), ids=lambda document: document.name)


@pytest.fixture
def read():
    """Reads one document by its path below the root."""
    return lambda name: Document(ROOT / name, (ROOT / name).read_text(encoding="utf-8"))
