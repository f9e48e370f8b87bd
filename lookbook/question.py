"""A question to a running model server, and its answer as a table of articles with their names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from transforms.errors import LookbookError

if TYPE_CHECKING:
    from rich.table import Table

    from serving.client import RecommenderClient


@contextlib.contextmanager
def client(host: str, port: int) -> Iterator[RecommenderClient]:
    """A client of the server there.

    Raises:
        LookbookError: for anything the server or the way to it refuses.

    """
    from serving.client import RecommenderClient
    from serving.errors import DeadlineExceededError, ModelNotFoundError, ServerUnavailableError, ServingError

    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        recommender = RecommenderClient(target)
    except ValueError as error:
        raise LookbookError(f"--host must be a host name or an address. Received: {host!r}") from error
    try:
        with recommender as asked:
            try:
                yield asked
            except ModelNotFoundError as error:
                raise LookbookError(f"the model server at {target} {_why_not_found(asked, error)}") from error
    except ServerUnavailableError as error:
        raise LookbookError(
            f"no model server answers at {target}; start one with `lookbook serve --port {port}`,"
            f" or give --host and --port ({error})"
        ) from error
    except DeadlineExceededError as error:
        raise LookbookError(f"the model server at {target} did not answer in time; try again ({error})") from error
    except ServingError as error:
        raise LookbookError(f"the model server at {target} refused: {error}") from error


def _why_not_found(asked: RecommenderClient, error: Exception) -> str:
    """Explains why the server has no available version of the model."""
    from serving.errors import ServingError

    try:
        versions = asked.model_status()
    except ServingError:
        return f"has no version of the model yet; try again in a moment ({error})"
    loading = [str(version.version) for version in versions if version.state in ("START", "LOADING")]
    if loading:
        return f"is loading version {' and '.join(loading)}; try again in a moment"
    failed = [f"version {v.version}: {v.error_message}" for v in versions if v.error_code != "OK"]
    if failed:
        return f"could not load the model: {'; '.join(failed)}"
    return f"refused: {error}"


def article_table(
    asked: RecommenderClient,
    article_ids: Sequence[str],
    scores: Sequence[float],
    channels: Sequence[Sequence[str]] | None = None,
) -> Table:
    """Articles in their order: id, name, type, colour, score and, if given, why each is there."""
    from rich.table import Table
    from rich.text import Text

    names = ["", "article", "name", "type", "colour", "score"] + ([] if channels is None else ["why"])
    table = Table(*names)
    for place, article in enumerate(asked.describe(article_ids)):
        known = (article.prod_name, article.product_type_name, article.colour_group_name)
        cells = [str(place + 1), article.article_id, *known, f"{scores[place]:.4f}"]
        if channels is not None:
            cells.append(", ".join(channels[place]))
        table.add_row(*map(Text, cells))  # Text: a name may hold brackets, which are no markup
    return table
