"""Underwear, swimwear, socks and tights."""

from __future__ import annotations

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import ellipse, outline, symmetric
from synthetic.photos.silhouettes.pieces import both, placed


def bra(variant: int) -> list[Layer]:
    """A bra with moulded cups."""
    cup = "M3 158 C8 132 28 118 52 112 C66 134 66 168 58 184 C42 200 14 198 4 184 Z"
    return [
        *both(
            Fill(outline("M56 130 L86 140 L88 166 L58 184 Z"), "trim", 0.7),
            Line(outline("M52 114 C60 90 74 86 80 108 C82 120 84 130 85 140"), "trim", 4),
            Fill(outline(cup), relief=1.7),
            Line(outline("M4 184 C14 198 42 200 58 184"), "seam", 2),
            Line(outline("M3 158 C8 132 28 118 52 112"), "accent" if variant % 2 else "trim", 2.6),
            Line(outline("M30 122 Q36 160 30 194"), "seam", 0.9),
            Line(outline("M86 146 L87 160"), "steel", 2),
            Fill(ellipse(66, 92, 2.6), "metal", 0.4),
        ),
        Fill(symmetric("M0 158 L5 156 L6 186 L0 188"), "trim", 0.5),
        *both(Fill(outline("M0 160 C4 153 10 154 10 160 C10 166 4 167 0 161"), "trim", 0.8)),
    ]


def brief(variant: int) -> list[Layer]:
    """A brief: a hipster, or a high-waisted one."""
    start = (132, 104)[variant % 2]
    leg = "C58 180 30 196 17 222 Q10 230 0 230"
    return [
        Fill(symmetric(f"M0 {start + 5} Q36 {start + 4} 66 {start - 4} L72 {172} {leg}"), relief=1.1),
        Line(symmetric(f"M0 {start + 9} Q36 {start + 8} 66.5 {start}"), "trim", 8),
        Line(symmetric(f"M0 {start + 14} Q36 {start + 13} 67 {start + 5}"), "seam", 0.9),
        *both(
            Line(outline("M72 172 C58 180 30 196 17 222"), "trim", 4),
            Line(outline("M60 160 Q40 172 26 192"), "fold", 5),
        ),
        Line(symmetric("M0 208 Q10 207 19 204"), "seam", 0.9),
        *both(
            Fill(
                outline(
                    f"M0 {start + 9} C4 {start + 2} 9 {start + 3} 9 {start + 9} "
                    f"C9 {start + 15} 4 {start + 16} 0 {start + 10}"
                ),
                "accent",
                0.8,
            )
        ),
    ]


def bikini_top(variant: int) -> list[Layer]:
    """A triangle bikini top that is tied at the neck, or a bandeau."""
    if variant % 2:
        return [
            Fill(symmetric("M0 136 C30 122 56 124 78 132 L80 178 C50 190 20 188 0 178"), relief=1.4),
            *both(
                Line(outline("M78 132 L80 178"), "trim", 4),
                Line(outline("M4 150 Q20 154 40 148"), "fold", 4),
                Line(outline("M4 166 Q22 166 42 172"), "fold", 4),
            ),
            *both(Fill(outline("M0 156 C12 142 26 146 26 157 C26 168 12 172 0 158"), "cloth", 1.2)),
            Fill(ellipse(0, 157, 5, 7), "trim", 1.0),
        ]
    return [
        *both(
            Line(outline("M32 112 C30 90 22 66 6 44 L2 30"), "trim", 3),
            Line(outline("M62 182 Q86 186 104 176"), "trim", 3),
            Fill(outline("M33 110 C50 130 62 158 64 184 Q34 194 6 184 C8 156 18 130 33 110"), relief=1.6),
            Line(outline("M64 184 Q34 194 6 184"), "trim", 4),
            Line(outline("M33 118 Q30 150 34 180"), "fold", 4),
        ),
        Line(outline("M-8 186 Q0 190 8 186"), "trim", 3),
        Line(outline("M2 34 L16 26"), "trim", 3),
        Line(outline("M-2 34 L-16 24"), "trim", 3),
    ]


def swim_brief(variant: int) -> list[Layer]:
    """A bikini bottom: tied at the sides, or with a folded waist."""
    if variant % 2:
        return [
            Fill(symmetric("M0 132 Q36 130 64 122 L70 168 C56 178 30 196 17 222 Q10 230 0 230"), relief=1.1),
            Fill(symmetric("M0 132 Q36 130 64 122 L66 146 Q36 154 0 156"), "trim", 1.1),
            *both(Line(outline("M58 166 Q40 178 26 200"), "fold", 5)),
        ]
    bow: list[Layer] = [
        Fill(outline("M66 150 C72 134 90 136 88 146 C86 154 72 156 66 151"), "trim", 0.9),
        Fill(outline("M66 152 C78 154 92 166 86 172 C78 176 70 162 66 153"), "trim", 0.9),
        Line(outline("M66 152 Q82 182 78 212"), "trim", 3),
        Line(outline("M66 152 Q70 186 62 208"), "trim", 3),
    ]
    return [
        Fill(symmetric("M0 152 Q34 150 66 142 L66 160 C50 176 30 196 17 222 Q10 230 0 230"), relief=1.1),
        Line(symmetric("M0 154 Q34 152 66 144"), "trim", 3),
        *both(
            Line(outline("M66 160 C50 176 30 196 17 222"), "trim", 3),
            *bow,
            Line(outline("M50 166 Q36 180 26 198"), "fold", 4),
        ),
    ]


