"""Garments of the lower body, and those that cover both: dresses, jumpsuits and pyjamas."""

from __future__ import annotations

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import ellipse, outline, symmetric
from synthetic.photos.silhouettes import pieces
from synthetic.photos.silhouettes.pieces import both, placed


def legs(
    *,
    start: float = 50,
    waist: float = 38,
    hip: float = 48,
    end: float = 290,
    outer: float = 50,
    inner: float = 14,
    crotch: float = 128,
    band: str | None = "trim",
) -> list[Layer]:
    """Two legs.

    Args:
        start: y of the waist.
        waist: half the width of the waist.
        hip: half the width of the hip.
        end: y of the hems.
        outer: x of a hem's outer end.
        inner: x of a hem's inner end.
        crotch: y of the crotch.
        band: role of the waistband; None for none.
    """
    knee = (crotch + end) / 2
    shape = (
        f"M0 {start} L{waist} {start} C{waist + 4} {start + 30} {hip} {start + 40} {hip + 1} {crotch - 8} "
        f"C{hip + 2} {knee - 30:.0f} {outer} {knee:.0f} {outer} {end} Q{(outer + inner) / 2} {end + 4} {inner} {end} "
        f"C{inner - 3} {knee:.0f} 6 {crotch + 40} 0 {crotch}"
    )
    layers: list[Layer] = [
        Fill(symmetric(shape)),
        *both(
            Line(outline(f"M3 {crotch + 2} Q18 {crotch - 2} 32 {crotch - 14}"), "fold", 5),
            Line(outline(f"M{(outer + inner) / 2} {crotch + 26} L{(outer + inner) / 2 + 1} {end - 10}"), "shine", 8),
            Line(outline(f"M{inner + 1} {end - 6} Q{(outer + inner) / 2} {end - 2} {outer} {end - 6}"), "stitch", 0.9),
        ),
        Line(outline(f"M0 {start + 10} L0 {crotch}"), "seam", 1.2),
    ]
    if band:
        layers += [
            Fill(
                symmetric(
                    f"M0 {start + 1} L{waist} {start - 1} L{waist + 1.5} {start + 11} Q20 {start + 14} 0 {start + 14}"
                ),
                band,
                0.7,
            ),
            Line(symmetric(f"M0 {start + 14} Q20 {start + 14} {waist + 1.5} {start + 11}"), "seam", 1),
        ]
    return layers


def trousers(variant: int) -> list[Layer]:
    """Trousers with creases and slanted pockets: straight, wide or tapered."""
    outer, inner = ((48, 18), (64, 10), (44, 22))[variant % 3]
    mid = (outer + inner) / 2
    return [
        *legs(outer=outer, inner=inner),
        *both(
            Line(outline(f"M26 72 L{mid} 288"), "seam", 1.1),
            Line(outline("M33 64 L44 92"), "seam", 1.4),
        ),
        Line(outline("M2 64 L2 100 Q2 108 -1 112"), "seam", 1),
        Fill(ellipse(0, 57, 2.8), "button", 0.6),
    ]


def jeans(variant: int) -> list[Layer]:
    """Jeans with yellow stitches, rivets, pockets and belt loops: slim, straight or flared."""
    outer, inner = ((40, 20), (48, 16), (58, 18))[variant % 3]
    layers = [
        *legs(outer=outer, inner=inner, band="cloth"),
        *both(
            Line(outline("M20 64 Q24 86 46 88"), "seam", 1.2),
            Line(outline("M20 66.5 Q25 84 45.5 85.5"), "gold", 0.9),
            Line(outline("M37 52 L37 64"), "cloth", 4.4),
            Line(outline("M16 50 L16 64"), "cloth", 4.4),
            Line(outline("M34 50 L34 64"), "gold", 0.7),
            Fill(ellipse(22, 67, 1.6), "metal", 0.3),
            Fill(ellipse(45, 86, 1.6), "metal", 0.3),
            Line(outline(f"M{outer - 3} 150 Q{outer - 5} 220 {outer - 3} 286"), "gold", 0.8),
            Line(outline(f"M{inner + 2} 281 L{outer - 1} 281"), "gold", 0.8),
            Line(outline("M22 128 Q26 150 24 182"), "shine", 13),
        ),
        Line(outline("M-37 62 L37 62"), "gold", 0.7),
        Line(outline("M5 64 L5 102 Q5 112 0 118"), "gold", 0.9),
        Fill(ellipse(0, 56, 3.2), "metal", 0.8),
        Line(outline("M0 66 L0 126"), "seam", 1.2),
    ]
    return layers


