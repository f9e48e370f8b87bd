"""`lookbook tune`: chooses settings on the past weeks of a run and writes them as a preset."""

from __future__ import annotations

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.group()
def command() -> None:
    """Choose settings on past weeks and write them as a preset."""


@command.command()
@options.out
@click.option("--to", type=options.PATH, required=True, help="TOML file to write the preset to.")
@click.option(
    "--max-candidates",
    type=click.IntRange(12, 1000),
    help="Candidates of a customer, on average and at most; by default those of the run.",
)
@click.option(
    "--customers",
    type=click.IntRange(1, 1_000_000),
    default=2000,
    show_default=True,
    help="Customers of the list weeks, and as many of the test week.",
)
@options.logs
@click.pass_obj
def channels(
    reporter: Reporter, out: pathlib.Path, to: pathlib.Path, max_candidates: int | None, customers: int
) -> None:
    """Choose the sizes of the candidate channels.

    On the list weeks of the run in OUT, enlarges one channel after the other, each time the one that gains the most
    recall per candidate, until the customers have --max-candidates on average. The test week takes no part in the
    choice; its recall with the sizes of the run and with the chosen ones is printed.
    """
    from operations.channel_sizes import choose_sizes
    from operations.decision_table import find_trained
    from pipeline.config import load_config, preset_of_training
    from pipeline.toml_text import to_toml

    config = load_config(preset_of_training(out), []).recommender
    budget = config.max_candidates if max_candidates is None else max_candidates
    found = choose_sizes(find_trained(out), config, budget, customers)
    for row in found.rows:
        reporter.echo(
            f"{row.channel:<22}{row.size:>5}   recall {row.recall:.4f} with {row.candidates:.1f} candidates",
            "step",
            channel=row.channel,
            size=row.size,
            recall=row.recall,
            candidates=row.candidates,
        )
    chosen = found.config.as_tree()
    tree = {"recommender": {name: chosen[name] for name in ("max_candidates", "channels")}}
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(f"# Chosen by `lookbook tune channels`.\n{to_toml(tree)}", encoding="utf-8")
    reporter.echo(
        f"recall in the test week, at most {budget} candidates: {found.recall_before:.4f} with the sizes of the run, "
        f"{found.recall:.4f} with the chosen ones; the preset is in {to}",
        "tuned",
        file=str(to),
        recall=found.recall,
        recall_before=found.recall_before,
    )
