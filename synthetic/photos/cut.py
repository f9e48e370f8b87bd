"""What the section of an article changes: proportions, and details such as a stripe on sportswear."""

import dataclasses
import math

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import Outline, ellipse, outline
from synthetic.photos.silhouettes.pieces import both
from synthetic.vocabulary import CLOTHES, LOWER, NIGHT, SHOES, SOCKS, UPPER, Fit

_MIDDLE_Y = 168.0
_MAX_WIDE = 1.19  # wider sleeves would leave the frame


@dataclasses.dataclass(frozen=True)
class Cut:
    """Proportions of a section's garments.

    Attributes:
        wide, high: factors of width and height.
        waist: how much wider the waist is.
        belly: how much wider the belly is.
    """

    wide: float = 1.0
    high: float = 1.0
    waist: float = 0.0
    belly: float = 0.0


_WOMEN, _MEN = Cut(), Cut(wide=1.07, high=1.02, waist=0.09)
_CUTS = {
    "Plus Sizes": Cut(wide=1.16, waist=0.05),
    "Mama": Cut(wide=1.02, belly=0.16),
    "Contemporary Casual": _MEN,
    "Contemporary Smart": _MEN,
    "Men Underwear": Cut(wide=1.06, high=1.06),
    "Baby Essentials": Cut(wide=0.86, high=0.66, waist=0.12),
    "Kids": Cut(wide=0.82, high=0.76, waist=0.08),
    "Young": Cut(wide=0.88, high=0.88, waist=0.04),
}
_SMALL = {"Baby Essentials": 0.62, "Kids": 0.76, "Young": 0.88}


def cut_of(section: str, group: str, fit: Fit) -> Cut:
    """The proportions of a garment.

    Args:
        section: name of the section.
        group: product group.
        fit: fit, which changes clothes and nightwear only.
    """
    if group in CLOTHES or group == NIGHT:
        cut = _CUTS.get(section, _WOMEN)
        waist = cut.waist + fit.waist
        wide = min(cut.wide * fit.wide, _MAX_WIDE - max(waist, cut.belly, 0.0))
        return dataclasses.replace(cut, wide=wide, high=cut.high * fit.high, waist=waist)
    size = _SMALL.get(section, 1.0)
    if group in (SHOES, SOCKS):
        size *= 1.04 if section in ("Contemporary Casual", "Men Underwear") else 1.0
    return Cut(wide=size, high=size)


def fitted(points: Outline, cut: Cut) -> Outline:
    """An outline in the proportions of a cut."""
    if cut == _WOMEN:
        return points
    made = []
    for x, y in points:
        wide = (
            cut.wide + cut.waist * math.exp(-(((y - 190) / 42) ** 2)) + cut.belly * math.exp(-(((y - 205) / 38) ** 2))
        )
        made.append((x * wide, _MIDDLE_Y + (y - _MIDDLE_Y) * cut.high))
    return tuple(made)


def details(section: str, group: str, plain: bool) -> list[Layer]:
    """Details of a section.

    Args:
        section: name of the section.
        group: product group.
        plain: whether the cloth has no pattern.
    """
    layers: list[Layer] = []
    if section == "Ladies Sport" and group == UPPER:
        layers += both(Line(outline("M44 132 C47 160 44 200 46 244"), "accent", 3.2))
        layers += [Line(outline("M22 108 L29 115 L41 101"), "accent", 2.6)]
    if section == "Ladies Sport" and group == LOWER:
        layers += both(Line(outline("M41 78 C45 100 45 118 45 136"), "accent", 3.2))
    if section in ("Baby Essentials", "Kids") and group == UPPER and plain:
        layers += _bear() if section == "Baby Essentials" else _star()
    if section == "Divided Collection" and group == UPPER and plain:
        layers += [Line(outline("M-20 146 L20 146"), "accent", 2.4), Line(outline("M-12 152 L12 152"), "accent", 1.6)]
    return layers


def _bear() -> list[Layer]:
    return [
        *both(Fill(ellipse(15, 138, 8), "accent", 0.6)),
        Fill(ellipse(0, 152, 21, 19), "accent", 0.7),
        *both(Fill(ellipse(7, 148, 2.2), "rubber", 0)),
        Fill(ellipse(0, 158, 7, 5.4), "pearl", 0.2),
        Fill(ellipse(0, 156, 2.6, 2), "rubber", 0),
    ]


def _star() -> list[Layer]:
    points = [
        (r * math.sin(math.pi * n / 5), 150 - r * math.cos(math.pi * n / 5)) for n, r in enumerate((24, 10.5) * 5)
    ]
    return [Fill(tuple(points), "accent", 0.8)]
