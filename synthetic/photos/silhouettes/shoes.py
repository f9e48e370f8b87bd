"""Shoes, seen from the side, in pairs."""

from __future__ import annotations

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import ellipse, outline
from synthetic.photos.silhouettes.pieces import mirror, placed


def pair(shoe: list[Layer], dx: float = 10, dy: float = -46) -> list[Layer]:
    """The far shoe, a little smaller and higher, and the near one.

    Args:
        shoe: layers of one shoe.
        dx: how far the far shoe is to the right of the near one.
        dy: how far it is below; negative for above.
    """
    far = [placed(layer, dx * 0.9, 17 + 0.9 * dy, 0.85) for layer in shoe]
    return [*far, *(placed(layer, -6, 30, 0.9) for layer in shoe)]


def boots(variant: int) -> list[Layer]:
    """Boots: ankle boots with elastic sides, or high ones with a heel."""
    if variant % 2:
        upper = "M-58 128 L-2 124 C0 150 4 168 20 180 C48 190 84 196 86 218 L84 226 L-62 226 C-64 190 -58 160 -58 128"
        shoe: list[Layer] = [
            Fill(outline("M-64 222 L88 222 C89 230 87 236 82 236 L-24 236 L-26 246 L-62 246 Z"), "rubber", 0.7),
            Fill(outline(upper), relief=1.2),
            Fill(
                outline("M-46 128 L-22 126 C-22 150 -20 170 -16 188 L-36 190 C-42 170 -46 150 -46 128"), "rubber", 0.6
            ),
            *(Line(outline(f"M{-43 + x} 130 L{-36 + x * 0.8} 187"), "seam", 0.8) for x in range(3, 20, 4)),
            Line(outline("M20 182 Q44 198 46 222"), "seam", 1.1),
            Line(outline("M-2 168 Q8 178 22 180"), "fold", 4),
            Line(outline("M56 200 Q72 204 78 214"), "shine", 5),
            Line(outline("M-60 122 Q-64 112 -58 112"), "trim", 4),
        ]
        return pair(shoe, 14, -76)
    upper = (
        "M-46 58 L10 54 C10 100 8 136 14 164 C26 186 84 190 88 222 L86 230 "
        "L22 230 C6 222 -8 214 -22 214 L-54 226 C-56 170 -46 110 -46 58"
    )
    shoe = [
        Fill(outline("M-56 218 L-30 212 L-32 262 L-50 262 Z"), "rubber", 0.8),
        Fill(outline("M-24 214 C-8 214 6 222 22 230 L88 228 L86 236 L22 238 C4 230 -10 220 -26 220 Z"), "rubber", 0.5),
        Fill(outline(upper), relief=1.3),
        Line(outline("M-44 70 L10 66"), "seam", 1.2),
        Line(outline("M-10 60 C-10 120 -12 160 -14 212"), "seam", 1),
        Line(outline("M14 160 Q-4 168 -16 160"), "fold", 5),
        Line(outline("M12 146 Q-4 152 -18 144"), "fold", 4),
        Line(outline("M-30 76 Q-34 130 -36 190"), "shine", 7),
        Line(outline("M44 198 Q68 206 78 218"), "shine", 5),
    ]
    return pair(shoe, 26, -28)


