"""A small shop with hostile ids and names, its output folder, its photos and a fake model server."""

from __future__ import annotations

import contextlib
import os
import pathlib

import ml_metadata
import numpy as np
import pyarrow as pa
from ml_metadata.proto import metadata_store_pb2
from PIL import Image

from console.app import Console
from console.customer_sample import CustomerSample
from console.models import Models
from console.server_metrics import ServerMetrics
from console.shop import Shop
from console.versions import Versions
from operations.rollback import delete, rollback
from pipeline.versions import list_versions
from tests import tiny_shop
from tests.fake_version import write_version
from tests.serving.fake_server import fake_server
from transforms import columns
from transforms.content import CONTENT_FILE, ContentVectors, write_content
from transforms.photos.shop_photos import ShopPhotos

SCRIPT = "<script>alert('x')</script>"
LOOK_GROUP = f"Socks & {SCRIPT}"
HOSTILE_ARTICLE = "../\"a'/<b>&?#% é"
HOSTILE_CUSTOMER = "/../\"c'<img src=x onerror=alert(1)>&k=99#"
PLAIN_ARTICLE = tiny_shop.article_id(0)
PLAIN_CUSTOMER = tiny_shop.customer_id(0)
LAST_DAY = tiny_shop.FIRST_DAY + tiny_shop.DAYS - 1
AS_OF = LAST_DAY + 1
OLD, NEW = 5, 7
NEEDS = ((SCRIPT, 0.5), ("Coat", 0.25))


def articles() -> list[dict]:
    hostile = {
        columns.ARTICLE_ID: HOSTILE_ARTICLE,
        columns.PRODUCT_CODE: "1",
        columns.PRODUCT_NAME: SCRIPT,
        columns.DESCRIPTION: '"><img src=x onerror=alert(1)>',
        "product_type_name": "T-shirt & 'top'",
        "product_group_name": "Garment",
        "index_group_name": "../../etc",
        "colour_group_name": "Café ☕",
    }
    return [*tiny_shop.raw_articles(), hostile]


def customers() -> list[dict]:
    hostile = {columns.CUSTOMER_ID: HOSTILE_CUSTOMER, columns.AGE: 33.0, columns.CLUB_STATUS: SCRIPT}
    return [*tiny_shop.raw_customers(), hostile]


def purchases() -> list[tuple]:
    """Those of the tiny shop; the hostile customer buys the hostile article on two days, twice on the last."""
    hostile = [(day, HOSTILE_CUSTOMER, HOSTILE_ARTICLE, 0.5) for day in (LAST_DAY - 8, LAST_DAY, LAST_DAY)]
    return sorted([*tiny_shop.purchases(), *hostile, (LAST_DAY, HOSTILE_CUSTOMER, PLAIN_ARTICLE, 0.25)])


def plant_vectors(states: pathlib.Path) -> None:
    """Gives article i a text at the angle i / 20, and a picture at the opposite angle, but no picture to article 1."""
    ids = [tiny_shop.article_id(i) for i in range(tiny_shop.ARTICLES)] + [HOSTILE_ARTICLE]
    angles = np.arange(len(ids)) / 20
    known = {"picture": np.arange(len(ids)) != 1, "text": np.arange(len(ids)) < tiny_shop.ARTICLES}
    content = {
        kind: ContentVectors(
            vectors=np.stack([np.cos(angles), sign * np.sin(angles)], axis=1).astype(np.float16) * known[kind][:, None],
            known=known[kind],
        )
        for kind, sign in (("picture", -1), ("text", 1))
    }
    write_content(states / CONTENT_FILE, pa.array(ids), content)


def write_out(root: pathlib.Path) -> pathlib.Path:
    """Writes an output folder: tables, a state, metadata, and two versions. Returns it."""
    out = root / "out"
    tables = tiny_shop.write_tables(out / "tables", articles(), customers(), purchases())
    tiny_shop.write_states(tables, out / "states", [AS_OF])
    plant_vectors(out / "states")
    record(out, "lookbook.Tables", tables)
    record(out, "lookbook.States", out / "states")
    record_run(out, "2019-06-09T10:00:00", {"Ingest": "COMPLETE", "Push": "FAILED"})
    record_run(out, "2019-06-10T10:00:00", {"Ingest": "CACHED", "Features": "COMPLETE", "<b>Push": "RUNNING"})
    (out / "run.log").write_text(f"first line\n{SCRIPT}\n")
    for number, value in ((OLD, 0.1), (NEW, 0.2)):
        figures = {f"difference_best_simple/{bound}": value for bound in ("mean", "low", "high")}
        evaluation = {"map_at_12": value, "customers": 40.0, **figures}
        write_version(out / "serving" / "lookbook" / str(number), as_of="2019-06-09", evaluation=evaluation)
    return out


def record(out: pathlib.Path, type_name: str, folder: pathlib.Path) -> None:
    """Adds a finished artifact to the metadata of an output folder."""
    store = open_metadata(out)
    kind = store.put_artifact_type(metadata_store_pb2.ArtifactType(name=type_name))
    live = metadata_store_pb2.Artifact.LIVE
    store.put_artifacts([metadata_store_pb2.Artifact(type_id=kind, uri=str(folder), state=live)])


