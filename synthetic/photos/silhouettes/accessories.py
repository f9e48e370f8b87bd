"""Accessories: bags, jewellery, and what is worn around head, neck and waist."""

from __future__ import annotations

import math

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import ellipse, outline, symmetric
from synthetic.photos.silhouettes.pieces import both


def bag(variant: int) -> list[Layer]:
    """A handbag with a flap, or a shopper."""
    if variant % 2:
        return [
            *both(Line(outline("M34 150 C34 70 26 56 0 56"), "leather", 6)),
            Fill(symmetric("M0 128 L70 128 L78 262 Q78 270 70 270 L0 270")),
            *both(
                Line(outline("M30 150 C30 76 22 64 0 64"), "leather", 6), Line(outline("M66 140 L73 258"), "stitch", 1)
            ),
            Fill(symmetric("M0 126 L71 126 L71.5 138 L0 138"), "trim", 0.7),
            *both(
                Fill(outline("M25 142 L37 142 L37 164 L31 170 L25 164 Z"), "leather", 0.7),
                Fill(ellipse(31, 156, 2), "metal", 0.4),
            ),
            Line(outline("M-20 190 Q-26 226 -18 258"), "fold", 7),
        ]
    return [
        *both(Line(outline("M62 138 C60 60 40 46 0 44"), "trim", 7)),
        Fill(symmetric("M0 130 L78 130 Q88 132 88 144 L84 232 Q82 244 70 244 L0 244"), relief=1.2),
        Fill(symmetric("M0 126 L82 126 Q90 128 89 142 L84 178 Q80 194 60 196 L0 200"), relief=1.2),
        Line(symmetric("M0 194 L58 190 Q75 188 79 175"), "stitch", 1),
        *both(Fill(ellipse(62, 138, 7), "metal", 0.9), Fill(ellipse(62, 138, 3.6), "trim", 0.2)),
        Fill(outline("M-11 184 L11 184 L11 206 Q0 214 -11 206 Z"), "metal", 1.0),
        Line(outline("M-5 196 L5 196"), "seam", 2),
        *both(Line(outline("M84 150 L79 232"), "seam", 1)),
    ]


def earring(variant: int) -> list[Layer]:
    """A pair of earrings: hoops, drops, or stars on a chain."""
    kind = variant % 3
    one: list[Layer]
    if kind == 0:
        ring = ellipse(44, 168, 34, 38)
        one = [
            Line(ring, "cloth", 8),
            Line(outline("M18 146 Q24 132 40 130"), "shine", 4),
            Fill(ellipse(44, 128, 5), "metal", 0.9),
            Line(outline("M44 126 Q40 104 50 102"), "metal", 2),
        ]
    elif kind == 1:
        one = [
            Line(outline("M44 84 Q40 66 52 68"), "metal", 2),
            Fill(ellipse(44, 92, 8), "metal", 1.2),
            Line(outline("M44 100 L44 128"), "metal", 1.6),
            Fill(
                outline(
                    "M44 122 C50 148 68 164 68 190 C68 208 56 216 44 216 C32 216 20 208 20 190 C20 164 38 148 44 122"
                ),
                relief=1.6,
            ),
            Line(outline("M32 176 Q30 192 38 202"), "shine", 5),
        ]
    else:
        points = [
            (44 + r * math.sin(math.pi * n / 5), 190 - r * math.cos(math.pi * n / 5))
            for n, r in enumerate((30, 13) * 5)
        ]
        one = [
            Fill(ellipse(44, 90, 7), "pearl", 1.4),
            Line(outline("M44 97 L44 162"), "metal", 1.6),
            *(Fill(ellipse(44, y, 2.2), "metal", 0.6) for y in (112, 128, 144)),
            Fill(tuple(points), relief=1.5),
        ]
    return both(*one)


