"""`lookbook console`: pages over the shop, its recommendations and the pushed versions, in a browser."""

from __future__ import annotations

import contextlib
import pathlib

import click

from lookbook import options

_PATIENCE_S = 5.0


@click.command()
@options.out
@click.option("--data", type=options.PATH, help="Folder of the photos; by default the data folder of the last run.")
@click.option("--server", metavar="HOST:PORT", help="A running model server; by default the console starts its own.")
@click.option("--metrics", metavar="HOST:PORT", help="Prometheus metrics of the server of --server.")
@click.option(
    "--sample",
    type=click.IntRange(0, 100_000),
    default=2000,
    show_default=True,
    metavar="CUSTOMERS",
    help="Customers that the model is asked for to show who is recommended an article, 0 for none.",
)
@options.reasons
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8600, show_default=True, help="HTTP port, 0 for any.")
@click.option(
    "--allow-host", multiple=True, metavar="NAME", help="Accept requests for this host name too; may be repeated."
)
@click.option("--allow-changes", is_flag=True, help="Let pages serve an older version again, and delete versions.")
def command(
    out: pathlib.Path,
    data: pathlib.Path | None,
    server: str | None,
    metrics: str | None,
    sample: int,
    reasons: pathlib.Path | None,
    host: str,
    port: int,
    allow_host: tuple[str, ...],
    allow_changes: bool,
) -> None:
    """Look at the shop and its recommendations in a browser.

    Shows the articles, the customers with their recommendations and photos, the versions and the runs, until
    interrupted.
    There is no login: whoever reaches the address sees the customers' purchases.
    """
    from components.served_folder import MODEL_NAME, model_dir
    from console.app import Console, create_app
    from console.customer_sample import CustomerSample
    from console.judged_model import judged_model
    from console.model_server import own_model_server
    from console.models import Models
    from console.security import LOCAL_HOSTS
    from console.serve import listen, serve
    from console.server_metrics import ServerMetrics
    from console.shop import Shop
    from console.versions import Versions
    from lookbook.reason_texts import load_reason_texts
    from operations.rollback import delete, rollback
    from pipeline.config import load_config, preset_of_training
    from pipeline.last_run import data_of_last_run
    from pipeline.versions import list_versions
    from transforms.errors import LookbookError
    from transforms.photos.shop_photos import ShopPhotos

    if not out.is_dir():
        raise LookbookError(f"--out must be the folder of a run. Received: {str(out)!r}, which does not exist")
    data, texts = data or data_of_last_run(out), load_reason_texts(reasons)
    photos = load_config(preset_of_training(out), []).photos
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(listen(host, port))
        if server is None:
            own = stack.enter_context(own_model_server(model_dir(out), MODEL_NAME, out / "model_server.log"))
            models = Models(own.address, waiting=own.state, remedy="Start the console again.")
            measured = ServerMetrics(own.metrics_address, waiting=own.state)
            judged = stack.enter_context(judged_model(out, MODEL_NAME, lambda: own.address() is not None))
        else:
            started = f"Start one with `lookbook serve --out {out}`, or give another --server."
            models = Models(lambda: server, waiting=str, remedy=started)
            unknown = "The address of the server's metrics is not known. Start the console with --metrics HOST:PORT."
            measured = ServerMetrics(lambda: metrics, waiting=lambda: unknown)
            judged = None
        shop = Shop(out)
        app = create_app(
            Console(
                out=out,
                shop=shop,
                photos=None if data is None else ShopPhotos(data, photos),
                models=models,
                metrics=measured,
                sample=CustomerSample(models, sample),
                judged=judged,
                texts=texts,
                versions=Versions(
                    lambda: list_versions(out),
                    roll_back=(lambda number: rollback(out, number)) if allow_changes else None,
                    delete=(lambda number: delete(out, number)) if allow_changes else None,
                ),
            ),
            [*LOCAL_HOSTS, host, *allow_host],
        )
        shop.tables()
        shop.wait(_PATIENCE_S)  # so that the first page is fast; a large shop takes longer, and its pages say so
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"the console is at http://{shown}:{listening.getsockname()[1]}/; Ctrl-C ends it")
        serve(app, listening)
