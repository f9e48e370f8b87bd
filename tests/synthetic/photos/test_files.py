"""The photos of a shop: their places, that the seed determines them, and that some are missing and two broken."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthetic import ShopConfig, synthesize
from synthetic.photos import Look, draw, draw_photos
from synthetic.photos.palette import COLOURS, toned
from synthetic.vocabulary import FITS, TONES
from transforms.photos.shop_photos import ShopPhotos

TINY = {"customers": 60, "articles": 120, "transactions": 600, "days": 30}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return folder, synthesize(ShopConfig(**TINY, seed=1), folder, photos=True)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted((folder / "images").rglob("*.*"))}


def articles(folder):
    return pd.read_csv(folder / "articles.csv", dtype=str)


def test_one_in_a_hundred_articles_has_no_photo_and_two_are_broken(shop):
    folder, summary = shop
    assert (summary.photos.drawn, summary.photos.missing, summary.photos.broken) == (116, 2, 2)
    counts = ShopPhotos(folder).count(articles(folder).article_id.tolist())
    assert (counts.found, counts.missing, counts.broken) == (116, 2, 2)
    reasons = sorted(photo.reason.split(" ", 1)[1] for photo in counts.listed)
    assert reasons == ["is cut off; copy the file again", "is not a JPEG, PNG or WebP image; replace the file"]


def test_photos_lie_where_h_and_m_has_them_and_have_240_by_320_pixels(shop):
    folder, _ = shop
    assert all(path.parts[:2] == ("images", path.name[:3]) for path in contents(folder))
    photos = ShopPhotos(folder)
    found = [article for article in articles(folder).article_id if photos.thumbnail(article)]
    assert {photos.open(article).size for article in found} == {(240, 320)}


def test_the_photo_of_a_plain_garment_has_a_shade_of_the_colour_of_its_article(shop):
    folder, _ = shop
    photos = ShopPhotos(folder)
    table = articles(folder)
    plain = table[
        (table.graphical_appearance_name == "Solid") & table.product_type_name.isin(["T-shirt", "Trousers", "Top"])
    ]
    checked = 0
    for row in plain.itertuples():
        if photos.thumbnail(row.article_id) is None:
            continue
        middle = 96 if row.product_type_name == "Trousers" else 120
        patch = np.asarray(photos.open(row.article_id), float)[185:205, middle - 8 : middle + 8]
        shades = [toned(COLOURS[row.colour_group_name], tone) for tone in TONES]
        assert min(np.abs(np.median(patch, axis=(0, 1)) - shade).max() for shade in shades) < 40, row
        checked += 1
    assert checked >= 5


def test_photos_show_the_shade_the_motif_and_the_fit_that_are_given(tmp_path):
    names = ["article_id", "product_code", "product_type_name", "colour_group_name", "graphical_appearance_name"]
    rows = [[f"{n:010d}", f"{n:07d}", "T-shirt", "Red", "Stripe"] for n in range(300)]
    table = pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})
    table = table.append_column("section_name", pa.array(["Womens Everyday Collection"] * 300))
    tone, motif, fit = np.arange(300) % 4, np.arange(300) % 5, np.arange(300) % 6
    draw_photos(table, 1, tmp_path, tone=tone, motif=motif, fit=fit)
    photos = ShopPhotos(tmp_path)
    for n in (0, 33, 118, 233):
        seen = np.random.default_rng([1, n]).integers
        expected = draw(
            Look(
                kind="T-shirt",
                colour="Red",
                appearance="Stripe",
                section="Womens Everyday Collection",
                variant=int(seen(6)),
                number=int(np.random.default_rng([1, n]).integers(1_000_000)),
                tone=TONES[n % 4],
                motif=n % 5,
                fit=FITS[n % 6],
            )
        )
        difference = np.abs(np.asarray(photos.open(f"{n:010d}"), float) - np.asarray(expected, float))
        assert difference.mean() < 5  # what JPEG loses


def test_the_seed_determines_the_photos_and_a_second_seed_leaves_none_of_the_first_in_their_place(shop, tmp_path):
    folder, _ = shop
    synthesize(ShopConfig(**TINY, seed=1), tmp_path, photos=True)
    assert contents(tmp_path) == contents(folder)
    synthesize(ShopConfig(**TINY, seed=2), tmp_path, photos=True)
    counts = ShopPhotos(tmp_path).count(articles(tmp_path).article_id.tolist())
    assert (counts.missing, counts.broken) == (2, 2)


def test_photos_do_not_change_the_tables(shop, tmp_path):
    synthesize(ShopConfig(**TINY, seed=1), tmp_path)
    assert not (tmp_path / "images").exists()
    for name in ("articles.csv", "customers.csv", "transactions_train.csv", "oracle.csv"):
        assert (tmp_path / name).read_bytes() == (shop[0] / name).read_bytes()