def sneakers(variant: int) -> list[Layer]:
    """Laced sneakers, low or high."""
    high = variant % 2 == 1
    top = 96 if high else 138
    ankle = (
        f"M-76 {top + 6} Q-78 {top - 6} -68 {top - 4} "
        f"C-56 {top + 8} -44 {top + 6} -34 {top - 2} Q-26 {top - 6} -20 {top}"
    )
    upper = f"{ankle} C-12 {top + 18} 6 156 30 168 C58 178 92 184 96 214 L-80 214 C-84 190 -74 {top + 30} -76 {top + 6}"
    shoe: list[Layer] = [
        Fill(
            outline(
                f"M-68 {top - 4} C-56 {top - 8} -44 {top - 8} -34 {top - 2} C-44 {top + 8} -56 {top + 10} -68 {top - 4}"
            ),
            "inside",
            0,
        ),
        Fill(outline(upper), relief=1.2),
        Fill(outline("M44 172 C74 178 96 188 97 214 L58 214 C64 198 58 184 44 172"), "sole" if high else "trim", 0.9),
        Fill(outline("M-78 170 Q-62 178 -58 214 L-80 214 C-82 198 -81 184 -78 170"), "trim", 0.8),
        Line(outline(f"M-76 {top + 12} C-60 {top + 18} -44 {top + 16} -26 {top + 8}"), "seam", 1),
        Line(outline("M44 172 C58 184 64 198 58 214"), "seam", 1),
        Fill(
            outline("M-84 209 C-60 214 60 214 100 207 C104 222 100 232 92 234 L-74 234 C-84 232 -86 220 -84 209"),
            "sole",
            0.8,
        ),
        Line(outline("M-83 222 L100 221"), "accent", 2),
    ]
    if high:
        shoe += [Fill(ellipse(-50, 134, 11), "sole", 0.4), Fill(ellipse(-50, 134, 6.5), "accent", 0.3)]
    else:
        shoe += [
            Line(outline(f"M{x} 208 C{x + 16} 200 {x + 28} 186 {x + 34} 172"), "accent", 4.5) for x in (-40, -26, -12)
        ]
    steps = 5 if high else 3
    for number in range(steps):
        share = number / steps
        x, y = -12 + 46 * share, (118 if high else 150) + (50 if high else 20) * share
        shoe += [
            Line(outline(f"M{x - 9} {y + 10} L{x + 8} {y}"), "label", 3.2),
            Fill(ellipse(x - 10, y + 11, 1.8), "steel", 0),
        ]
    return pair(shoe, 8, -64 if not high else -74)


def sandals(variant: int) -> list[Layer]:
    """Sandals: flat ones from above, or heeled ones from the side."""
    if variant % 2:
        shoe: list[Layer] = [
            Fill(outline("M-70 176 L-52 170 L-54 240 L-64 240 Z"), "wood", 0.9),
            Fill(
                outline(
                    "M-72 170 C-52 164 -36 184 -8 212 C10 226 60 224 88 226 "
                    "Q92 236 84 238 L10 238 C-20 230 -44 194 -70 184 Z"
                ),
                "leather",
                0.8,
            ),
            Line(outline("M-68 150 Q-30 116 -22 150 Q-40 168 -68 166"), "cloth", 6),
            Line(outline("M-68 172 C-70 160 -70 152 -68 146"), "cloth", 6),
            Fill(outline("M22 224 C24 200 44 192 60 206 L76 226 Z"), relief=1.3),
            Fill(ellipse(-25, 146, 4), "metal", 0.8),
        ]
        return pair(shoe, 10, -54)
    foot = (
        "M0 52 C26 52 34 84 28 126 C24 160 34 190 30 224 C28 254 14 264 0 264 "
        "C-16 264 -26 254 -27 226 C-28 190 -34 160 -36 120 C-38 82 -22 52 0 52"
    )
    sole: list[Layer] = [
        Fill(outline(foot), "leather", 1.0),
        Fill(tuple((x * 0.84, 158 + (y - 158) * 0.93) for x, y in outline(foot)), "wood", 0.5),
        Fill(outline("M-36 104 C-16 88 14 88 31 104 L30 128 C14 112 -16 112 -35 132 Z"), relief=1.5),
        Fill(outline("M-34 142 C-14 126 10 128 28 142 L28 158 C10 146 -14 146 -31 164 Z"), relief=1.4),
        Line(outline("M-28 214 C-30 196 24 196 30 214"), "cloth", 7),
        Fill(outline("M24 198 L34 198 L34 210 L24 210 Z"), "metal", 0.6),
    ]
    return [placed(layer, -46, 2, 0.96) for layer in sole] + [placed(mirror(layer), 46, 2, 0.96) for layer in sole]
