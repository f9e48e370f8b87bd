"""A forgotten customer is in no file of the output folder, and the version served afterwards does not know them."""

import contextlib
import gzip
import hashlib
import json
import shutil
import sqlite3

import numpy as np
import pyarrow.parquet as pq
import pytest

from components.served_folder import model_dir
from models.retrieval.snapshot import load_snapshot, save_snapshot
from models.retrieval.towers import Towers
from operations.customer_search import CustomerSearch
from operations.forget import forget
from operations.forgotten_weights import forget_in_weights
from operations.pushed import PushedModel, load_served
from pipeline.versions import list_versions
from tests.operations.pushed_shop import push_version, record_run
from tests.tiny_shop import CUSTOMERS, customer_id
from tests.tiny_training import RETRIEVAL
from transforms.errors import ConfigError, DataError
from transforms.ids import read_ids

FORGOTTEN = [customer_id(7), customer_id(12)]
VOCABULARY = "assets.extra/weights/transform_graph/transform_fn/assets/customer_id_vocab"


def contents(folder):
    """The content of every file: cells of Parquet and SQLite, other files as bytes, decompressed."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        if content[:4] == b"PAR1":
            content = repr(pq.read_table(file).to_pydict()).encode()
        elif content[:15] == b"SQLite format 3":
            with contextlib.closing(sqlite3.connect(file)) as database:
                tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
                content = b"".join(repr(database.execute(f"select * from {t}").fetchall()).encode() for t in tables)
        elif content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        yield file.relative_to(folder), content


def holding(folder, text):
    return [str(file) for file, content in contents(folder) if text.encode() in content]


@pytest.fixture(scope="module")
def forgotten(tiny, trained, tmp_path_factory):
    """The folder, what was recorded, and the files that held the first customer before."""
    out, work = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("work")
    record_run(out, tiny)
    version = push_version(out, tiny, trained, work)
    (version / "assets.extra" / "drift").mkdir()
    (version / "assets.extra" / "drift" / "FeatureStats.pb").write_bytes(b"statistics")
    shutil.copytree(version, version.with_name(str(int(version.name) - 1)))
    (out / "checkpoints" / "ranking" / "a1").mkdir(parents=True)
    (out / "console").mkdir()
    shutil.copyfile(tiny.tables / "transactions.parquet", out / "console" / "purchases.parquet")
    (out / "report.html").write_text(f"<td>{FORGOTTEN[0]}</td>")
    (out / "run.log").write_text(f"first\nline of {FORGOTTEN[1]}.\nlast\n")
    (out / "settings.toml").write_text("seed = 0\n")
    data = work / "data"
    data.mkdir()
    with gzip.open(data / "customers.csv.gz", "wt") as file:
        file.write(f"customer_id\n{FORGOTTEN[0]}\n")
    (data / "transactions_train.csv").write_text("customer_id\nc0071\n")
    before = holding(out, FORGOTTEN[0])
    return out, forget(out, FORGOTTEN, data=data), before, version


def test_no_file_of_the_folder_holds_the_customers(forgotten):
    out, record, before, _ = forgotten
    kinds = ("tables/", "customers_examples/", "states/", "assets.extra/customer_ids.txt", VOCABULARY, "report.html")
    for kind in (*kinds, "console/"):
        assert any(kind in file for file in before), kind
    assert [holding(out, text) for text in FORGOTTEN] == [[], []]
    assert record.left == ()


def test_other_customers_and_other_files_stay(forgotten):
    out, _, _, _ = forgotten
    assert (out / "run.log").read_text() == "first\nlast\n"
    assert (out / "settings.toml").exists()
    assert holding(out, customer_id(8))


def test_the_served_version_answers_as_if_the_customers_had_never_been_there(forgotten):
    out, record, _, former = forgotten
    (version,) = list_versions(out)
    assert version.number == record.pushed == int(former.name) + 1
    assert record.versions == (int(former.name) - 1, int(former.name))
    assert version.figures["evaluation"] == {"map_at_12": 0.25}
    assert version.figures["customers"] == CUSTOMERS - 2
    assert version.figures["reassembled_from"] == int(former.name)
    assert (version.path / "assets.extra" / "drift" / "FeatureStats.pb").read_bytes() == b"statistics"
    model: PushedModel = load_served(out)
    assert model.known_customers() == sorted({customer_id(i) for i in range(CUSTOMERS)} - set(FORGOTTEN))
    ((_, answers),) = model.recommend([*FORGOTTEN, "nobody", customer_id(0)])
    assert answers[0] == answers[1] == answers[2] != answers[3]
    assert all(len(answer) == 12 for answer in answers)


def test_the_vocabulary_of_the_version_has_other_names_in_the_customers_lines(forgotten, trained):
    out, _, _, _ = forgotten
    (version,) = list_versions(out)
    names = read_ids(trained / "weights" / VOCABULARY.removeprefix("assets.extra/weights/"))
    lines = read_ids(version.path / VOCABULARY)
    changed = {name: line for name, line in zip(names, lines, strict=True) if name != line}
    assert set(changed) == set(FORGOTTEN)
    assert len(set(lines)) == len(lines)


def test_the_embeddings_of_the_customers_become_zero_and_all_others_stay(trained, tmp_path):
    sizes = load_snapshot(trained / "weights" / "towers").sizes
    towers = Towers(RETRIEVAL.replace(use_customer_id=True), sizes)
    towers.build_all()
    save_snapshot(towers, tmp_path / "towers")
    shutil.copytree(trained / "weights" / "transform_graph", tmp_path / "transform_graph")
    names = read_ids(tmp_path / VOCABULARY.removeprefix("assets.extra/weights/"))
    assert forget_in_weights(tmp_path, [*FORGOTTEN, "stranger"]) == 2
    rows = [names.index(text) + 1 for text in FORGOTTEN]  # the first row is that of unknown customers
    for weight, after in zip(towers.weights, load_snapshot(tmp_path / "towers").get_weights(), strict=True):
        expected = weight.numpy()
        if weight.name.startswith("customer_id_embedding"):
            assert expected[rows].any()
            expected[rows] = 0.0
        assert np.array_equal(after, expected), weight.name


def test_the_artifacts_of_the_run_are_gone_and_computed_again(forgotten, tiny):
    out, record, _, _ = forgotten
    assert not list(out.glob("pipeline/*/*/[0-9]*"))
    assert not list(out.glob("checkpoints/*/*"))
    assert len(record.artifacts) == 7
    assert record.bytes > 0
    assert not any(step.cached for step in record_run(out, tiny).values())


def test_the_record_names_customers_by_hash_and_the_csvs_that_still_have_them(forgotten):
    out, record, _, _ = forgotten
    (file,) = (out / "forgotten").iterdir()
    written = json.loads(file.read_text())
    assert written["customers"] == sorted(hashlib.sha256(text.encode()).hexdigest() for text in FORGOTTEN)
    assert [name.rpartition("/")[2] for name in written["data"]] == ["customers.csv.gz"]
    assert written["pushed"] == record.pushed
    assert written["files"] == ["console", "report.html", "run.log"]


def test_a_customer_who_is_nowhere_changes_nothing(tmp_path, tiny):
    record_run(tmp_path, tiny)
    record = forget(tmp_path, ["stranger"])
    assert (record.pushed, record.versions, record.artifacts, record.files, record.left) == (None, (), (), (), ())
    assert all(step.cached for step in record_run(tmp_path, tiny).values())


def test_a_version_whose_artifacts_were_deleted_and_an_empty_id_are_refused(tmp_path, tiny):
    record_run(tmp_path, tiny)
    shutil.rmtree(tmp_path / "pipeline" / "Ingest")
    extra = model_dir(tmp_path) / "5" / "assets.extra"
    extra.mkdir(parents=True)
    (extra / "customer_ids.txt").write_text("c007\n")
    (extra.parent / "saved_model.pb").write_bytes(b"graph")
    (extra / "lookbook.json").write_text(json.dumps({"run_key": "key of the run"}))
    with pytest.raises(DataError, match=r"run that pushed version 5 must be in .* `lookbook refresh` on data without"):
        forget(tmp_path, ["c007"])
    assert (extra / "customer_ids.txt").exists()
    with pytest.raises(ConfigError, match="Received: an empty one"):
        forget(tmp_path, ["c007", ""])


@pytest.mark.parametrize(
    ("content", "held"),
    [
        (b"12346", True),
        (b"customer 12346.\n", True),
        (b"a,12346,b", True),
        (b"912346", False),
        (b"12346A", False),
        (b"1.12346", False),
        (b"12346-7", False),
        (b"\x0a\x0512346\x12", True),
    ],
)
def test_a_short_id_is_found_as_a_whole_word(content, held):
    assert CustomerSearch(["12346", "99999"]).in_bytes(content) is held


def test_an_id_is_found_behind_its_length_and_across_blocks(tmp_path, monkeypatch):
    long = "x" * 48  # the length is the digit 0
    assert CustomerSearch([long]).in_bytes(b"\x0a0" + long.encode() + b"\x12")
    assert not CustomerSearch([long]).in_bytes(b"1" + long.encode())
    monkeypatch.setattr("operations.customer_search._BLOCK", 8)
    (tmp_path / "text").write_text("some text 12346 and more")
    assert CustomerSearch(["12346"]).in_file(tmp_path / "text")
