"""What a photo shows: the shape of the product type, the article's colour, its pattern, and its section."""

import numpy as np
import pytest

from synthetic.photos import Look, draw
from synthetic.photos.palette import BACKGROUNDS, COLOURS, toned
from synthetic.photos.silhouettes import SILHOUETTES
from synthetic.vocabulary import COLOURS as COLOUR_GROUPS
from synthetic.vocabulary import FITS, LOOKS, SECTIONS, SHOW_FIT, TONES, TYPES

WOMEN = "Womens Everyday Collection"


def look(kind="Sweater", colour="Red", appearance="Solid", section=WOMEN, variant=0, number=0, **seen):
    return Look(
        kind=kind, colour=colour, appearance=appearance, section=section, variant=variant, number=number, **seen
    )


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
        image = draw(look(appearance=appearance.name, number=number, motif=appearance.motifs - 1))
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


def width(image):
    return np.ptp(np.flatnonzero(covered(image).any(axis=0)))


def height(image):
    return np.ptp(np.flatnonzero(covered(image).any(axis=1)))


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("colour", ["Black", "White", "Red", "Blue", "Beige"])
def test_the_middle_of_a_plain_t_shirt_has_the_shade(colour, tone):
    middle = np.median(pixels("T-shirt", colour, tone=tone)[150:200, 100:140].reshape(-1, 3), axis=0)
    assert np.abs(middle - np.array(toned(COLOURS[colour], tone))).max() < 26


def test_a_warm_shade_is_redder_a_cool_one_bluer_and_a_muted_one_greyer():
    # 200 + 0.17 (255 - 200) = 209.35, 100 + 0.17 (150 - 100) = 108.5, 50 + 0.17 (60 - 50) = 51.7
    assert toned((200, 100, 50), "warm") == (209, 108, 52)
    # 200 + 0.17 (60 - 200) = 176.2, 100 + 0.17 (120 - 100) = 103.4, 50 + 0.17 (255 - 50) = 84.85
    assert toned((200, 100, 50), "cool") == (176, 103, 85)
    # 200 + 0.3 (150 - 200) = 185, 100 + 0.3 (148 - 100) = 114.4, 50 + 0.3 (146 - 50) = 78.8
    assert toned((200, 100, 50), "muted") == (185, 114, 79)
    assert toned((200, 100, 50), "clear") == (200, 100, 50)


def test_fits_change_width_and_height_of_clothes():
    images = {fit.name: pixels("T-shirt", fit=fit) for fit in FITS}
    assert width(images["oversized"]) > width(images["relaxed"]) > width(images["straight-cut"])
    assert width(images["straight-cut"]) > width(images["fitted"]) > width(images["slim"])
    assert height(images["cropped"]) < 0.9 * height(images["straight-cut"])
    assert np.array_equal(pixels("Socks", fit=FITS[0]), pixels("Socks", fit=FITS[1]))


@pytest.mark.parametrize("section", ["Plus Sizes", "Contemporary Casual", "Mama"])
def test_the_widest_garments_stay_inside_the_frame(section):
    oversized = next(fit for fit in FITS if fit.name == "oversized")
    for kind in (kind.name for kind in TYPES if kind.group in SHOW_FIT):
        for variant in range(SILHOUETTES[kind][1]):
            image = pixels(kind, section=section, variant=variant, fit=oversized)
            edges = np.concatenate([image[:2].reshape(-1, 3), image[-2:].reshape(-1, 3), image[:, :2].reshape(-1, 3)])
            assert np.linalg.norm(edges - np.array(BACKGROUNDS[0]), axis=-1).max() < 60, (kind, variant)


@pytest.mark.parametrize("appearance", [entry.name for entry in LOOKS if entry.motifs > 1])
def test_every_motif_of_an_appearance_is_another_picture_of_the_same_shape(appearance):
    motifs = next(entry.motifs for entry in LOOKS if entry.name == appearance)
    images = [pixels("T-shirt", appearance=appearance, motif=motif) for motif in range(motifs)]
    for number, one in enumerate(images):
        for other in images[:number]:
            changed = np.abs(one - other).max(axis=-1) > 8
            assert changed.mean() > 0.004
            assert not changed[:, :20].any()


def test_ribs_run_down_and_quilting_runs_across_both_ways():
    ribbed = pixels("T-shirt", motif=1)[150:200, 100:140].mean(axis=-1)
    smooth = pixels("T-shirt", motif=0)[150:200, 100:140].mean(axis=-1)
    assert ribbed.mean(axis=0).std() > 3 * ribbed.mean(axis=1).std()
    assert ribbed.mean(axis=0).std() > 1.5 * smooth.mean(axis=0).std()
    quilted = pixels("T-shirt", motif=2)[120:220, 90:150].mean(axis=-1)
    assert (quilted < 0.85 * np.median(quilted)).mean() > 0.02


def test_garments_of_children_are_smaller_and_of_men_broader():
    women, men, baby = (
        covered(pixels("T-shirt", section=name)) for name in (WOMEN, "Contemporary Casual", "Baby Essentials")
    )

    wide = [np.ptp(np.flatnonzero(mask.any(axis=0))) for mask in (men, women, baby)]
    assert wide[0] > wide[1] > wide[2]
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