def swimsuit(variant: int) -> list[Layer]:
    """A swimsuit with straps; every other one belted."""
    shape = (
        "M0 124 C18 122 26 96 28 46 L36 46 C38 88 46 110 50 122 "
        "C49 148 38 166 39 184 C40 206 50 214 52 230 C34 238 18 258 15 280 Q8 286 0 286"
    )
    layers: list[Layer] = [
        Fill(symmetric("M0 104 C12 102 20 84 28 46 L36 46 L44 118 L0 118"), "inside", 0),
        Fill(symmetric(shape), relief=1.1),
        *both(
            Line(outline("M0 124 C18 122 26 96 28 46"), "trim", 3),
            Line(outline("M36 46 C38 88 46 110 50 122"), "trim", 3),
            Line(outline("M52 230 C34 238 18 258 15 280"), "trim", 3),
            Line(outline("M46 136 Q34 146 26 164"), "fold", 5),
            Line(outline("M42 200 Q28 212 20 236"), "fold", 4),
        ),
    ]
    if variant % 2:
        layers += [
            Fill(symmetric("M0 180 Q20 180 39 177 L39.5 190 Q20 194 0 194"), "accent", 0.8),
            Fill(ellipse(0, 187, 8, 9), "metal", 0.9),
            Fill(ellipse(0, 187, 4.4, 5.4), "accent", 0.3),
        ]
    return layers


_SOCK = (
    "M-17 40 L17 40 C18 100 16 150 20 186 C24 214 62 232 62 250 "
    "C62 268 40 272 18 266 C-4 260 -20 240 -19 206 C-18 160 -18 100 -17 40"
)


def socks(variant: int) -> list[Layer]:
    """A pair of socks, long or short."""
    layers: list[Layer] = []
    for dx, dy, scale in ((-16, 18, 0.92), (-58, 32, 0.92)):
        sock = outline(_SOCK)
        if variant % 2:
            sock = tuple((x, y if y > 100 else 118 + (y - 40) * 0.1) for x, y in sock)
        head = min(y for _, y in sock)
        parts: list[Layer] = [
            Fill(sock, relief=1.2),
            Fill(outline("M44 238 C56 240 63 246 62 252 C61 268 48 270 38 270 C40 258 40 248 44 238"), "accent", 1.0),
            Fill(outline("M-19 206 C-16 216 -4 224 4 240 C6 250 8 258 4 262 C-14 252 -20 234 -19 206"), "accent", 1.0),
            Line(outline("M22 190 Q8 206 -10 200"), "fold", 4),
            Fill(outline(f"M-18.5 {head} L18.5 {head} L18.5 {head + 20} L-18.5 {head + 20} Z"), "trim", 0.8),
            *(Line(outline(f"M{x} {head + 2} L{x} {head + 18}"), "seam", 0.8) for x in range(-14, 15, 4)),
        ]
        layers += [placed(layer, dx + 22, dy, scale) for layer in parts]
    return layers


def tights(variant: int) -> list[Layer]:
    """A pair of tights, smooth or ribbed."""
    leg = (
        "M0 40 L30 38 C36 66 40 84 40 112 C40 170 30 210 30 252 C32 270 46 280 46 287 Q36 294 20 288 "
        "C14 270 14 250 14 236 C12 190 6 150 0 124"
    )
    layers: list[Layer] = [
        Fill(symmetric(leg), relief=1.2),
        Fill(symmetric("M0 39 L30 37 L31.5 50 Q16 54 0 54"), "trim", 0.8),
        Line(outline("M0 54 L0 122"), "seam", 1),
        *both(
            Line(outline("M24 130 Q24 190 22 240"), "shine", 8),
            Line(outline("M16 262 Q24 268 31 262"), "fold", 4),
            Line(outline("M2 126 Q16 122 28 110"), "fold", 4),
        ),
    ]
    if variant % 2:
        layers += both(
            *(
                Line(outline(f"M{4 + x} 60 C{7 + x * 1.3} 130 {14 + x * 0.75} 200 {16 + x * 0.55} 256"), "seam", 0.8)
                for x in (4, 10, 16, 22)
            )
        )
    return layers
