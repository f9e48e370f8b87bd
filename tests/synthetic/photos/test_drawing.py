"""What a photo shows: the shape of the product type, the article's colour, its pattern, and its section."""

import numpy as np
import pytest

from synthetic.photos import Look, draw
from synthetic.photos.palette import BACKGROUNDS, COLOURS
from synthetic.photos.silhouettes import SILHOUETTES
from synthetic.vocabulary import COLOURS as COLOUR_GROUPS
from synthetic.vocabulary import LOOKS, SECTIONS, TYPES

WOMEN = "Womens Everyday Collection"


def look(kind="Sweater", colour="Red", appearance="Solid", section=WOMEN, variant=0, number=0):
    return Look(kind=kind, colour=colour, appearance=appearance, section=section, variant=variant, number=number)


def pixels(*arguments, **named):
    return np.asarray(draw(look(*arguments, **named)), float)


def near(image, colour, distance):
    """`[320, 240]` whether a pixel is near a colour."""
    return np.linalg.norm(image - np.array(colour, float), axis=-1) < distance


def covered(image):
    """`[320, 240]` whether a pixel is far from its row's left edge, which shows the background."""
    return np.linalg.norm(image - image[:, :1], axis=-1) > 45


def test_every_type_look_and_colour_of_the_shop_can_be_drawn():
    assert set(SILHOUETTES) == {kind.name for kind in TYPES}
    assert set(COLOURS) == {colour.name for colour in COLOUR_GROUPS}
    for number, appearance in enumerate(LOOKS):
        image = draw(look(appearance=appearance.name, number=number))
        assert (image.size, image.mode) == ((240, 320), "RGB")


@pytest.mark.parametrize("kind", sorted(SILHOUETTES))
def test_every_variant_of_a_type_is_a_shape_inside_the_frame(kind):
    for variant in range(SILHOUETTES[kind][1]):
        image = pixels(kind, variant=variant)
        assert 0.02 < covered(image).mean() < 0.6
        edges = np.concatenate([image[:2].reshape(-1, 3), image[-2:].reshape(-1, 3), image[:, :2].reshape(-1, 3)])
        assert np.linalg.norm(edges - np.array(BACKGROUNDS[0]), axis=-1).max() < 60


def test_types_have_different_shapes():
    masks = {kind: covered(pixels(kind)) for kind in SILHOUETTES}
    for one in masks:
        for other in masks:
            if one < other:
                union = (masks[one] | masks[other]).sum()
                assert (masks[one] & masks[other]).sum() / union < 0.97, (one, other)


@pytest.mark.parametrize("colour", sorted(COLOURS))
def test_the_middle_of_a_plain_t_shirt_has_its_colour(colour):
    middle = np.median(pixels("T-shirt", colour)[150:200, 100:140].reshape(-1, 3), axis=0)
    assert np.abs(middle - np.array(COLOURS[colour])).max() < 26


def test_a_striped_red_sweater_has_red_and_white_stripes_side_by_side():
    image = pixels("Sweater", "Red", "Stripe")
    down = image[135:235, 112:128].mean(axis=1)
    red, white = near(down, COLOURS["Red"], 60), near(down, (246, 243, 236), 60)
    assert red.sum() > white.sum() > 20
    assert (np.diff(red.astype(int)) == 1).sum() >= 4
    across = image[150, 90:150]
    assert np.ptp(across, axis=0).max() < 60  # the stripes lie across


def test_a_pattern_changes_the_cloth_and_not_the_shape():
    plain = pixels(appearance="Solid")
    for appearance in (look.name for look in LOOKS if look.name != "Solid"):
        other = pixels(appearance=appearance)
        changed = np.abs(other - plain).max(axis=-1) > 12
        assert changed.mean() > 0.004, appearance
        assert not changed[:, :20].any(), appearance  # the background


def test_garments_of_children_are_smaller_and_of_men_broader():
    women, men, baby = (
        covered(pixels("T-shirt", section=name)) for name in (WOMEN, "Contemporary Casual", "Baby Essentials")
    )

    def width(mask):
        return np.ptp(np.flatnonzero(mask.any(axis=0)))

    assert width(men) > width(women) > width(baby)
    assert baby.sum() < 0.7 * women.sum()


def test_every_section_can_be_drawn_with_its_groups():
    for section in SECTIONS:
        kind = next(kind.name for kind in TYPES if kind.group in section.groups)
        assert covered(pixels(kind, section=section.name)).any()


def test_equal_looks_give_equal_pixels_and_others_differ():
    one = draw(look(number=7)).tobytes()
    assert one == draw(look(number=7)).tobytes()
    assert one != draw(look(number=8, appearance="Stripe")).tobytes()
    assert one != draw(look(colour="Blue", number=7)).tobytes()
