"""Connects to a running model server, translates its errors, and formats tables of articles."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from transforms.errors import LookbookError

if TYPE_CHECKING:
    from rich.table import Table

    from serving.client import RecommenderClient


@contextlib.contextmanager
def connect(host: str, port: int) -> Iterator[RecommenderClient]:
    """Connects to a model server.

    Args:
        host: name or address of the server.
        port: its gRPC port.

    Raises:
        LookbookError: the server cannot be reached, has no version yet, or refuses a request.
    """
    from serving.client import RecommenderClient
    from serving.errors import DeadlineExceededError, ModelNotFoundError, ServerUnavailableError, ServingError

    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        recommender = RecommenderClient(target)
    except ValueError as error:
        raise LookbookError(f"--host must be a host name or an address. Received: {host!r}") from error
    try:
        with recommender as client:
            try:
                yield client
            except ModelNotFoundError as error:
                raise LookbookError(f"the model server at {target} {_why_not_found(client, error)}") from error
    except ServerUnavailableError as error:
        raise LookbookError(
            f"no model server answers at {target}; start one with `lookbook serve --port {port}`,"
            f" or give --host and --port ({error})"
        ) from error
    except DeadlineExceededError as error:
        raise LookbookError(f"the model server at {target} did not answer in time; try again ({error})") from error
    except ServingError as error:
        raise LookbookError(f"the model server at {target} refused: {error}") from error


def _why_not_found(client: RecommenderClient, error: Exception) -> str:
    """Explains why the server has no available version of the model."""
    from serving.errors import ServingError

    try:
        versions = client.model_status()
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
    client: RecommenderClient,
    article_ids: Sequence[str],
    scores: Sequence[float],
    reasons: Sequence[Sequence[str]] | None = None,
) -> Table:
    """A table of articles with id, name, type, colour, score and, if given, reasons.

    Args:
        client: client of the server, which returns names, types and colours.
        article_ids: ids in the order of the rows.
        scores: score of each article.
        reasons: texts of the reasons of each article; None leaves the column out.
    """
    from rich.table import Table
    from rich.text import Text

    names = ["", "article", "name", "type", "colour", "score"] + ([] if reasons is None else ["why"])
    table = Table(*names)
    for position, article in enumerate(client.describe(article_ids)):
        known = (article.prod_name, article.product_type_name, article.colour_group_name)
        cells = [str(position + 1), article.article_id, *known, f"{scores[position]:.4f}"]
        if reasons is not None:
            cells.append("\n".join(reasons[position]))
        table.add_row(*map(Text, cells))  # as Text, because brackets in a name are not markup
    return table
