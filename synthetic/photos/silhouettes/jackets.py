"""Garments that are worn over others: cardigans, hoodies, jackets and coats."""

from __future__ import annotations

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import ellipse, mirrored, outline, symmetric
from synthetic.photos.silhouettes.pieces import body, both, collar, lapels, placket, ribs, sleeves


def cardigan(_: int) -> list[Layer]:
    """A knitted jacket with a V neck and buttons."""
    layers = [
        *sleeves("long", 59, cuff="trim"),
        *body("v", shoulder=59, chest=56, waist=54, hem=55, end=262, hem_band="trim", neck_band=None),
        *ribs(253, 265, 52),
    ]
    band = outline("M-23 62 L0 108 L0 266")
    layers += [
        Line(mirrored(band), "trim", 8),
        Line(band, "trim", 8),
        *both(Line(outline("M27 64 L4.5 109 L4.5 264"), "seam", 1)),
    ]
    for y in (118, 148, 178, 208, 238):
        layers.append(Fill(ellipse(0, y, 3.2), "button", 0.8))
    return layers + both(Line(outline("M20 206 L44 202"), "seam", 2), Line(outline("M20 208.5 L44 204.5"), "shine", 2))


def hoodie(variant: int) -> list[Layer]:
    """A sweatshirt with a hood, strings and a pouch; every other one has a zip."""
    layers = [
        *sleeves("long", 61, cuff="trim"),
        *body("crew", shoulder=61, chest=58, waist=57, hem=57, end=256, hem_band="trim", neck_band=None),
        Fill(symmetric("M0 30 C24 30 38 44 36 66 C34 84 18 94 0 98")),
        Fill(symmetric("M0 44 C15 44 24 54 23 68 C22 80 10 90 0 93"), "inside", 0.6),
        *both(Line(outline("M0 44 C15 44 24 54 23 68 C22 80 10 90 0 93"), "seam", 1.4)),
        Fill(symmetric("M0 196 L30 196 L46 226 L46 246 L0 246")),
        *both(Line(outline("M30 196 L46 226 L46 246"), "seam", 1.2), Line(outline("M33 200 L43 226"), "stitch", 0.8)),
        Line(outline("M-30 196 L30 196"), "seam", 1.2),
        *both(Line(outline("M9 92 Q12 112 10 134"), "label", 2), Line(outline("M10 132 L10 139"), "steel", 2.8)),
    ]
    if variant % 2:
        layers += [Line(outline("M0 98 L0 258"), "steel", 3), Line(outline("M0 98 L0 258"), "stitch", 1)]
    return layers


def jacket(variant: int) -> list[Layer]:
    """A short jacket: a zipped bomber, or a denim-like one with pockets."""
    if variant % 2:
        layers = [
            *sleeves("long", 60, cuff="trim"),
            *body("crew", shoulder=60, chest=57, waist=54, hem=54, end=236, hem_band="trim", neck_band=None),
            *collar(32, 32),
            *placket(86, 238, 5),
        ]
        flaps = both(
            Fill(outline("M14 120 L44 118 L44 128 L29 134 L14 129"), "cloth", 0.8),
            Line(outline("M14 120 L44 118 L44 128 L29 134 L14 129 L14 120"), "seam", 1.1),
            Line(outline("M18 134 L20 224"), "stitch", 0.9),
            Line(outline("M42 134 L38 224"), "stitch", 0.9),
            Line(outline("M8 112 L54 108"), "seam", 1.2),
            Fill(ellipse(29, 129, 2.2), "metal", 0.5),
        )
        return layers + flaps
    layers = [
        *sleeves("long", 62, cuff="trim"),
        *body("crew", shoulder=62, chest=60, waist=60, hem=56, end=236, hem_band="trim", neck_band=None),
        *ribs(227, 240, 54, 4),
        Fill(symmetric("M0 56 Q18 54 26 58 L28 70 Q14 80 0 80"), "trim", 0.8),
        *(Line(outline(f"M{x} 58 L{x} 77"), "seam", 0.8) for x in range(-20, 21, 4)),
        Line(outline("M0 60 L0 238"), "steel", 3.4),
        Line(outline("M0 60 L0 238"), "stitch", 1),
        *both(Line(outline("M26 178 L44 206"), "steel", 2.4), Line(outline("M23 179 L41 208"), "seam", 1)),
    ]
    return layers


def coat(variant: int) -> list[Layer]:
    """A long coat with lapels: double-breasted, or belted."""
    layers = [
        *sleeves("long", 53, cuff=None),
        *body("v", shoulder=53, chest=50, waist=46, hem=60, end=298, neck_band=None),
        Fill(symmetric("M0 60 Q12 60 22 58 L2 100 L0 104"), "inside", 0),
        *lapels(150, 37),
        Line(outline("M2 150 L4 296"), "seam", 1.4),
        *both(
            Line(outline("M22 214 L40 218"), "seam", 2.4),
            Line(outline("M30 236 Q34 262 36 290"), "fold", 7),
        ),
    ]
    if variant % 2:
        belt = symmetric("M0 184 Q30 184 46.5 180 L46.5 194 Q30 198 0 198")
        return [
            *layers,
            Fill(belt, "trim", 0.9),
            Fill(outline("M-4 180 L10 180 L10 202 L-4 202"), "wood", 0.6),
            Line(outline("M16 198 Q22 216 20 240"), "trim", 8),
        ]
    for y in (164, 192, 220):
        layers += [Fill(ellipse(x, y, 4), "button", 0.9) for x in (-11, 14)]
    return layers


def blazer(variant: int) -> list[Layer]:
    """A blazer with lapels, one or two buttons and flap pockets."""
    layers = [
        *sleeves("long", 60),
        *body("v", shoulder=60, chest=56, waist=49, hem=57, end=252, neck_band=None),
        Fill(symmetric("M0 60 Q12 60 22 58 L4 140 L0 146"), "inside", 0.2),
        *lapels(168, 40),
        Line(outline("M1 168 C2 200 6 236 14 257"), "seam", 1.4),
        Fill(outline("M18 128 L36 124 L37 128 L19 132"), "trim", 0.4),
        *both(
            Fill(outline("M22 204 L46 200 L47 210 L23 215"), "cloth", 0.9),
            Line(outline("M46 200 L22 204 L23 215 L47 210 L46 200"), "seam", 1.1),
            Line(outline("M40 142 Q36 170 38 200"), "seam", 0.9),
        ),
    ]
    for y in (174,) if variant % 2 else (168, 190):
        layers.append(Fill(ellipse(3, y, 3.6), "button", 0.9))
    return layers