def necklace(variant: int) -> list[Layer]:
    """A necklace of beads, or a chain with a pendant."""
    layers: list[Layer] = []
    steps = 27 if variant % 2 else 60
    for number in range(steps + 1):
        angle = math.pi * (-0.16 + 1.32 * number / steps)
        x, y = 66 * math.cos(angle), 128 + 92 * math.sin(angle)
        if variant % 2:
            size = 4.6 + 3.6 * math.sin(math.pi * number / steps)
            layers.append(Fill(ellipse(x, y, size), relief=1.8))
        else:
            layers.append(Fill(ellipse(x, y, 2.5), "metal", 0.9))
    layers.append(Line(outline("M-57 90 Q0 62 57 90"), "metal", 1.6))
    if variant % 2 == 0:
        layers += [
            Line(outline("M0 220 L0 230"), "metal", 2.4),
            Fill(
                outline("M0 228 C18 236 24 250 18 262 Q10 278 0 282 Q-10 278 -18 262 C-24 250 -18 236 0 228"),
                relief=1.8,
            ),
            Line(outline("M-8 248 Q-10 258 -4 268"), "shine", 4),
        ]
    return layers


def hair_band(variant: int) -> list[Layer]:
    """A hair band with a knot, or a scrunchie."""
    if variant % 2:
        ring = [
            (58 * math.cos(a) * (1 + 0.06 * math.sin(14 * a)), 166 + 58 * math.sin(a) * (1 + 0.06 * math.sin(14 * a)))
            for a in (math.tau * n / 120 for n in range(121))
        ]
        folds = [
            Line(
                ((30 * math.cos(a), 166 + 30 * math.sin(a)), (58 * math.cos(a + 0.14), 166 + 58 * math.sin(a + 0.14))),
                "fold" if n % 2 else "seam",
                4 if n % 2 else 1,
            )
            for n, a in enumerate(math.tau * n / 28 for n in range(28))
        ]
        return [Fill(tuple(ring), relief=1.5), *folds, Fill(ellipse(0, 166, 25), "ground", 0)]
    return [
        Line(outline("M-70 214 C-84 120 -40 84 0 84"), "inside", 20),
        Line(outline("M70 214 C84 120 40 84 0 84"), "inside", 20),
        Fill(
            outline(
                "M-80 218 C-94 116 -44 74 0 74 C44 74 94 116 80 218 "
                "L62 220 C70 136 36 104 0 104 C-36 104 -70 136 -62 220 Z"
            ),
            relief=1.3,
        ),
        Fill(outline("M-26 70 C-14 58 14 58 26 70 L24 108 C12 118 -12 118 -24 108 Z"), relief=1.5),
        *both(Line(outline("M6 64 Q2 90 8 112"), "fold", 5), Line(outline("M26 84 Q40 90 54 108"), "fold", 5)),
        Line(outline("M-20 70 Q0 92 20 106"), "seam", 1),
    ]


def belt(variant: int) -> list[Layer]:
    """A rolled belt with a buckle."""
    layers: list[Layer] = [
        Fill(outline("M-84 148 C-84 116 84 116 84 148 L84 172 C84 142 -84 142 -84 172 Z"), "trim", 1.0),
        Fill(outline("M-84 148 C-80 188 80 192 84 148 L84 178 C78 226 -78 222 -84 178 Z"), relief=1.3),
        Line(outline("M-82 156 C-76 194 76 198 82 156"), "stitch", 1),
        Line(outline("M-82 174 C-74 214 74 218 82 174"), "stitch", 1),
    ]
    for x in (26, 40, 53):
        layers.append(Fill(ellipse(x, 199 - (x - 20) * 0.28, 2), "rubber", 0))
    if variant % 2:
        ring = ellipse(-14, 201, 26, 24)
        return [*layers, Line(ring, "metal", 6), Line(outline("M-38 202 L16 204"), "metal", 4)]
    return [
        *layers,
        Line(outline("M-36 178 L8 180 L8 226 L-36 224 L-36 178"), "metal", 6),
        Line(outline("M-36 201 L10 203"), "metal", 4),
        Line(outline("M18 178 L18 224"), "trim", 7),
    ]


