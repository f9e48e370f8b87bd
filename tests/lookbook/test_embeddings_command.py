"""`lookbook embeddings` on a pushed model with known embeddings, and what TensorBoard's projector reads of it."""

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from lookbook.cli import main
from transforms.parquet import pq

ARTICLES = [f"a{number:02}" for number in range(20)]


def vector(number):
    return [number, np.float32(number) * np.float32(0.1), 1]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Photos of a00 to a09, of which that of a03 is broken; a00's is red."""
    folder = tmp_path_factory.mktemp("shop")
    for number in range(10):
        path = folder / "images" / f"a{number:02}" / f"a{number:02}.jpg"
        path.parent.mkdir(parents=True)
        Image.new("RGB", (30, 40), "red" if number == 0 else "navy").save(path)
    (folder / "images" / "a03" / "a03.jpg").write_text("no photo")
    return folder


@pytest.fixture(scope="module")
def exported(out, data, tmp_path_factory):
    root = tmp_path_factory.mktemp("export")
    (root / "who.csv").write_text("customer_id\nc5\nstranger\nc2\n")
    arguments = ["--out", str(out), "--to", str(root / "to"), "--data", str(data), "--customers", str(root / "who.csv")]
    assert main(["embeddings", *arguments]) == 0
    return root / "to"


def tsv(path):
    return list(csv.reader(path.open(newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_vectors_and_metadata_of_all_articles_are_in_the_order_of_the_model(exported):
    vectors = np.array(tsv(exported / "articles_vectors.tsv"), np.float32)
    np.testing.assert_array_equal(vectors, np.array([vector(number) for number in range(20)], np.float32))
    header, *rows = tsv(exported / "articles_metadata.tsv")
    assert header == ["article_id", "prod_name", "product_type_name", "colour_group_name"]
    assert [row[0] for row in rows] == ARTICLES
    assert rows[7] == ["a07", "Name a07", "T-shirt", "Black"]


def test_parquet_has_the_same_vectors_beside_the_attributes(exported):
    table = pq.read_table(exported / "articles.parquet")
    assert table.column("article_id").to_pylist() == ARTICLES
    assert table.schema.field("embedding").type == pa.list_(pa.float32(), 3)
    assert table.column("embedding")[7].as_py() == [pytest.approx(value) for value in vector(7)]


def test_known_customers_are_exported_and_others_left_out(exported):
    assert tsv(exported / "customers_metadata.tsv") == [["c5"], ["c2"]]  # one column has no header
    assert tsv(exported / "customers_vectors.tsv") == [["5", "-5", "0"], ["2", "-2", "0"]]
    assert pq.read_table(exported / "customers.parquet").column("customer_id").to_pylist() == ["c5", "c2"]


def test_the_sprite_has_the_photos_in_rows_and_placeholders_between(exported):
    sprite = Image.open(exported / "articles_sprite.jpg")
    assert sprite.size == (5 * 64, 4 * 64)

    def middle(number):
        return np.array(sprite.getpixel((number % 5 * 64 + 32, number // 5 * 64 + 32)), int)

    assert np.abs(middle(0) - (255, 0, 0)).max() < 12
    assert np.abs(middle(9) - (0, 0, 128)).max() < 12
    assert np.abs(middle(12) - middle(9)).max() > 60


def test_tensorboard_reads_the_folder(exported):
    from tensorboard.backend.event_processing import plugin_event_multiplexer
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.projector import projector_plugin
    from werkzeug.test import Client

    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    context = base_plugin.TBContext(logdir=str(exported), multiplexer=multiplexer, data_provider=None)
    routes = projector_plugin.ProjectorPlugin(context).get_plugin_apps()

    def get(route, **arguments):
        response = Client(routes[route]).get(query_string={"run": ".", **arguments})
        assert response.status_code == 200, response.data
        return response

    config = json.loads(get("/info").data)
    assert [entry["tensorName"] for entry in config["embeddings"]] == ["articles", "customers"]
    assert config["embeddings"][0]["sprite"]["singleImageDim"] == [64, 64]
    vectors = np.frombuffer(get("/tensor", name="articles").data, np.float32).reshape(20, 3)
    np.testing.assert_array_equal(vectors[7], np.array(vector(7), np.float32))
    assert get("/metadata", name="articles").data.decode().count("\n") == 21
    sprite = get("/sprite_image", name="articles")
    assert Image.open(io.BytesIO(sprite.data)).size == (320, 256)
    assert sprite.content_type.startswith("image/")


def test_without_photos_there_is_no_sprite_and_files_of_an_earlier_export_are_deleted(out, tmp_path, capsys):
    to = tmp_path / "to"
    to.mkdir()
    for name in ("articles_sprite.jpg", "customers.parquet", "notes.txt"):
        (to / name).touch()
    assert main(["embeddings", "--out", str(out), "--to", str(to), "--data", str(tmp_path)]) == 0
    assert sorted(path.name for path in to.iterdir()) == [
        "articles.parquet",
        "articles_metadata.tsv",
        "articles_vectors.tsv",
        "notes.txt",
        "projector_config.pbtxt",
    ]
    assert capsys.readouterr().out == f"20 articles, 3 dimensions, no photos from version 7 in {to}\n"


def test_attributes_come_from_the_newest_run_and_tabs_become_blanks(out, tmp_path):
    from operations.embeddings import ATTRIBUTES, export_embeddings, ingested_attributes
    from operations.pushed import load_served

    for number, section in (("9", "old"), ("12", "Womens\tTrend")):
        folder = tmp_path / "pipeline" / "Ingest" / "tables" / number
        folder.mkdir(parents=True)
        rows = {name: [section, None] for name in ATTRIBUTES}
        pq.write_table(pa.table({"article_id": ["a01", "other"], **rows}), folder / "articles.parquet")
    attributes = ingested_attributes(tmp_path)
    export_embeddings(load_served(out), tmp_path / "to", article_ids=["a01", "a02"], attributes=attributes)
    header, first, second = tsv(tmp_path / "to" / "articles_metadata.tsv")
    assert header == ["article_id", "prod_name", *ATTRIBUTES]
    assert first[header.index("section_name")] == "Womens Trend"
    assert second[header.index("section_name")] == ""
    assert second[:3] == ["a02", "Name a02", "T-shirt"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--customers", "nonesuch.csv"], 1, "nonesuch.csv"),
        (["--data", "nonesuch"], 2, "--data must be a folder. Received: nonesuch"),
        (["--set", "photos.path=x.jpg"], 2, "photos.path must contain {article_id}. Received: 'x.jpg'"),
    ],
)
def test_wrong_arguments_are_errors_of_one_line(out, tmp_path, capsys, arguments, code, message):
    assert main(["embeddings", "--out", str(out), "--to", str(tmp_path / "to"), *arguments]) == code
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1


def test_without_a_pushed_model_the_command_says_how_to_get_one(tmp_path, capsys):
    assert main(["embeddings", "--out", str(tmp_path), "--to", str(tmp_path / "to")]) == 1
    assert "run `lookbook run --out" in capsys.readouterr().err


def test_customers_of_whom_none_is_known_are_an_error(out, tmp_path, capsys):
    (tmp_path / "who.csv").write_text("customer_id\nstranger\n")
    arguments = ["--out", str(out), "--to", str(tmp_path / "to"), "--customers", str(tmp_path / "who.csv")]
    assert main(["embeddings", *arguments]) == 1
    assert "stranger" in capsys.readouterr().err
