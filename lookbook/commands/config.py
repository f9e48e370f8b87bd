"""`lookbook config`: the settings a run would use."""

import click

from lookbook import options


@click.command()
@options.settings
def command(preset: str | None, assignments: tuple[str, ...]) -> None:
    """Print all settings as a run would use them, in TOML.

    The output is itself a preset: save it to a file ending in .toml, edit it, and give it to --preset.
    """
    from pipeline.config import load_config
    from pipeline.settings import as_tree, fingerprint, to_toml

    config = load_config(preset, assignments)
    click.echo(f"# fingerprint {fingerprint(config)}")
    click.echo(to_toml(as_tree(config)), nl=False)
