"""MkDocs hooks: the pages of the site are the repository's own Markdown files, and a reference generated from the code.

Pages keep their paths below the repository's root, so that the same relative links work here and in a file browser.
A link to a file that is not a page, such as source code, becomes plain text. Notebooks have their stored outputs.
"""

from __future__ import annotations

import json
import pathlib
import posixpath
import re
from collections.abc import Iterator
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = pathlib.Path(__file__).parents[2]
DOCUMENTS = ("*.md", "docs/**/*.md", "*/README.md", "*/*/README.md", "components/*/*/README.md")
NOTEBOOKS = "docs/*.ipynb"
# Modules whose public classes and functions the reference shows, by room.
PYTHON = {
    "Query client": ["serving.client"],
    "Model server": ["serving.server.model_server", "serving.server.config"],
    "The one graph": [
        "models.recommender.recommender",
        "models.recommender.builder",
        "models.recommender.signatures",
        "models.recommender.query",
        "models.recommender.features.pairs",
        "models.recommender.features.registry",
    ],
    "Models": ["models.retrieval.towers", "models.retrieval.model", "models.ranking.network", "models.metrics"],
    "Pipeline": ["pipeline.config", "pipeline.pipeline", "pipeline.refresh", "pipeline.local"],
    "Definitions": ["transforms.columns", "transforms.calendar", "transforms.errors", "transforms.progress"],
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Adds the decision records and the components' pages to the navigation."""
    for title, pattern in (("Components", "components/**/README.md"), ("Decisions", "docs/decisions/*.md")):
        config.nav.append({title: [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(pattern))]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replaces the files of `docs_dir` by all Markdown files of the repository and the generated reference."""
    pages = Files([file for file in files if file.src_uri.startswith(("css/", "js/", "img/", "fonts/"))])
    for path in _documents():
        pages.append(File.generated(config, str(path.relative_to(ROOT)), abs_src_path=str(path)))
    for path in sorted(ROOT.glob(NOTEBOOKS)):
        pages.append(File.generated(config, f"{path.relative_to(ROOT)}.md", content=_notebook(path)))
    for name, text in (("settings", _settings()), ("commands", _commands()), ("python", _python())):
        pages.append(File.generated(config, f"reference/{name}.md", content=text))
    return pages


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turns links to files and folders that are no pages into links to their README, or into plain text."""
    folder = posixpath.dirname(page.file.src_uri)

    def rewrite(link: re.Match[str]) -> str:
        text, target = link[1], link[2]
        path = posixpath.normpath(posixpath.join(folder, target.partition("#")[0]))
        if files.get_file_from_path(path) or not (ROOT / path).exists():
            return link[0]
        if files.get_file_from_path(f"{path}.md"):
            return f"[{text}]({posixpath.relpath(f'{path}.md', folder or '.')})"
        readme = posixpath.join(path, "README.md")
        if files.get_file_from_path(readme):
            return f"[{text}]({posixpath.relpath(readme, folder or '.')})"
        return text if text.startswith("`") else f"`{text}`"

    return re.sub(r"\[([^\]\n]+)\]\((?!https?://|#)([^)\s]+)\)", rewrite, markdown)


def _documents() -> Iterator[pathlib.Path]:
    """The Markdown files of the repository, without those in hidden folders."""
    for path in sorted(path for pattern in DOCUMENTS for path in ROOT.glob(pattern)):
        if not path.relative_to(ROOT).parts[0].startswith("."):
            yield path


def _notebook(path: pathlib.Path) -> str:
    """A notebook as Markdown: its cells with the outputs that are stored in it."""
    text = ""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        text += f"\n{source}\n" if cell["cell_type"] == "markdown" else f"\n```python\n{source}\n```\n"
        for output in cell.get("outputs", ()):
            text += f"\n{_output(output)}\n"
    return text


def _output(output: dict[str, Any]) -> str:
    """The richest form of an output: HTML, a drawing, or text."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            lines = "".join(data[kind]).splitlines()
            markup = "\n".join(line for line in lines if line.strip())  # an empty line ends markup in Markdown
            return f'<div style="overflow-x: auto">{markup}</div>'
    return f"```\n{''.join(data['text/plain']).rstrip()}\n```"


def _settings() -> str:
    """A table for each section, of the rows that `lookbook config --explain` prints."""
    from kubeflow.config import load_config
    from pipeline.setting_rows import setting_rows

    text = "# Settings\n\nAs `lookbook config --explain` prints them. Presets: [Settings](../docs/settings.md).\n"
    section = None
    for row in setting_rows(load_config(None, ()), ""):
        if row.name.rpartition(".")[0] != section:
            section = row.name.rpartition(".")[0]
            text += f"\n## {section or 'General'}\n\n| setting | default | range | meaning |\n|---|---|---|---|\n"
        cells = (f"`{row.name}`", f"`{row.default}`", row.rule, row.description)
        text += "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    return text


def _commands() -> str:
    """The help text of every command."""
    from lookbook.cli import COMMANDS, cli

    text = (
        "# Commands\n\nThe output of `lookbook COMMAND --help`. For an overview see [Commands](../docs/commands.md).\n"
    )
    parent = click.Context(cli, info_name="lookbook", max_content_width=100)
    for name in COMMANDS:
        command = cli.get_command(parent, name)
        context = click.Context(command, parent, info_name=name, max_content_width=100)
        text += f"\n## lookbook {name}\n\n```\n{command.get_help(context)}\n```\n"
        for inner, subcommand in command.commands.items() if isinstance(command, click.Group) else ():
            help_text = subcommand.get_help(click.Context(subcommand, context, info_name=inner, max_content_width=100))
            text += f"\n### lookbook {name} {inner}\n\n```\n{help_text}\n```\n"
    return text


def _python() -> str:
    """The docstrings of the public modules, by mkdocstrings."""
    text = "# Python reference\n\nClasses and functions for use from Python and for changes to the pipeline.\n"
    for title, modules in PYTHON.items():
        text += f"\n## {title}\n" + "".join(f"\n::: {module}\n" for module in modules)
    return text
