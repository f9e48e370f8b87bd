"""`lookbook serve`: runs the local model server."""

import pathlib

import click

from lookbook import options


@click.command()
@options.out
@options.port
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.pass_context
def command(ctx: click.Context, out: pathlib.Path, host: str, port: int) -> None:
    """Serve the pushed model over gRPC until interrupted.

    The API is that of TensorFlow Serving. Loads new versions when they are pushed. With port 0, uses any free port;
    prints the port when the model is ready. For TLS, limits and metrics see `python -m serving.server --help`.
    """
    from components.served_folder import MODEL_NAME, model_dir
    from pipeline.versions import served_version

    served_version(out)

    from serving.server.command import main

    folder = str(model_dir(out).absolute())
    arguments = ["--model-name", MODEL_NAME, "--base-path", folder, "--host", host, "--port", str(port)]
    ctx.exit(main([*arguments, "--exit-on-failure"]))