def record_run(out: pathlib.Path, name: str, steps: dict[str, str]) -> None:
    """Adds a run with its steps and their states, such as `COMPLETE`, to the metadata of an output folder."""
    store = open_metadata(out)
    run = _context(store, "pipeline_run", name)
    pipeline = _context(store, "pipeline", "lookbook")
    kind = store.put_execution_type(metadata_store_pb2.ExecutionType(name="Step"))
    for step, state in steps.items():
        number = metadata_store_pb2.Execution.State.Value(state)
        execution = metadata_store_pb2.Execution(type_id=kind, last_known_state=number)
        store.put_execution(execution, [], [run, pipeline, _context(store, "node", f"lookbook.{step}")])


def open_metadata(out: pathlib.Path) -> ml_metadata.MetadataStore:
    """Opens the metadata of an output folder for writing; creates them if there are none."""
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = os.fspath(out / "metadata.db")
    config.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    return ml_metadata.MetadataStore(config)


def _context(store: ml_metadata.MetadataStore, kind: str, name: str) -> metadata_store_pb2.Context:
    found = store.get_context_by_type_and_name(kind, name)
    if found is not None:
        return found
    type_id = store.put_context_type(metadata_store_pb2.ContextType(name=kind))
    (context_id,) = store.put_contexts([metadata_store_pb2.Context(type_id=type_id, name=name)])
    (context,) = store.get_contexts_by_id([context_id])
    return context


def write_photos(root: pathlib.Path) -> pathlib.Path:
    """Writes a data folder with a red photo of the plain article, a broken one, and a secret beside it."""
    data = root / "data"
    folder = data / "images" / PLAIN_ARTICLE[:3]
    folder.mkdir(parents=True)
    Image.new("RGB", (600, 800), (200, 0, 0)).save(folder / f"{PLAIN_ARTICLE}.jpg")
    (folder / f"{tiny_shop.article_id(1)}.jpg").write_bytes(b"\xff\xd8\xff broken")
    Image.new("RGB", (60, 80), (0, 0, 200)).save(root / "secret.jpg")
    return data


def answer(request, context) -> dict:
    """The answer of the fake model, a function of the request: the first articles that are not excluded.

    The older version has them in reverse order.
    """
    name = request.model_spec.signature_name
    if name == "article_outlook":
        return {
            "sold_probability": np.float32([0.75]),
            "expected_units": np.float32([3.5]),
            "lifetime_weeks": np.float32([6.25]),
        }
    if name == "customer_needs":
        names, shares = zip(*NEEDS, strict=True)
        return {
            "product_types": np.array([[each.encode() for each in names]], object),
            "probabilities": np.float32([shares]),
        }
    from serving import tensors

    given = {key: tensors.to_array(value) for key, value in request.inputs.items()}
    rows = len(given.get("customer_id", [0]))  # one article of the other signatures
    known = [HOSTILE_ARTICLE, *(tiny_shop.article_id(i) for i in range(tiny_shop.ARTICLES))]
    excluded = {each.decode() for each in given["exclude_article_ids"].ravel()}
    chosen = [each for each in known if each not in excluded][: int(given["k"])]
    if request.model_spec.version.value == OLD:
        chosen.reverse()
    scores = [1 - place / 100 for place in range(len(chosen))]
    if name == "complete_the_look":
        looks = [chosen[:2], chosen[2:4], ["", ""]]
        return {
            "groups": np.array([[LOOK_GROUP.encode(), b"Shoes", b""]], object),
            "article_ids": np.array([[[each.encode() for each in look] for look in looks]], object),
            "scores": np.float32([[[0.5, 0.25], [0.5, 0.25], [0.0, 0.0]]]),
        }
    channels = [b"own_purchases,towers"] * len(chosen)
    return {
        "article_ids": np.array([[each.encode() for each in chosen]] * rows, object),
        "scores": np.float32([scores] * rows),
        "channels": np.array([channels] * rows, object),
        **_reasons(rows, len(chosen)),
    }


def _reasons(rows: int, count: int) -> dict[str, np.ndarray]:
    """Outputs of the reasons: like the hostile article, and of an unknown code."""
    codes, subjects = [b"like_bought", b"<i>later</i>", b""], [HOSTILE_ARTICLE.encode(), b"<b>", b""]
    return {
        "reason_codes": np.array([[codes] * count] * rows, object),
        "reason_subjects": np.array([[subjects] * count] * rows, object),
        "reason_counts": np.zeros((rows, count, 3), np.int32),
        "reason_days": np.zeros((rows, count, 3), np.int32),
    }


def no_metrics() -> ServerMetrics:
    """Metrics of a server whose address is not known."""
    return ServerMetrics(lambda: None, waiting=lambda: "No address of metrics.")


@contextlib.contextmanager
def console(root: pathlib.Path):
    """Yields the `Console` of the shop, with a fake model server."""
    out, data = write_out(root), write_photos(root)
    versions = Versions(
        lambda: list_versions(out), lambda number: rollback(out, number), lambda number: delete(out, number)
    )
    shop = Shop(out)
    shop.prepare()
    with fake_server(answer) as port:
        models = Models(lambda: f"127.0.0.1:{port}", waiting=str, remedy="Start one.")
        yield Console(
            out=out,
            shop=shop,
            photos=ShopPhotos(data),
            models=models,
            metrics=no_metrics(),
            versions=versions,
            sample=CustomerSample(models),
        )
