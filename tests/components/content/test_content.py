"""The artifact of content vectors: projected vectors of photos and texts, in the order of the articles."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.content.config import ContentConfig
from components.content.executor import compute_content
from components.content.source import fingerprint_of_content
from transforms.content import read_content
from transforms.errors import DataError
from transforms.photos.shop_photos import ShopPhotos

TEXTS = {
    "001": ("Cardigan", "Cardigan in a soft knit with buttons"),
    "002": ("Jumper", "Fine-knit jumper in wool"),
    "003": ("Socks", None),
    "004": (None, None),
}


@pytest.fixture
def compute(data, tmp_path, write_articles):
    """Computes the content of the catalogue into a folder of the given name."""
    tables = write_articles(**TEXTS)

    def compute(name="content", fitted=None, **settings):
        to = tmp_path / name
        to.mkdir()
        photos, config = ShopPhotos(data), ContentConfig(**settings)
        facts = compute_content(tables, photos, config, tmp_path / "cache", to, fitted=fitted)
        assert json.loads((to / "content.json").read_text())["text"]["encoder"] == facts["text"].encoder
        return facts, read_content(to / "content.parquet", pa.array(TEXTS))

    return compute


def give(data, **vectors):
    """Writes given vectors: `picture` or `text`, lists by article id."""
    ids = sorted({article_id for of_kind in vectors.values() for article_id in of_kind})
    columns = {kind: [of_kind.get(article_id) for article_id in ids] for kind, of_kind in vectors.items()}
    pq.write_table(pa.table({"article_id": ids, **columns}), data / "embeddings.parquet")


def test_without_photos_articles_have_text_vectors_alone(compute):
    facts, content = compute()
    assert facts["picture"].encoder == "none"
    assert content["picture"].vectors.shape == (4, 0)
    assert content["text"].known.tolist() == [True, True, True, False]
    assert not content["text"].vectors[3].any()
    cardigan, jumper, socks, _ = content["text"].vectors.astype(np.float32)
    assert cardigan @ jumper > cardigan @ socks


def test_texts_can_be_left_out(compute):
    facts, content = compute(text="none")
    assert facts["text"].known == 0
    assert content["text"].vectors.shape == (4, 0)


def test_given_vectors_keep_their_distances_if_all_their_variance_is_kept(compute, data):
    given = {"001": [1.0, 0.0, 2.0], "002": [0.0, 3.0, 1.0], "004": [5.0, 1.0, 1.0], "other": [9.0, 9.0, 9.0]}
    give(data, picture=given)
    facts, content = compute(picture="given", variance=1.0)
    vectors = content["picture"].vectors.astype(np.float64)
    assert content["picture"].known.tolist() == [True, True, False, True]
    assert facts["picture"].explained == pytest.approx(1.0)
    for a, b in ((0, 1), (0, 3), (1, 3)):
        wanted = np.linalg.norm(np.subtract(*(given[list(TEXTS)[row]] for row in (a, b))))
        assert np.linalg.norm(vectors[a] - vectors[b]) == pytest.approx(wanted, rel=2e-3)


def test_vectors_can_be_given_as_an_array_with_ids(compute, data):
    np.save(data / "vectors.npy", np.array([[1.0, 0.0], [0.0, 1.0]], np.float32))
    (data / "vectors.ids").write_text("002\n004\n")
    _, content = compute(picture="given", given="vectors.npy")
    assert content["picture"].known.tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ({"text": {"001": [1.0]}}, "must have the column picture"),
        ({"picture": {"001": [1.0], "002": [1.0, 2.0]}}, "must be equally long"),
        ({"picture": {"001": [float("nan")]}}, "must have finite values"),
    ],
)
def test_wrong_given_vectors_are_refused(compute, data, vectors, message):
    give(data, **vectors)
    with pytest.raises(DataError, match=message):
        compute(picture="given")


def test_missing_given_vectors_are_one_clear_error(compute):
    with pytest.raises(DataError, match=r"embeddings\.parquet, which does not exist"):
        compute(picture="given")


def test_numbers_as_ids_are_refused_because_they_lose_leading_zeros(compute, data):
    pq.write_table(pa.table({"article_id": [1, 2], "picture": [[1.0], [2.0]]}), data / "embeddings.parquet")
    with pytest.raises(DataError, match="leading zeros"):
        compute(picture="given")


def test_a_refresh_projects_with_the_components_of_the_training(compute, data, tmp_path):
    """A new article must not move the axes that the trained weights read."""
    give(data, picture={"001": [1.0, 0.0], "002": [0.0, 1.0]})
    _, trained = compute("trained", picture="given", variance=1.0)
    give(data, picture={"001": [1.0, 0.0], "002": [0.0, 1.0], "003": [50.0, -9.0]})
    _, refreshed = compute("refreshed", fitted=tmp_path / "trained", picture="given", variance=1.0)
    np.testing.assert_array_equal(refreshed["picture"].vectors[:2], trained["picture"].vectors[:2])
    assert refreshed["picture"].known.tolist() == [True, True, True, False]


def test_a_refresh_with_another_encoder_is_refused(compute, data, tmp_path):
    compute("trained")
    give(data, text={"001": [1.0]})
    with pytest.raises(DataError, match="must be the encoder of the last training"):
        compute("refreshed", fitted=tmp_path / "trained", text="given")


def test_the_fingerprint_changes_with_the_photos_that_are_read(put, data):
    photos, config = ShopPhotos(data), ContentConfig()
    assert fingerprint_of_content(photos, config) == "none"
    put("001", "red")
    first = fingerprint_of_content(photos, config)
    assert first == fingerprint_of_content(photos, config) != "none"
    put("002", "blue")
    assert fingerprint_of_content(photos, config) != first
    assert fingerprint_of_content(photos, config.replace(picture="none")) == "none"
