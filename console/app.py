"""The Starlette application: routes, error pages, and what the pages read."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import threading
from collections.abc import AsyncIterator, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from console import photo_view
from console.customer_sample import CustomerSample
from console.errors import PageError
from console.models import Models
from console.past_week import PastModel
from console.rendering import render
from console.security import HEADERS, LOCAL_HOSTS, middleware
from console.server_metrics import ServerMetrics
from console.shop import Shop
from console.version_history import history_chart
from console.versions import Versions
from console.views import article, catalogue, customer, customers, overview, report, runs, versions
from pages.frame import tokens
from serving.client.reason_texts import ReasonTexts, english
from transforms.photos.shop_photos import ShopPhotos

_STATIC = pathlib.Path(__file__).parent / "static"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Console:
    """What the pages read.

    Attributes:
        out: folder that the pipeline writes to.
        shop: the newest tables.
        photos: photos of the articles; None shows placeholders.
        models: the model server.
        metrics: metrics of the model server.
        versions: the pushed versions.
        sample: to whom the served version recommends the articles.
        judged: the model of a past week; None if none is served.
        texts: texts of the reasons.
    """

    out: pathlib.Path
    shop: Shop
    photos: ShopPhotos | None
    models: Models
    metrics: ServerMetrics
    versions: Versions
    sample: CustomerSample
    judged: PastModel | None = None
    texts: ReasonTexts = dataclasses.field(default_factory=english)


def create_app(console: Console, hosts: Sequence[str] = LOCAL_HOSTS) -> Starlette:
    """Creates the application.

    Args:
        console: what the pages read. Its connections are closed when the application ends.
        hosts: names that a Host header may have, without port.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        console.metrics.start()
        # The first chart takes a second or more, because the library is imported.
        threading.Thread(target=lambda: history_chart(console.versions.all()), daemon=True).start()
        yield
        console.metrics.stop()
        console.models.close()

    app = Starlette(
        routes=[
            Route("/", overview.page),
            Route("/catalogue", catalogue.page),
            Route("/article", article.page),
            Route("/customers", customers.page),
            Route("/customers/random", customers.random),
            Route("/customer", customer.page),
            Route("/versions", versions.page),
            Route("/versions/change", versions.confirm),
            Route("/versions/change", versions.change, methods=["POST"]),
            Route("/runs", runs.page),
            Route("/report", report.page),
            Route("/photo", photo_view.photo),
            Route("/static/tokens.css", _tokens),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=middleware(hosts),
        exception_handlers={PageError: _page_error, HTTPException: _http_error, Exception: _unexpected},
        lifespan=lifespan,
    )
    app.state.console = console
    return app


def _tokens(request: Request) -> Response:
    return Response(tokens(), media_type="text/css")


def _page_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PageError)
    return render(request, "error.html", status=error.status, title="This page cannot be shown", text=str(error))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    texts = {404: "There is no such page. Choose one in the navigation.", 405: "This page does not accept the request."}
    text = texts.get(error.status_code, str(error.detail))
    return render(request, "error.html", status=error.status_code, title="This page cannot be shown", text=text)


def _unexpected(request: Request, error: Exception) -> Response:
    del error  # the server logs it
    text = "The console failed to make this page. Its log has the cause. Try again, or choose another page."
    page = render(request, "error.html", status=500, title="Something went wrong", text=text)
    page.headers.update(HEADERS)  # Starlette sends this page outside of the middleware
    return page
