"""`lookbook feedback`: which of the shown articles were bought."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from lookbook import options
from lookbook.reporter import Reporter

if TYPE_CHECKING:
    from rich.table import Table

    from components.report.feedback import Comparison, Feedback, HitRate


@click.command()
@click.option("--log", type=options.PATH, required=True, help="Folder with the request logs of model servers.")
@options.data
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="Days in which a purchase counts, from the day of the answer on.",
)
@click.option("--salt-file", type=options.PATH, help="File with the salt of the customer ids in the log.")
@click.option(
    "--compare",
    "pair",
    nargs=2,
    metavar="A B",
    help="Two version labels, or numbers of versions: the difference of their hit rates, by customer, and a verdict.",
)
@click.option(
    "--stop",
    "config_file",
    type=options.PATH,
    help="Model config file with the labels A and B of --compare: moves label B to the version of A if B is worse, "
    "however often you look. Compares only what their present versions showed.",
)
@click.option("--out", type=options.PATH, help="Write feedback.json into this output folder, for the report.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@options.logs
@click.pass_obj
def command(
    reporter: Reporter,
    log: pathlib.Path,
    data: pathlib.Path,
    days: int,
    salt_file: pathlib.Path | None,
    pair: tuple[str, str] | None,
    config_file: pathlib.Path | None,
    out: pathlib.Path | None,
    as_json: bool,
) -> None:
    """Show which of the recommended articles were bought.

    Joins the request logs of model servers with the transactions. The hit rate is the share of the shown articles that
    the customer bought within --days: over all, by version, label, position, reason, channel and kind of customer, with
    95 % intervals by customer. Answers whose days have not passed in the data are left out.
    """
    if config_file is not None and pair is None:
        raise click.UsageError("--stop must be given with --compare A B, the labels. Received: no --compare")

    from operations.feedback.canary import stop_if_worse, versions_of
    from operations.feedback.measure import measure
    from serving.hashed_ids import read_salt
    from transforms.errors import DataError

    try:
        salt = None if salt_file is None else read_salt(salt_file)
    except (OSError, ValueError) as error:
        raise DataError(f"--salt-file: {error}") from error
    versions = None
    if config_file is not None and pair is not None:
        versions = versions_of(config_file, pair)
        if len(set(versions.values())) == 1:
            reporter.echo(f"{pair[1]} and {pair[0]} are the same version: nothing to stop", "stop")
            return
    feedback = measure(log, data, days=days, salt=salt, pair=pair, versions=versions)
    if config_file is not None and feedback.comparison is not None:
        reporter.echo(stop_if_worse(config_file, feedback.comparison), "stop")
    if out is not None:
        file = feedback.write(out)
        reporter.echo(f"the figures are in {file}; `lookbook report` shows them", "feedback", file=str(file))
    if as_json:
        click.echo(json.dumps(feedback.as_tree(), indent=2))
        return
    _print(feedback)


def _print(feedback: Feedback) -> None:
    from lookbook.console import tables

    console = tables()
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in feedback.answers_left_out.items() if count)
    console.print(
        f"answers of {feedback.first_day} to {feedback.last_day}, purchases within {feedback.days} days"
        + (f"; left out: {left_out}" if left_out else "")
    )
    titles = {"articles": feedback.articles, "answers with a purchase": feedback.answers}
    console.print(_table("hit rate [95 % interval]", titles.items()))
    for name, rates in feedback.groups.items():
        if rates:
            console.print(_table(f"by {name}", ((rate.value, rate) for rate in rates)))
    if feedback.comparison is not None:
        console.print(_comparison(feedback.comparison))
        console.print(feedback.comparison.verdict)


def _table(title: str, rates: Iterable[tuple[str, HitRate]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("customers", "shown", "bought", "hit rate"):
        table.add_column(heading, justify="right")
    for name, rate in rates:
        counts = (f"{count:,}" for count in (rate.customers, rate.shown, rate.bought))
        table.add_row(Text(name), *counts, Text(f"{rate.rate:.4f} [{rate.low:.4f},{rate.high:.4f}]"))
    return table


def _comparison(comparison: Comparison) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{comparison.b.value} - {comparison.a.value}, by customer", title_justify="left")
    for heading in ("difference", "95 % interval", "95 % interval for repeated looks", "customers of both"):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{comparison.difference:+.4f}",
        Text(f"[{comparison.low:+.4f},{comparison.high:+.4f}]"),
        Text(f"[{comparison.always_low:+.4f},{comparison.always_high:+.4f}]"),
        f"{comparison.customers_in_both:,}",
    )
    return table
