"""Pieces that several garments are made of: bodies, sleeves, collars and button plackets."""

from __future__ import annotations

import dataclasses

from synthetic.photos.layers import Fill, Layer, Line
from synthetic.photos.outline import ellipse, mirrored, moved, outline, symmetric


def both(*layers: Layer) -> list[Layer]:
    """Layers of the right half, each followed by its mirror image."""
    return [side for layer in layers for side in (layer, mirror(layer))]


def mirror(layer: Layer) -> Layer:
    """The mirror image of a layer."""
    image = dataclasses.replace(layer, points=mirrored(layer.points))
    return dataclasses.replace(image, angle=-image.angle) if isinstance(image, Fill) else image


def placed(layer: Layer, dx: float, dy: float, scale: float = 1.0) -> Layer:
    """A layer scaled at the origin, then moved.

    Args:
        layer: the layer; the width of a line stays.
        dx: pixels to the right.
        dy: pixels down.
        scale: factor of the size.
    """
    return dataclasses.replace(layer, points=moved(layer.points, dx, dy, scale))


def sleeves(kind: str, shoulder: float = 58, cuff: str | None = None) -> list[Layer]:
    """Both sleeves: `short`, `cap`, `wide` (to the elbow) or `long`.

    Args:
        kind: the length.
        shoulder: half the width at the shoulders.
        cuff: role of a cuff; None for a plain hem.
    """
    s = shoulder
    if kind == "long":
        piece = (
            f"M{s - 8} 71 C{s + 10} 76 {s + 15} 92 {s + 18} 112 L{s + 34} 226 Q{s + 24} 234 {s + 12} 231 L{s - 6} 128"
        )
        layers: list[Layer] = [
            Fill(outline(piece), angle=-9),
            Line(outline(f"M{s + 22} 150 Q{s + 14} 158 {s + 4} 156"), "fold", 4),
            Line(outline(f"M{s + 28} 186 Q{s + 18} 196 {s + 9} 192"), "fold", 4),
        ]
        band = f"M{s + 32.4} 214 L{s + 35} 231 Q{s + 24} 239 {s + 12.6} 236 L{s + 9.6} 218 Q{s + 22} 220 {s + 32.4} 214"
        hem = f"M{s + 33} 220 Q{s + 22} 227 {s + 11} 225"
    elif kind == "wide":
        piece = f"M{s - 8} 71 C{s + 14} 78 {s + 26} 108 {s + 40} 152 Q{s + 22} 168 {s} 166 L{s - 4} 126"
        layers = [
            Fill(outline(piece), angle=-22),
            Line(outline(f"M{s + 22} 118 Q{s + 14} 142 {s + 14} 160"), "fold", 4),
        ]
        band = f"M{s + 37} 144 L{s + 40} 152 Q{s + 22} 168 {s} 166 L{s - 1} 157 Q{s + 20} 158 {s + 37} 144"
        hem = f"M{s + 37.5} 147 Q{s + 21} 162 {s - 0.5} 161"
    else:
        out, down = (32, 126) if kind == "short" else (18, 104)
        piece = (
            f"M{s - 8} 71 C{s + 12} 77 {s + out - 10} 94 {s + out} {down} "
            f"Q{s + out - 14} {down + 13} {s - 3} {down + 18} L{s - 10} 122"
        )
        layers = [Fill(outline(piece), angle=-28)]
        band = (
            f"M{s + out - 3} {down - 5} L{s + out} {down} Q{s + out - 14} {down + 13} {s - 3} {down + 18} "
            f"L{s - 4} {down + 11} Q{s + out - 16} {down + 7} {s + out - 3} {down - 5}"
        )
        hem = f"M{s + out - 2.5} {down - 4} Q{s + out - 16} {down + 8.5} {s - 3.5} {down + 13}"
    layers.append(Fill(outline(band), cuff, 0.5) if cuff else Line(outline(hem), "stitch", 0.9))
    return both(*layers)


def body(
    neck: str = "crew",
    *,
    shoulder: float = 58,
    chest: float = 54,
    waist: float = 50,
    hem: float = 54,
    end: float = 258,
    hem_band: str | None = None,
    neck_band: str | None = "trim",
) -> list[Layer]:
    """The body with its neckline.

    Args:
        neck: `crew`, `scoop`, `v`, `boat`, `straps` or `halter`.
        shoulder: half the width at the shoulders.
        chest: half the width of the chest.
        waist: half the width of the waist.
        hem: half the width of the hem.
        end: y of the hem.
        hem_band: role of a band at the hem; None for a plain hem.
        neck_band: role of a band along the neckline; None for a plain one.
    """
    width, depth = {"crew": (23, 16), "scoop": (30, 40), "v": (23, 46), "boat": (38, 9)}.get(neck, (0, 0))
    mid = (128 + end) / 2
    side = f"C{chest} 150 {waist} {mid - 14:.0f} {waist} {mid:.0f} C{waist} {mid + 20:.0f} {hem} {end - 30} {hem} {end}"
    low = f"Q{hem / 2} {end + 5} 0 {end + 5}"
    layers: list[Layer] = []
    if neck in ("straps", "halter"):
        return _strappy(neck, chest, side, low, end, hem)
    curve = (
        f"L{width} 62" if neck == "v" else f"C{width * 0.55:.1f} {62 + depth} {width} {62 + depth * 0.6:.1f} {width} 62"
    )
    front = f"M0 {62 + depth} {curve}"
    layers.append(Fill(symmetric(f"M0 67 Q{width * 0.6:.0f} 66 {width} 61 L{width} 64 L0 {66 + depth}"), "inside", 0))
    layers.append(
        Fill(symmetric("M-5 68 L5 68 L5 74 L-5 74 L0 74"), "label", 0)
        if depth > 12
        else Line(outline("M-4 67 L4 67"), "label", 2)
    )
    arm = f"L{shoulder - 4} 70 Q{shoulder} 72 {shoulder - 1} 80 C{shoulder - 6} 100 {chest - 5} 116 {chest} 130"
    layers.append(Fill(symmetric(f"{front} {arm} {side} {low}")))
    layers += both(
        Line(outline(f"M{shoulder - 2} 74 C{shoulder - 6} 100 {chest - 5} 116 {chest - 0.5} 130"), "seam", 1),
        Line(outline(f"M{chest - 3} 136 Q{chest - 16} 150 {chest - 20} 168"), "fold", 5),
        Line(
            outline(f"M{waist - 3} {mid + 14:.0f} Q{waist - 18} {mid + 26:.0f} {waist - 24} {mid + 44:.0f}"), "fold", 5
        ),
    )
    layers.append(Line(outline(f"M-14 {mid - 30:.0f} Q-8 {mid + 20:.0f} -16 {end - 20}"), "shine", 9))
    if hem_band:
        layers.append(
            Fill(
                symmetric(f"M0 {end - 9} Q{hem / 2} {end - 9} {hem} {end - 14} L{hem - 1.5} {end} {low}"), hem_band, 0.6
            )
        )
    else:
        layers.append(Line(symmetric(f"M0 {end - 1} Q{hem / 2} {end - 1} {hem} {end - 6}"), "stitch", 0.9))
    if neck_band:
        edge = outline(f"M0 {62 + depth} {curve}")
        line = mirrored(edge)[::-1] + edge
        layers.append(Line(line, neck_band, 5.5))
        layers.append(Line(tuple((x * 1.12, y + 2.8) for x, y in line), "seam", 0.9))
    return layers


