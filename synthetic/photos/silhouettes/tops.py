"""Shirts, tops and sweaters."""

from __future__ import annotations

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import ellipse, outline, symmetric
from synthetic.photos.silhouettes.pieces import body, both, collar, placket, ribs, sleeves


def t_shirt(variant: int) -> list[Layer]:
    """A T-shirt with a round or a V neck."""
    return [*sleeves("short"), *body(("crew", "boat", "v")[variant % 3])]


def vest_top(variant: int) -> list[Layer]:
    """A sleeveless top with broad or narrow straps."""
    return body("straps" if variant % 2 == 0 else "halter", chest=50, waist=45, hem=50)


def top(variant: int) -> list[Layer]:
    """A top with wide sleeves and a boat or scoop neck, shorter than a T-shirt."""
    if variant % 3 == 2:
        return [*sleeves("cap", 54), *body("scoop", shoulder=54, chest=50, waist=44, hem=52, end=226)]
    return [*sleeves("wide", 56), *body("boat", shoulder=56, chest=52, waist=46, hem=56, end=232, neck_band=None)]


def bodysuit(variant: int) -> list[Layer]:
    """A tight top that ends in a brief."""
    neck = ("scoop", "v")[variant % 2]
    arm = "L46 68 Q50 72 48 84 C45 104 46 114 49 128"
    width, depth = (27, 44) if neck == "scoop" else (23, 56)
    curve = (
        f"L{width} 60" if neck == "v" else f"C{width * 0.6:.0f} {60 + depth} {width} {60 + depth * 0.6:.0f} {width} 60"
    )
    leg = "C49 152 40 168 41 188 C42 208 50 216 52 228 C34 234 18 254 15 274 Q8 280 0 280"
    return [
        *sleeves("long", 52),
        Fill(symmetric(f"M0 72 Q16 70 {width} 60 L{width} 64 L0 {64 + depth}"), "inside", 0),
        Fill(symmetric(f"M0 {60 + depth} {curve} {arm} {leg}")),
        *both(
            Line(outline("M47 78 C44 102 45 116 48.5 128"), "seam", 1),
            Line(outline("M49 226 C32 232 17 252 13.5 271"), "stitch", 0.9),
            Line(outline("M44 140 Q34 152 30 170"), "fold", 5),
            Line(outline("M42 200 Q30 210 22 226"), "fold", 4),
            Line(outline(f"M0 {60 + depth} {curve}"), "trim", 3),
        ),
        Line(outline("M-10 268 L10 268"), "seam", 0.9),
    ]


def blouse(variant: int) -> list[Layer]:
    """A blouse with full sleeves: a bow at the neck, or a frill."""
    arms = both(
        Fill(outline("M48 70 C70 78 84 120 92 176 Q98 202 88 216 Q76 222 66 214 Q56 190 50 126"), angle=-12),
        Fill(outline("M89 211 L90 230 Q78 238 66 231 L66 211 Q78 217 89 211"), "trim", 0.7),
        Line(outline("M74 140 Q78 176 76 208"), "fold", 5),
        Line(outline("M84 160 Q86 190 83 206"), "fold", 4),
        Line(outline("M64 150 Q70 186 70 208"), "fold", 4),
    )
    layers = [*arms, *body("v" if variant % 2 else "crew", chest=54, waist=50, hem=58, end=252, neck_band=None)]
    if variant % 2 == 0:
        bow = both(
            Fill(outline("M0 80 C16 62 34 66 34 80 C34 94 16 94 0 82"), "cloth", 1.2),
            Fill(outline("M0 82 C10 92 16 118 14 138 L26 132 C26 110 14 88 0 80"), "cloth", 1.0),
        )
        return [*layers, *bow, Fill(ellipse(0, 81, 5.5, 6.5), "cloth", 1.2), *placket(100, 250, 6, 5)]
    frills = [
        layer
        for number, x in enumerate((9, 21))
        for layer in both(
            Fill(
                outline(
                    f"M{x - 7} {92 - 12 * number} Q{x + 8} 120 {x + 2} 150 "
                    f"Q{x + 12} 186 {x - 2} 220 Q{x - 8} 160 {x - 7} {92 - 12 * number}"
                )
            )
        )
    ]
    return [*layers, *frills, *placket(110, 250, 6, 4)]


def shirt(_: int) -> list[Layer]:
    """A buttoned shirt with a collar, chest pocket and cuffs."""
    layers = [*sleeves("long", 58, cuff="trim"), *body("crew", chest=56, waist=53, hem=55, end=264, neck_band=None)]
    layers += [*placket(80, 264, 7), *collar()]
    layers += both(Line(outline("M25 66 Q44 72 57 86"), "seam", 1))
    pocket = "M20 118 L44 118 L44 142 L32 149 L20 142 L20 118"
    return [*layers, Line(outline(pocket), "seam", 1.2), Line(outline("M20 123 L44 123"), "stitch", 0.8)]


def sweater(variant: int) -> list[Layer]:
    """A knitted sweater with ribbed bands: round neck or turtle neck."""
    layers = [
        *sleeves("long", 60, cuff="trim"),
        *body("crew", shoulder=60, chest=58, waist=56, hem=56, end=256, hem_band="trim", neck_band="trim"),
        *ribs(247, 259, 54),
    ]
    layers += both(
        *(
            Line(outline(f"M{x + 70} {219 + x * 0.2:.1f} L{x + 72} {233 + x * 0.1:.1f}"), "seam", 0.8)
            for x in (6, 11, 16)
        )
    )
    if variant % 3 == 2:
        layers += [
            Fill(symmetric("M0 46 Q16 46 24 49 Q28 62 28 76 Q14 86 0 86"), "cloth", 1.1),
            *(Line(outline(f"M{x} 49 L{x * 1.15:.1f} 82"), "seam", 0.8) for x in range(-20, 21, 5)),
        ]
    return layers
