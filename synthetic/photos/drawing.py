"""Draws the photo of an article: its silhouette in its colours and pattern, on a plain, softly lit background."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from synthetic.photos import palette
from synthetic.photos.cut import Cut, cut_of, details, fitted
from synthetic.photos.layers import HEIGHT, WIDTH, Drawn, Layer, drawn
from synthetic.photos.patterns import PATTERNED, pattern
from synthetic.photos.silhouettes import SILHOUETTES
from synthetic.photos.textures import PLAIN, texture
from synthetic.vocabulary import SHOW_FIT, STRAIGHT, TONES, TYPES, Fit

VARIANTS = 6
Floats = npt.NDArray[np.float32]

_Y, _X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
_X -= WIDTH / 2
_GROUPS = {kind.name: kind.group for kind in TYPES}
_KNITTED = frozenset({"Sweater", "Cardigan", "Beanie", "Scarf"})
# Middle of a print or embroidery that appears once, by product type or group.
_PRINT_AT = {
    "Garment Upper body": (0.0, 150.0),
    "Garment Full body": (0.0, 128.0),
    "Garment Lower body": (28.0, 176.0),
    "Skirt": (0.0, 168.0),
    "Shorts": (34.0, 160.0),
    "Bra": (30.0, 156.0),
    "Underwear bottom": (0.0, 176.0),
    "Bikini top": (34.0, 160.0),
    "Swimwear bottom": (0.0, 186.0),
    "Pyjama set": (-22.0, 100.0),
    "Coat": (26.0, 250.0),
    "Bag": (0.0, 170.0),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Look:
    """What a photo shows.

    Attributes:
        kind: product type, a key of `SILHOUETTES`.
        colour: colour group, a key of `palette.COLOURS`.
        appearance: graphical appearance; unknown ones are plain.
        section: name of the section.
        variant: chooses among the shapes of the type, below `VARIANTS`; the same for all variants of a product.
        number: chooses among accents and backgrounds; not negative.
        tone: shade of the colour, one of `vocabulary.TONES`.
        motif: number of the appearance's motif, or of the texture of plain cloth, see `vocabulary.LOOKS`.
        fit: proportions of clothes and nightwear; those of other types are always the same.
    """

    kind: str
    colour: str
    appearance: str
    section: str
    variant: int
    number: int
    tone: str = TONES[0]
    motif: int = 0
    fit: Fit = STRAIGHT


def draw(look: Look) -> Image.Image:
    """Draws a photo of 240 x 320 pixels in RGB. Equal looks give equal pixels."""
    base = palette.toned(palette.COLOURS[look.colour], look.tone)
    accent, third = palette.further_colours(base, look.appearance, look.number)
    plain = look.appearance not in PATTERNED
    group = _GROUPS[look.kind]
    variant = look.variant % SILHOUETTES[look.kind][1]
    cut = cut_of(look.section, group, look.fit if group in SHOW_FIT else STRAIGHT)
    shape, shadow = _shape(look.kind, variant, cut, tuple(details(look.section, group, plain)))
    ground = _ground(palette.background_of(base, look.number // 3))
    canvas = ground * (1 - 0.30 * shadow[..., None])
    cloth = _Cloth(look, base, accent, third)
    for layer in shape:
        region = canvas[layer.rows, layer.columns]
        mask = layer.mask[..., None]
        if layer.dark is None or layer.light is None:
            _draw_line(region, mask, layer.role, base, accent)
            continue
        if layer.role == "ground":
            colour: Floats = ground[layer.rows, layer.columns]
        elif layer.role == "cloth":
            colour = cloth.colours(layer)
        else:
            colour = _float(palette.of_role(layer.role, base, accent))
        # Light mixes in white, so that black cloth has shape too.
        lit = colour * (layer.dark - layer.light)[..., None]
        lit += 255 * layer.light[..., None]
        lit -= region
        lit *= mask
        region += lit
    return Image.fromarray(np.clip(canvas + 0.5, 0, 255).astype(np.uint8), "RGB")


class _Cloth:
    """The article's cloth at every point of a layer."""

    def __init__(self, look: Look, base: palette.Rgb, accent: palette.Rgb, third: palette.Rgb):
        self._look = look
        self._colours = _float(base), _float(accent), _float(third)
        self._weave = _weave("knit" if look.kind in _KNITTED else "denim" if look.kind == "Jeans" else "plain")
        if look.appearance == PLAIN:
            self._weave = self._weave * texture(look.motif)
        self._print_at = _PRINT_AT.get(look.kind) or _PRINT_AT.get(_GROUPS[look.kind], (0.0, 165.0))

    def colours(self, layer: Drawn) -> Floats:
        """`[h, w, 3]` colours of the cloth."""
        first, second, third = self._colours
        y, x = _Y[layer.rows, layer.columns], _X[layer.rows, layer.columns]
        weave = self._weave[layer.rows, layer.columns, None]
        if layer.angle:
            turn = np.float32(np.deg2rad(layer.angle))
            x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
        shares = pattern(self._look.appearance, self._look.motif, x, y, self._print_at)
        if shares is None:
            return first * weave
        with_second = first + shares[0][..., None] * (second - first)
        return (with_second + shares[1][..., None] * (third - with_second)) * weave


