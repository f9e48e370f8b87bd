"""`lookbook tune`: chooses settings on past weeks of a run and writes them as a preset."""

from __future__ import annotations

import contextlib
import logging
import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from lookbook import options
from lookbook.reporter import Reporter

if TYPE_CHECKING:
    from operations.tuning import Tuned

_DEFAULT = "models"


class _ModelsByDefault(click.Group):
    """A group that runs `models` if the first argument is one of its options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the arguments as click does, with the default command in front of options."""
        own = args and args[0].startswith("-") and args[0] not in ctx.help_option_names
        return super().parse_args(ctx, [_DEFAULT, *args] if own else args)


@click.group(cls=_ModelsByDefault)
def command() -> None:
    """Choose settings on past weeks and write them as a preset.

    Without a command's name, the options are those of `models`: `lookbook tune --trials 20 --to tuned.toml`.
    """


@click.command()
@options.out
@click.option(
    "--trials",
    type=click.IntRange(min=2, max=10_000),
    required=True,
    help="Number of trials of each part. The first has the settings of the run; finished ones are not repeated.",
)
@click.option("--to", type=options.PATH, required=True, help="TOML file to write the preset to.")
@click.option(
    "--part",
    type=click.Choice(["both", "retrieval", "ranking"]),
    default="both",
    show_default=True,
    help="What to tune: the towers, the ranking network, or one after the other.",
)
@options.settings
@options.logs
@click.pass_obj
def models(
    reporter: Reporter,
    out: pathlib.Path,
    trials: int,
    to: pathlib.Path,
    part: str,
    preset: str | None,
    assignments: tuple[str, ...],
) -> None:
    """Search settings of the towers and of the ranking network.

    Trains with random settings on past weeks of the newest run in OUT. A trial of the towers is scored by the recall at
    100 in each list week after its training. A trial of the ranking network is trained on the earlier list weeks and
    scored by MAP@12 over the lists of the later ones. The test week takes no part. A stopped search continues where it
    stopped. Uses the settings of the run that trained, unless a preset is given.
    """
    from pipeline.config import load_config, preset_of_training

    config = load_config(preset or preset_of_training(out), assignments)
    if to.suffix != ".toml":
        raise click.BadParameter(f"must end in .toml, as --preset requires. Received: {str(to)!r}", param_hint="--to")

    reporter.write_log(out / "tuning")  # before TensorFlow is imported, which would log to standard error

    from operations.tuning import tune, write_preset
    from pipeline.tuning import PARTS

    with _trial_lines(reporter):
        tuned = tune(out, config, trials, PARTS if part == "both" else (part,), reporter.step_callbacks())
    for each in tuned:
        _print_table(each)
    write_preset(config, tuned, to)
    reporter.echo(f"the preset is in {to}", "tuned", file=str(to), **{each.part: each.best.score for each in tuned})


@click.command()
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


command.add_command(models)
command.add_command(channels)


class _TrialLines(logging.Handler):
    """Prints a line for each finished trial."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(logging.INFO)
        self._reporter = reporter

    def emit(self, record: logging.LogRecord) -> None:
        """Prints the line; with `--json-logs`, logs the event."""
        self._reporter.echo(record.getMessage(), record.event, **record.fields)  # type: ignore[attr-defined]


@contextlib.contextmanager
def _trial_lines(reporter: Reporter) -> Iterator[None]:
    """Prints a line for each trial that finishes in the block."""
    from models.tuning.search import LOGGER

    logger, handler = logging.getLogger(LOGGER), _TrialLines(reporter)
    logger.addHandler(handler)
    logger.propagate = False  # the reporter logs each line itself
    try:
        yield
    finally:
        logger.propagate = True
        logger.removeHandler(handler)


def _print_table(tuned: Tuned) -> None:
    """Prints all trials of a part, best first, with their difference from the settings of the run."""
    from rich.table import Table

    from lookbook.console import tables

    table = Table(title=f"{tuned.part}, past weeks before the test week", title_justify="left")
    table.add_column("trial")
    for name in tuned.of_run.settings:
        table.add_column(name, justify="right")
    table.add_column(tuned.metric, justify="right")
    table.add_column("difference", justify="right")
    for trial in tuned.trials:
        is_run = trial.number == tuned.of_run.number
        table.add_row(
            f"{trial.number} (settings of the run)" if is_run else str(trial.number),
            *(str(value) for value in trial.settings.values()),
            f"{trial.score:.4f}",
            "" if is_run else f"{trial.score - tuned.of_run.score:+.4f}",
            style="bold" if trial is tuned.best else "",
        )
    tables().print(table)
