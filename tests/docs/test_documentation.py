"""The documents name only existing files, links, commands, options, settings, steps and outputs."""

import ast
import pathlib
import re
import shlex
from collections.abc import Iterator

import click
import pytest
import yaml

from kubeflow.config import CompileConfig, load_config
from kubeflow.spec import task_name
from lookbook.cli import COMMANDS, cli
from tests.source_tree import ROOMS, ROOT
from transforms.columns import COLUMNS, FILES, TABLES
from transforms.settings import Settings

TOPS = (*ROOMS, "benchmarks", "tests", "docs")
# The examples of new files in CONTRIBUTING.md, and folders of a run and of a volume with the name of a room.
NEW_FILES = ("models/recommender/channels/basket.py", "components/gates/size")
NOT_FILES = (*NEW_FILES, "serving/lookbook/", "pipeline/", "serving/", "docs/NNNN")


def test_named_files_exist(document):
    for word in document.in_backticks():
        is_example = word in NOT_FILES or word.startswith("serving/lookbook/<")
        if "/" in word and word.split("/")[0] in TOPS and not is_example:
            pattern = re.sub(r"<\w+>", "*", word).rstrip("/")
            assert list(ROOT.glob(pattern)), f"{document.name} names {word}"


def test_links_have_existing_targets(document):
    for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", document.text):
        path, _, anchor = target.partition("#")
        linked = (document.path.parent / path).resolve() if path else document.path
        assert linked.exists(), f"{document.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), flags=re.M)
            assert anchor in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}, target


def test_the_readme_links_every_page_of_docs(read):
    named = set(re.findall(r"\]\((docs/\w+\.md)\)", read("README.md").text))
    assert named == {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} - {"docs/security.md"}
    assert "docs/security.md" in read("SECURITY.md").text


def test_shown_commands_are_valid(document):
    for line in document.commands():
        words = shlex.split(line)
        name = pathlib.PurePath(words[0]).name
        if name == "lookbook" and words[1] in COMMANDS:
            parse_command(words[1:])
        elif name == "make":
            _check_make(words[1:])
        elif name == "python":
            assert all((ROOT / word).exists() for word in words if word.startswith("tests/")), line
        elif name == "docker" and "tensorflow/serving" in line:
            version = re.search(r"^tensorflow-serving-api==(.+)$", (ROOT / "requirements.in").read_text(), flags=re.M)
            assert version
            assert line.endswith(f"tensorflow/serving:{version[1]}")
        else:
            assert name == "docker", f"{document.name}: {line}"


def test_the_table_of_commands_names_options_that_exist(read):
    for cells in read("docs/commands.md").rows("command", "does"):
        name = cells[0].strip("`").split()[1]
        command = _command(name)
        commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
        known = {option for each in commands for parameter in each.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", " ".join(cells))) <= known, name


def test_the_table_of_make_has_every_target(read):
    rows = read("docs/commands.md").rows("`make`")
    shown = {target for cells in rows for target in re.findall(r"`make ([\w-]+)`", cells[0])}
    assert shown == _targets() - {"help"}


def test_named_settings_exist(document):
    known = {*CompileConfig.dotted_names(), *_former_names(CompileConfig)}
    sections = CompileConfig.sections()
    for word in [*document.in_backticks(), *re.findall(r"--set (\S+)=", document.text)]:
        if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", word) and word.split(".")[0] in sections:
            is_other = word.endswith((".py", ".json", ".parquet")) or _is_module(word)
            assert word in known or is_other, f"{document.name} names {word}"


def test_the_table_of_columns_equals_the_columns_of_the_tables(read):
    rows = {cells[0].strip("`"): cells[1] for cells in read("docs/data.md").rows("file", "columns")}
    assert set(rows) == set(FILES.values())
    for table, file in FILES.items():
        shown = re.sub(r" \([^)]*\)", "", rows[file]).split(", ")
        assert shown == [f"**{column.name}**" if column.required else column.name for column in COLUMNS[table]]


def test_where_do_i_names_words_of_the_files_beside_them(read):
    rows = read("docs/architecture.md").rows("to", "go to")
    assert len(rows) > 15
    for cells in rows:
        words = re.findall(r"`([^`]+)`", cells[1])
        files = [ROOT / word for word in words if (ROOT / word).is_file()]
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
        for word in words:
            if not (ROOT / word).exists():
                assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text), f"{cells[0]}: {word}"