def _draw_line(region: Floats, mask: Floats, role: str, base: palette.Rgb, accent: palette.Rgb) -> None:
    """Draws a line on a part of the canvas."""
    dark = palette.lightness(base) < 0.3
    if role == "seam":
        region += (0.55 * mask) * ((region * 1.75 + 14 if dark else region * 0.60) - region)
    elif role == "stitch":
        region += (0.5 * mask) * ((region * 1.8 + 18 if dark else region * 0.72) - region)
    elif role == "fold":
        region *= 1 - (0.30 if dark else 0.17) * mask
    elif role == "shine":
        region += (0.13 if dark else 0.16) * mask * (255 - region)
    else:
        colour = _float(palette.of_role(role, base, accent))
        region += mask * (colour - region)


@functools.lru_cache(maxsize=64)
def _shape(kind: str, variant: int, cut: Cut, further: tuple[Layer, ...]) -> tuple[tuple[Drawn, ...], Floats]:
    """The layers of a garment, and the shadow that it casts `[HEIGHT, WIDTH]`."""
    shape = [*SILHOUETTES[kind][0](variant), *further]
    layers = [dataclasses.replace(layer, points=fitted(layer.points, cut)) for layer in shape]
    made = [found for layer in layers if (found := drawn(layer)) is not None]
    covered = np.zeros((HEIGHT, WIDTH), np.float32)
    for layer in made:
        if layer.role not in ("fold", "shine", "ground"):
            region = covered[layer.rows, layer.columns]
            np.maximum(region, layer.mask, out=region)
    image = Image.fromarray((covered * 255).astype(np.uint8), "L")
    broad = Image.new("L", image.size)
    broad.paste(image, (7, 11))
    near = Image.new("L", image.size)
    near.paste(image, (2, 3))
    blurred = [
        np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255
        for picture, radius in ((broad, 11), (near, 3))
    ]
    return tuple(made), 0.7 * blurred[0] + 0.5 * blurred[1]


@functools.lru_cache(maxsize=32)
def _ground(colour: palette.Rgb) -> Floats:
    """`[HEIGHT, WIDTH, 3]` background: lighter above the middle, darker in the corners."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    distance = np.hypot((x - WIDTH * 0.46) / WIDTH, (y - HEIGHT * 0.38) / HEIGHT)
    return _float(colour) * (1.045 - 0.16 * distance**1.6)[..., None]


@functools.lru_cache(maxsize=3)
def _weave(kind: str) -> Floats:
    """`[HEIGHT, WIDTH]` brightness of the threads: knitted, denim or plain."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    noise = np.random.default_rng(10).standard_normal((HEIGHT, WIDTH)).astype(np.float32)
    if kind == "knit":
        column = np.abs(np.mod(x, 6) - 3)
        return 1 + 0.055 * np.sin((y + column * 1.3) * (2 * np.pi / 4.5)) - 0.03 * (column < 0.8) + 0.010 * noise
    if kind == "denim":
        return 1 + 0.035 * np.sin((x + y) * (2 * np.pi / 3)) + 0.035 * noise
    return 1 + 0.012 * noise


def _float(colour: palette.Rgb) -> Floats:
    return np.asarray(colour, np.float32)