def scarf(variant: int) -> list[Layer]:
    """A scarf, wrapped, or folded with fringes."""

    def fringes(left: float, right: float, y: float, slope: float) -> list[Layer]:
        count = int((right - left) // 5)
        return [
            Line(
                outline(f"M{left + 2.5 + 5 * n} {y + slope * n} L{left + 2.5 + 5 * n} {y + slope * n + 18}"),
                "cloth",
                2.4,
            )
            for n in range(count)
        ]

    if variant % 2:
        return [
            *fringes(-50, 50, 246, 0.2),
            Fill(outline("M-50 54 C-20 48 20 48 50 54 L52 248 C20 254 -20 254 -52 248 Z"), relief=1.2),
            *(Line(outline(f"M{x} 54 Q{x + 4} 150 {x} 248"), "fold", 6) for x in (-24, 8, 34)),
            *(Line(outline(f"M{x} 56 Q{x + 4} 150 {x} 246"), "shine", 6) for x in (-36, -6, 22)),
            Line(outline("M-51 238 Q0 244 51 238"), "accent", 3),
        ]
    return [
        *fringes(-44, -4, 256, -0.3),
        *fringes(4, 40, 238, 0.6),
        Fill(outline("M-14 116 L-42 120 C-46 170 -46 220 -46 256 Q-24 262 -2 256 Z"), angle=4),
        Fill(outline("M2 116 L34 118 C42 160 44 200 44 240 Q22 246 2 238 Z"), angle=-4),
        Line(outline("M-24 130 Q-28 190 -24 250"), "fold", 6),
        Line(outline("M20 130 Q26 180 22 236"), "fold", 6),
        Fill(symmetric("M0 62 C44 58 74 76 70 104 C64 132 30 142 0 142"), relief=1.4),
        Fill(symmetric("M0 66 C30 64 48 72 46 84 C40 96 20 100 0 100"), "inside", 0.8),
        *both(Line(outline("M66 100 Q40 120 8 122"), "fold", 5), Line(outline("M64 112 Q36 134 4 134"), "shine", 4)),
        Line(outline("M-60 96 Q-30 122 30 128"), "fold", 5),
    ]


def beanie(variant: int) -> list[Layer]:
    """A knitted hat with a turned-up brim, every other one with a bobble."""
    layers: list[Layer] = []
    if variant % 2 == 0:
        bobble = [
            (r * math.cos(a), 74 + r * math.sin(a))
            for n, a in enumerate(math.tau * n / 96 for n in range(96))
            for r in ((25.4, 27.4)[n % 2],)
        ]
        layers.append(Fill(tuple(bobble), "accent", 1.6))
    layers += [
        Fill(symmetric("M0 86 C44 86 72 124 76 204 L0 206"), relief=1.3),
        *both(
            *(
                Line(outline(f"M{x * 0.25} 90 C{x * 0.8} 110 {x} 150 {x * 1.05} 204"), "seam", 1)
                for x in (8, 20, 32, 44, 56, 66)
            )
        ),
        Fill(symmetric("M0 194 Q40 194 78 188 Q84 216 80 236 Q40 246 0 246"), "trim", 1.2),
        *both(*(Line(outline(f"M{x} 194 Q{x + 1} 220 {x} {244 - x * 0.08}"), "seam", 0.9) for x in range(4, 78, 7))),
    ]
    return layers


def sunglasses(variant: int) -> list[Layer]:
    """Sunglasses: round, cat-eyed, or angular."""
    lens = (
        ellipse(44, 160, 32, 31),
        outline("M10 144 C20 134 56 124 86 128 C86 160 74 188 46 190 C22 190 10 172 10 144"),
        outline("M11 138 Q44 132 80 136 Q84 164 72 182 Q46 194 22 184 Q10 164 11 138"),
    )[variant % 3]
    middle = (sum(x for x, _ in lens) / len(lens), sum(y for _, y in lens) / len(lens))
    inner = tuple((middle[0] + (x - middle[0]) * 0.84, middle[1] + (y - middle[1]) * 0.84) for x, y in lens)
    return [
        *both(
            Line(outline("M80 142 C94 128 84 112 66 108"), "trim", 5),
            Fill(lens, relief=1.0),
            Fill(inner, "lens", 0.7),
            Line(
                outline(f"M{middle[0] - 16:.0f} {middle[1] + 12:.0f} L{middle[0] + 6:.0f} {middle[1] - 16:.0f}"),
                "shine",
                5,
            ),
        ),
        Line(outline("M-13 152 Q0 140 13 152"), "cloth", 5.5),
    ]
