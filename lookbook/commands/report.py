"""`lookbook report`: writes the report of the newest run as one HTML file."""

from __future__ import annotations

import logging
import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.out
@click.option("--to", type=options.PATH, help="File to write; by default OUT/report.html.")
@options.logs
@click.pass_obj
def command(reporter: Reporter, out: pathlib.Path, to: pathlib.Path | None) -> None:
    """Write the report of the newest run as one HTML file.

    It shows verdict, data, figures, training, customers with photos, and a model card. The file is self-contained,
    opens in any browser without network, and can be printed. `lookbook run` and `lookbook refresh` write it at their
    end, also if a gate refuses the model or a step fails.
    """
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # TFMA reads its figures by a deprecated function

    from pipeline.report import report_newest_run

    file = report_newest_run(out, to)
    reporter.echo(f"the report is in {file}", "report", file=str(file))
