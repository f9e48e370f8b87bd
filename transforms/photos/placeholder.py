"""Draws what is shown for an article without a photo: a clothes hanger in neutral colours, and the product type."""

import html
import textwrap

from PIL import Image, ImageDraw

BACKGROUND, LINE, TEXT = "#eceae6", "#a9a49b", "#5f5a52"
_LINE_LENGTH = 16
_MAX_LINES = 2
_OVERSAMPLING = 4
# A hanger in a frame of 240 x 320: the hook, then the closed line of the shoulders.
_HOOK_CENTRE, _HOOK_RADIUS, _NECK = (120.0, 104.0), 11.0, (120.0, 132.0)
_LEFT, _RIGHT, _BAR_RADIUS = (58.0, 176.0), (182.0, 176.0), 9.0
_WIDTH = 5.0


def placeholder_svg(product_type: str | None = None) -> str:
    """Returns a placeholder of 240 x 320 as SVG text; the same product type gives the same text.

    Args:
        product_type: name of the product type, any text; None or "" for the text `No photo`.

    Returns:
        A complete `<svg>` element that scales with its container and can stand in a page or a file.
    """
    printable = "".join(c if c.isprintable() else " " for c in product_type or "")
    name = " ".join(printable.split()) or "No photo"
    lines = textwrap.wrap(name, _LINE_LENGTH, max_lines=_MAX_LINES, placeholder=" …", break_long_words=True)
    text = "".join(
        f'<tspan x="120" y="{236 + 22 * number}">{html.escape(line)}</tspan>' for number, line in enumerate(lines)
    )
    (cx, cy), r, (nx, ny), (lx, ly), (rx, ry), b = _HOOK_CENTRE, _HOOK_RADIUS, _NECK, _LEFT, _RIGHT, _BAR_RADIUS
    hook = f"M{cx - r:g} {cy:g}A{r:g} {r:g} 0 1 1 {cx:g} {cy + r:g}L{nx:g} {ny:g}"
    bar = f"L{lx:g} {ly:g}A{b:g} {b:g} 0 0 0 {lx + 5:g} {ly + 16:g}H{rx - 5:g}A{b:g} {b:g} 0 0 0 {rx:g} {ry:g}Z"
    label = "No photo" if name == "No photo" else f"No photo: {name}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 320" role="img" aria-label="{html.escape(label)}">'
        f'<rect width="240" height="320" fill="{BACKGROUND}"/>'
        f'<path d="{hook}M{nx:g} {ny:g}{bar}" fill="none" stroke="{LINE}" stroke-width="{_WIDTH:g}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        f'<text text-anchor="middle" font-family="system-ui, sans-serif" font-size="18" fill="{TEXT}">{text}</text>'
        "</svg>"
    )


def placeholder_image(width: int, height: int) -> Image.Image:
    """Draws the hanger as an RGB image, for pages and files that cannot hold SVG.

    Args:
        width: width in pixels.
        height: height in pixels.
    """
    scale = _OVERSAMPLING * min(width / 240, height / 320)
    image = Image.new("RGB", (width * _OVERSAMPLING, height * _OVERSAMPLING), BACKGROUND)
    draw = ImageDraw.Draw(image)
    left, top = (image.width - 240 * scale) / 2, (image.height - 320 * scale) / 2 + 12 * scale

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * scale, top + y * scale

    stroke = max(1, round(_WIDTH * scale))
    (cx, cy), r = _HOOK_CENTRE, _HOOK_RADIUS + _WIDTH / 2
    draw.arc([at(cx - r, cy - r), at(cx + r, cy + r)], 180, 90, fill=LINE, width=stroke)
    corners = [_NECK, _LEFT, (_LEFT[0] + 5, _LEFT[1] + 16), (_RIGHT[0] - 5, _RIGHT[1] + 16), _RIGHT, _NECK]
    draw.line([at(cx, cy + _HOOK_RADIUS), at(*_NECK)], fill=LINE, width=stroke)
    draw.line([at(*corner) for corner in corners], fill=LINE, width=stroke, joint="curve")
    for x, y in (_NECK, _LEFT, _RIGHT, (cx - _HOOK_RADIUS, cy)):
        half = _WIDTH / 2
        draw.ellipse([at(x - half, y - half), at(x + half, y + half)], fill=LINE)
    return image.resize((width, height), Image.Resampling.LANCZOS)