def test_the_table_of_artifacts_has_every_step(read):
    rows = read("docs/architecture.md").rows("step", "reads", "writes")
    rows += read("docs/architecture.md").rows("step of a refresh", "reads", "writes")
    named = [name for cells in rows for name in re.findall(r"`([^`]+)`", cells[0])]
    shown = {name.replace("<table>", table) for name in named for table in TABLES}
    tasks = set()
    for name in ("kubeflow-cpu", "kubeflow-cpu-refresh"):
        spec = next(yaml.safe_load_all((ROOT / "tests" / "golden" / f"{name}.yaml").read_text(encoding="utf-8")))
        tasks |= set(spec["root"]["dag"]["tasks"])
    assert {task_name(name) for name in shown} == tasks


COMPONENTS = sorted(
    str(path.parent.relative_to(ROOT / "components")) for path in ROOT.glob("components/*/**/__init__.py")
)


@pytest.mark.parametrize("folder", COMPONENTS)
def test_every_component_explains_its_inputs_parameters_and_outputs(folder, read):
    text = read(f"components/{folder}/README.md").text
    source = ROOT / "components" / folder / "component.py"
    for name in _interface(ast.parse(source.read_text(encoding="utf-8"))) if source.exists() else ():
        assert f"`{name}`" in text, name


def test_decisions_are_numbered_and_have_the_same_parts():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for number, file in enumerate(files, 1):
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. "), file.name
        assert re.findall(r"^## (.+)$", text, flags=re.M) == ["Context", "Decision", "Consequences"], file.name
        assert 10 <= len(text.splitlines()) <= 45, file.name
        assert re.search(r"^(Revisit if .+(\n.+)*)\n\Z", text, flags=re.M), f"{file.name} ends with 'Revisit if ...'"


def test_every_direct_dependency_has_its_reason(read):
    files = ("requirements.in", "requirements-dev.in")
    required = [line for name in files for line in (ROOT / name).read_text().splitlines()]
    reasons = read("docs/decisions/0001-the-stack.md").text + read("docs/decisions/0002-dependencies.md").text
    for line in required:
        name = re.split(r"[=<>\[]", line)[0]
        assert line.startswith("#") or re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons), name


def test_the_changelog_has_the_version_that_is_built(read):
    version = re.search(r'version="([^"]+)"', (ROOT / "setup.py").read_text())
    assert version
    assert f"## [{version[1]}]" in read("CHANGELOG.md").text


def _command(name: str) -> click.Command:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


def parse_command(words: list[str]) -> None:
    """Parses a command with click, and resolves its settings and preset."""
    context = _command(words[0]).make_context(words[0], words[1:])
    if "assignments" in context.params:
        load_config(context.params["preset"], context.params["assignments"])


def _check_make(words: list[str]) -> None:
    for word in words:
        variable, equals, _ = word.partition("=")
        known = re.findall(r"^([A-Z]+) \?=", (ROOT / "Makefile").read_text(), flags=re.M)
        assert variable in (known if equals else _targets()), word


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.M))


def _former_names(cls: type[Settings], section: str = "") -> Iterator[str]:
    yield from (section + name for name in cls.RENAMED)
    for name, inner in cls.sections().items():
        yield from _former_names(inner, f"{section}{name}.")


def _is_module(dotted: str) -> bool:
    path = ROOT.joinpath(*dotted.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def _interface(tree: ast.Module) -> list[str]:
    """Returns the names of inputs, parameters and outputs of a `@component` function or of a component's spec."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(ast.unparse(d) == "component" for d in node.decorator_list):
            names += [argument.arg for argument in node.args.args]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Spec"):
            inside = {"push_destination", "custom_config"}  # made of the component's own parameters
            names += [keyword.arg for keyword in node.keywords if keyword.arg and keyword.arg not in inside]
    return names
