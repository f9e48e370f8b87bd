"""`lookbook config`: prints the settings of a run."""

import click

from lookbook import options


@click.command()
@options.settings
def command(preset: str | None, assignments: tuple[str, ...]) -> None:
    """Print all settings of a run, in TOML.

    The output is a preset: save it to a file ending in .toml, edit it, and pass it to --preset.
    """
    from pipeline.config import load_config
    from pipeline.settings import as_tree, fingerprint, to_toml

    config = load_config(preset, assignments)
    click.echo(f"# fingerprint {fingerprint(config)}")
    click.echo(to_toml(as_tree(config)), nl=False)