def leggings(variant: int) -> list[Layer]:
    """Tight leggings with a broad waistband."""
    return [
        *legs(start=48, waist=34, hip=43, outer=32, inner=14, crotch=122),
        *both(
            Line(outline("M14 186 Q22 192 32 188"), "fold", 3),
            Line(outline("M15 276 Q22 281 31 277"), "fold", 3),
            *([Line(outline("M40 70 C44 120 36 200 30 284"), "accent", 3.4)] if variant % 2 else []),
        ),
        Line(symmetric("M0 68 Q20 68 37 64"), "seam", 1),
    ]


def shorts(variant: int) -> list[Layer]:
    """Shorts with pockets and a tie, or with turned-up hems."""
    layers = [
        *legs(start=84, waist=42, hip=54, end=216, outer=62, inner=8, crotch=164),
        *both(Line(outline("M36 100 L50 126"), "seam", 1.3), Line(outline("M28 108 Q34 160 36 206"), "fold", 5)),
    ]
    if variant % 2:
        turned = Fill(outline("M8 203 Q36 208 62.5 202 L63 219 Q36 224 7 219"), "trim", 0.9)
        return layers + both(turned, Line(outline("M8 203 Q36 208 62.5 202"), "seam", 1))
    ties = (Line(outline("M3 94 Q12 112 8 130"), "label", 2.2), Line(outline("M8 128 L8 134"), "steel", 2.6))
    return layers + both(*ties)


def skirt(variant: int) -> list[Layer]:
    """A skirt: flared with folds, pleated and long, or a straight one."""
    kind = variant % 3
    end, hem = ((226, 84), (276, 74), (220, 52))[kind]
    side = f"C42 120 {hem - 8} {end - 60} {hem} {end}" if kind < 2 else f"C50 110 54 130 54 160 L{hem} {end}"
    layers: list[Layer] = [Fill(symmetric(f"M0 84 L36 82 {side} Q{hem / 2} {end + 10} 0 {end + 12}"))]
    if kind < 2:
        count = 3 if kind == 0 else 6
        for number in range(count):
            share = (number + 0.6) / count
            layers += both(
                Line(
                    outline(f"M{32 * share:.1f} 100 Q{38 * share:.1f} 160 {(hem - 4) * share:.1f} {end + 6}"),
                    "fold",
                    6 if kind == 0 else 4,
                ),
                Line(
                    outline(f"M{32 * share + 4:.1f} 104 Q{40 * share + 5:.1f} 170 {(hem - 4) * share + 7:.1f} {end}"),
                    "shine",
                    5,
                ),
            )
    else:
        layers += [
            *both(Line(outline("M18 98 L22 130"), "seam", 1), Line(outline("M44 118 Q34 130 30 150"), "fold", 5)),
            Line(outline("M20 190 L20 226"), "seam", 1.4),
        ]
    return [
        *layers,
        Line(symmetric(f"M0 {end + 6} Q{hem / 2} {end + 4} {hem - 1} {end - 6}"), "stitch", 0.9),
        Fill(symmetric("M0 79 Q20 79 36 76 L37 92 Q20 96 0 96"), "trim", 0.8),
    ]