def _strappy(neck: str, chest: float, side: str, low: str, end: float, hem: float) -> list[Layer]:
    """A body that hangs on straps."""
    x = 27 if neck == "straps" else 11
    top = (
        f"M0 112 C14 112 {x - 8} 100 {x - 5} 58 L{x + 5} 58 C{x + 7} 92 {chest - 14} 112 {chest} 128"
        if neck == "straps"
        else f"M0 92 Q6 90 {x} 62 L{x + 6} 62 Q{x + 12} 96 {chest} 128"
    )
    back = f"M0 92 C10 92 {x - 6} 84 {x - 5} 58 L{x + 5} 58 L{chest - 12} 124 L0 124"
    edge = outline(top)
    split = len(edge) // 2
    return [
        Fill(symmetric(back), "inside", 0),
        Fill(symmetric(f"{top} {side} {low}")),
        *both(
            Line(edge[:split], "trim", 2.6),
            Line(edge[split:], "trim", 2.6),
            Line(outline(f"M{chest - 4} 136 Q{chest - 16} 152 {chest - 22} 172"), "fold", 5),
        ),
        Line(outline(f"M-14 150 Q-8 190 -16 {end - 20}"), "shine", 9),
        Line(symmetric(f"M0 {end - 1} Q{hem / 2} {end - 1} {hem} {end - 6}"), "stitch", 0.9),
    ]


def collar(spread: float = 30, drop: float = 30) -> list[Layer]:
    """A shirt's collar."""
    return [
        Fill(symmetric("M0 58 Q14 56 23 58 L25 66 Q12 72 0 70"), "inside", 0.3),
        *both(
            Fill(outline(f"M1 82 L23 56 Q27 58 28 64 L{spread + 4} {62 + drop * 0.6:.0f} L{spread - 8} {64 + drop} Z")),
            Line(outline(f"M1 82 L{spread - 8} {64 + drop} L{spread + 4} {62 + drop * 0.6:.0f}"), "seam", 1.1),
        ),
    ]


def placket(start: float, end: float, buttons: int, width: float = 6, x: float = 0) -> list[Layer]:
    """A row of buttons on a strip.

    Args:
        start: y of the strip's upper end.
        end: y of its lower end.
        buttons: number of buttons.
        width: half the width of the strip.
        x: x of the strip's middle.
    """
    step = (end - start - 14) / max(1, buttons - 1)
    layers: list[Layer] = [
        Line(outline(f"M{x + width} {start} L{x + width} {end}"), "seam", 1),
        Line(outline(f"M{x - width} {start} L{x - width} {end}"), "stitch", 0.8),
    ]
    for number in range(buttons):
        y = start + 8 + step * number
        layers += [
            Fill(ellipse(x, y, 2.4), "button", 0.4),
            Line(outline(f"M{x - 0.5} {y} L{x + 0.5} {y}"), "seam", 0.9),
        ]
    return layers


def ribs(start: float, end: float, half: float, step: float = 5) -> list[Layer]:
    """Upright ribs of a knitted band.

    Args:
        start: y of the band's upper end.
        end: y of its lower end.
        half: half the width of the band.
        step: distance between ribs.
    """
    count = int(half // step)
    return [Line(outline(f"M{n * step} {start} L{n * step} {end}"), "seam", 0.8) for n in range(-count, count + 1)]


def lapels(depth: float, width: float) -> list[Layer]:
    """The lapels of a coat or blazer, which meet at y `depth`.

    Args:
        depth: y of the point where they meet.
        width: x of their outer points.
    """
    return both(
        Fill(
            outline(f"M22 58 L30 68 L{width} 104 L{width - 7} 110 L{width - 1} 118 L1 {depth} L6 112 Z"), "cloth", 1.1
        ),
        Line(outline(f"M30 68 L{width} 104 L{width - 7} 110 L{width - 1} 118 L1 {depth}"), "seam", 1.3),
        Line(outline(f"M16 92 L{width - 7} 110"), "seam", 1.1),
    )
