"""Answers requests for photos: a thumbnail, or a placeholder with the product type."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from console.errors import PageError
from console.query import identifier, number
from transforms.photos.placeholder import placeholder_svg

BOXES = {120: (120, 160), 240: (240, 320), 480: (480, 640)}
_HEADERS = {"Cache-Control": "private, max-age=600"}


def photo(request: Request) -> Response:
    """Returns the photo of `id` in at most `width` pixels of width.

    Args:
        request: the request. No id leads out of the data folder, see `ShopPhotos`.

    Raises:
        PageError: a parameter is wrong.
    """
    article_id = identifier(request)
    width = number(request, "width", 240, low=1, high=max(BOXES))
    if width not in BOXES:
        raise PageError(400, f"width must be one of {', '.join(map(str, BOXES))}. Received: {width}.")
    console = request.app.state.console
    image = console.photos.thumbnail(article_id, BOXES[width]) if console.photos else None
    if image is not None:
        return Response(image, media_type="image/jpeg", headers=_HEADERS)
    tables = console.shop.tables()
    row = tables.by_id([article_id]).get(article_id) if tables else None
    return Response(
        placeholder_svg(row["product_type_name"] if row else None), media_type="image/svg+xml", headers=_HEADERS
    )