def dress(variant: int) -> list[Layer]:
    """A dress with a fitted waist and a flared skirt: short-sleeved, on straps, or long-sleeved."""
    kind = variant % 3
    neck, arms = (("scoop", "short"), ("straps", None), ("v", "long"))[kind]
    end, hem = ((268, 76), (284, 72), (262, 62))[kind]
    upper: list[Layer] = [
        *(pieces.sleeves(arms, 52) if arms else []),
        *pieces.body(neck, shoulder=52, chest=48, waist=39, hem=44, end=178, neck_band="trim" if kind == 0 else None),
    ]
    upper = [layer for layer in upper if not (isinstance(layer, Line) and layer.role in ("stitch", "shine"))]
    folds = [
        layer
        for share in (0.25, 0.6, 0.92)
        for layer in both(
            Line(outline(f"M{34 * share:.1f} 172 Q{44 * share:.1f} 220 {(hem - 6) * share:.1f} {end}"), "fold", 6),
            Line(
                outline(f"M{34 * share + 4:.1f} 176 Q{46 * share + 5:.1f} 224 {(hem - 6) * share + 8:.1f} {end - 4}"),
                "shine",
                5,
            ),
        )
    ]
    return [
        *upper,
        Fill(symmetric(f"M0 164 L39 164 C46 196 {hem - 10} {end - 50} {hem} {end} Q{hem / 2} {end + 9} 0 {end + 10}")),
        *folds,
        Line(symmetric(f"M0 {end + 5} Q{hem / 2} {end + 4} {hem - 1} {end - 5}"), "stitch", 0.9),
        Fill(symmetric("M0 160 Q20 160 39 158 L39.5 168 Q20 171 0 171"), "trim", 0.9),
    ]


def jumpsuit(variant: int) -> list[Layer]:
    """A top and wide trousers in one piece, with a belt."""
    neck, arms = (("v", "short"), ("straps", None))[variant % 2]
    upper = [
        *(pieces.sleeves(arms, 46) if arms else []),
        *pieces.body(neck, shoulder=46, chest=42, waist=36, hem=40, end=160, neck_band=None),
    ]
    upper = [layer for layer in upper if not (isinstance(layer, Line) and layer.role in ("stitch", "shine"))]
    lower = legs(start=150, waist=36, hip=45, end=296, outer=54, inner=12, crotch=196, band=None)
    belt = [
        Fill(symmetric("M0 146 Q20 146 37 144 L37.5 156 Q20 159 0 159"), "trim", 0.9),
        *both(Fill(outline("M0 151 C8 142 20 144 20 151 C20 158 8 160 0 152"), "trim", 1.0)),
        *both(Line(outline("M1 154 Q8 172 6 186"), "trim", 4)),
    ]
    return [*upper, *lower, *belt]


def pyjama_set(variant: int) -> list[Layer]:
    """A pyjama: a buttoned shirt above its trousers or shorts."""
    shirt = [
        *pieces.sleeves("long" if variant % 2 else "wide", 58),
        *pieces.body("v", chest=56, waist=55, hem=57, end=246, neck_band=None),
        *pieces.placket(106, 246, 4, 5),
        *both(
            Fill(outline("M22 58 L32 66 L34 88 L20 92 L1 108 L8 86 Z"), "trim", 0.8),
            Line(outline("M32 66 L34 88 L20 92 L1 108"), "seam", 1.1),
        ),
        Line(outline("M20 128 L44 128 L44 150 L20 150 L20 128"), "seam", 1.1),
        Line(outline("M20 132 L44 132"), "accent", 1.4),
    ]
    trousers_ = legs(start=60, waist=40, hip=52, outer=56, inner=12, end=250 if variant % 2 else 176, crotch=134)
    ties = both(Line(outline("M2 70 Q12 84 9 100"), "label", 2.2))
    small = 0.66
    return [
        *(placed(layer, 26, 124, small) for layer in [*trousers_, *ties]),
        *(placed(layer, -22, -4, 0.74) for layer in shirt),
    ]
