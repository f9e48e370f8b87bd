"""Colours of the photos: of the colour groups, of accents, trims, soles and metal, and of backgrounds."""

import colorsys

import numpy as np
import numpy.typing as npt

Rgb = tuple[int, int, int]
Colour = npt.NDArray[np.float32]

COLOURS: dict[str, Rgb] = {
    "Black": (38, 38, 41),
    "White": (245, 245, 243),
    "Off White": (238, 232, 218),
    "Dark Blue": (36, 49, 88),
    "Blue": (62, 104, 170),
    "Light Blue": (158, 190, 220),
    "Light Beige": (224, 207, 182),
    "Beige": (198, 172, 138),
    "Light Pink": (243, 196, 202),
    "Pink": (231, 110, 146),
    "Grey": (168, 170, 173),
    "Dark Grey": (92, 94, 99),
    "Red": (201, 36, 43),
    "Dark Red": (120, 26, 42),
    "Greenish Khaki": (111, 110, 78),
    "Dark Green": (31, 77, 58),
    "Green": (72, 152, 92),
    "Yellow": (240, 199, 62),
    "Light Orange": (244, 165, 105),
    "Yellowish Brown": (150, 104, 58),
    "Gold": (205, 164, 82),
    "Lilac Purple": (173, 144, 198),
}
BACKGROUNDS: tuple[Rgb, ...] = ((233, 230, 225), (226, 229, 232), (236, 228, 220), (229, 232, 226), (234, 226, 228))
WHITE, INK = (246, 243, 236), (44, 44, 52)
_FIXED: dict[str, Rgb] = {
    "sole": (243, 241, 236),
    "rubber": (58, 54, 52),
    "leather": (124, 82, 52),
    "metal": (206, 172, 104),
    "steel": (176, 180, 186),
    "label": (250, 249, 246),
    "lens": (52, 50, 56),
    "wood": (176, 132, 88),
    "pearl": (244, 240, 232),
    "gold": (206, 152, 74),
}


# Colour that a shade is mixed with, and its share.
_TONES: dict[str, tuple[Rgb, float]] = {
    "clear": ((0, 0, 0), 0.0),
    "warm": ((255, 150, 60), 0.17),
    "cool": ((60, 120, 255), 0.17),
    "muted": ((150, 148, 146), 0.30),
}


def toned(colour: Rgb, tone: str) -> Rgb:
    """A shade of a colour.

    >>> toned((100, 100, 100), "muted")
    (115, 114, 114)

    Args:
        colour: the colour.
        tone: one of `vocabulary.TONES`.
    """
    other, share = _TONES[tone]
    red, green, blue = (round(value + share * (towards - value)) for value, towards in zip(colour, other, strict=True))
    return red, green, blue


def lightness(colour: Rgb) -> float:
    """Perceived lightness, 0 to 1 (the luma of ITU-R BT.601)."""
    red, green, blue = colour
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def of_role(role: str, base: Rgb, accent: Rgb) -> Rgb:
    """The colour of a piece that is not of the article's main cloth.

    Args:
        role: `trim` (cuffs, waistbands), `inside` (the back seen through a neckline), `accent`, `button`, or a material
            of its own, such as `sole` or `metal`.
        base: the article's colour.
        accent: its second colour.
    """
    if role == "trim":
        return shaded(base, 0.86 if lightness(base) > 0.25 else 1.28)
    if role == "inside":
        return shaded(base, 0.66 if lightness(base) > 0.25 else 0.72)
    if role == "button":
        return WHITE if lightness(base) < 0.45 else shaded(base, 0.62)
    if role == "accent":
        return accent
    return _FIXED.get(role, base)


def further_colours(base: Rgb, appearance: str, number: int) -> tuple[Rgb, Rgb]:
    """The second and the third colour of an article.

    Args:
        base: the article's colour.
        appearance: graphical appearance: lace, melange and glitter are of one colour, lighter and darker.
        number: chooses among several; not negative.
    """
    light = lightness(base)
    if appearance == "Glittering/Metallic":
        glitter = WHITE if light < 0.72 else (166, 150, 118)
        return glitter, glitter
    if appearance == "Lace":
        return shaded(base, 0.72 if light > 0.4 else 2.1), base
    if appearance == "Melange":
        return (WHITE if light < 0.6 else shaded(base, 0.62)), base
    return accent_of(base, number), third_of(base, number)


def accent_of(base: Rgb, number: int) -> Rgb:
    """A second colour that stands out from the first; `number` chooses among several."""
    if lightness(base) > 0.72:
        return ((38, 52, 92), INK, (196, 66, 60), (60, 110, 96), (208, 120, 140))[number % 5]
    if lightness(base) < 0.33:
        return (WHITE, (226, 205, 170), (222, 168, 172), (160, 188, 214), WHITE)[number % 5]
    return (WHITE, INK, WHITE, shaded(base, 0.5), (250, 226, 180))[number % 5]


def third_of(base: Rgb, number: int) -> Rgb:
    """A third colour, for prints: a hue away from the first."""
    hue, _, _ = colorsys.rgb_to_hsv(*(value / 255 for value in base))
    red, green, blue = colorsys.hsv_to_rgb((hue + (0.12, 0.45, 0.6)[number % 3]) % 1, 0.45, 0.78)
    return round(red * 255), round(green * 255), round(blue * 255)


def shaded(colour: Rgb, factor: float) -> Rgb:
    """The colour, darker below 1 and lighter above."""
    red, green, blue = (min(255, round(value * factor)) for value in colour)
    return red, green, blue


def background_of(base: Rgb, number: int) -> Rgb:
    """A plain background; a little darker behind light garments, so that they stand out."""
    chosen = BACKGROUNDS[number % len(BACKGROUNDS)]
    return shaded(chosen, 0.90) if lightness(base) > 0.8 else chosen
