"""What is not available is recommended by no signature, and the stock alone can be pushed."""

import contextlib
import datetime
import os
import pathlib
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.assemble.saved_model import save_own_purchases, save_recommender
from components.gates.infra import executor
from components.gates.verdict import Verdict
from components.model_files import description_of
from components.served_folder import model_dir
from models.recommender.builder import RecommenderBuilder
from operations import availability
from operations.availability import push_availability
from pipeline.config import load_config
from tests.assembled_models import Served, unsaved
from tests.tiny_shop import ARTICLES, CUSTOMERS, article_id, customer_id
from tests.tiny_training import RECOMMENDER
from transforms.availability import availability_rows
from transforms.calendar import date_of
from transforms.errors import DataError, LookbookError
from transforms.state_files import AVAILABILITY_FILE

CONFIG = load_config(None, ["infra_gate.latency_budget_ms=10000"])  # of a busy machine
MOST = RECOMMENDER.max_candidates
EVERYONE = [*(customer_id(i) for i in range(CUSTOMERS)), "unknown"]
GONE = [article_id(i) for i in range(0, ARTICLES, 2)]  # half of the articles
IDS = pa.chunked_array([[article_id(i) for i in range(ARTICLES)]])


def write_stock(path: pathlib.Path, out_of_stock: list[str]) -> None:
    nothing = pa.array([None] * len(out_of_stock), pa.date32())
    table = pa.table(
        {
            "article_id": pa.array(out_of_stock, pa.string()),
            "available_from": nothing,
            "available_to": nothing,
            "stock": pa.array([0.0] * len(out_of_stock)),
        }
    )
    pq.write_table(availability_rows(table, IDS), path)


@pytest.fixture(scope="module")
def states(tiny, tmp_path_factory):
    """The states of the tiny shop, of which every other article is out of stock at the end."""
    folder = shutil.copytree(tiny.states, tmp_path_factory.mktemp("stock") / "states")
    write_stock(folder / AVAILABILITY_FILE, GONE)
    return folder


@pytest.fixture(scope="module")
def saved(states, tiny, trained, tmp_path_factory):
    """The model of the shop with half of its articles, and the exact index."""
    to = tmp_path_factory.mktemp("exact") / "1"
    save_recommender(states, tiny.calendar.end, trained / "weights", RECOMMENDER.replace(index="exact"), to)
    return Served(to, tf.saved_model.load(str(to)), None)


@pytest.fixture(scope="module", params=["exact", "scann"])
def stocked(request, states, tiny, trained, tmp_path_factory):
    """The model with each kind of index. The answers of a saved one are tested with the push below."""
    config, to = RECOMMENDER.replace(index=request.param), tmp_path_factory.mktemp(request.param)
    return unsaved(states, tiny.calendar.end, trained / "weights", config, to)


def recommended_offline(builder, trained, day) -> set[str]:
    """The articles that all customers are recommended by the graph that is not saved."""
    weights = trained / "weights"
    recommender = builder.build(day, weights / "towers", weights / "ranking")
    everyone = recommender.query(tf.range(CUSTOMERS + 1))
    rows = recommender.recommend(everyone, MOST).article_rows
    return {each.decode() for each in tf.gather(recommender.state.article_ids, rows).numpy().ravel() if each}


def answered(served) -> dict[str, set[str]]:
    """The articles of all answers, by signature."""
    answers = {
        "serving_default": served.ask("serving_default", customer_id=EVERYONE)["article_ids"],
        "recommend": served.recommend(EVERYONE, k=MOST)["article_ids"],
        "similar_articles": served.similar(IDS.to_pylist(), k=ARTICLES)["article_ids"],
        "complete_the_look": served.complete(IDS.to_pylist(), k=ARTICLES)["article_ids"],
        **served.ask("baselines", customer_id=EVERYONE),
    }
    return {name: {each.decode() for each in np.ravel(ids) if each} for name, ids in answers.items()}


def test_no_signature_recommends_what_is_not_available(stocked):
    for name, articles in answered(stocked).items():
        assert articles, f"{name} must answer something"
        assert not articles & set(GONE), name


def test_answers_are_full_with_what_is_available(stocked):
    left = ARTICLES - len(GONE)
    ids = stocked.recommend(EVERYONE, k=MOST)["article_ids"]
    assert (ids != b"").sum(axis=1).tolist() == [left] * len(EVERYONE)
    similar = stocked.similar([GONE[0], article_id(1)], k=ARTICLES)["article_ids"]
    assert (similar != b"").sum(axis=1).tolist() == [left, left - 1]


def test_rules_of_a_request_apply_to_what_is_available(stocked):
    kept = [article_id(i) for i in range(1, ARTICLES, 2)]
    ids = stocked.recommend(["unknown"], exclude=[kept[:3]], k=MOST)["article_ids"]
    assert {each.decode() for each in ids[0] if each} == set(kept[3:])


def test_the_judged_model_does_not_know_the_stock_of_the_end(states, tiny, trained):
    builder = RecommenderBuilder(RECOMMENDER, states, trained / "weights" / "transform_graph")
    assert recommended_offline(builder, trained, tiny.calendar.cut) & set(GONE)
    assert not recommended_offline(builder, trained, tiny.calendar.end) & set(GONE)


def test_without_stock_recent_sales_are_the_proxy(tiny, trained, exact, builder):
    last_day = exact.offline.state.article_numbers.numpy()[:-1, -1]
    age = tiny.calendar.end - last_day
    old = {article_id(i) for i in range(ARTICLES) if last_day[i] >= 0 and age[i] > 3}
    assert 0 < len(old) < ARTICLES
    recent = builder.with_config(RECOMMENDER.replace(sold_within_days=3))
    assert recommended_offline(builder, trained, tiny.calendar.end) & old
    assert not recommended_offline(recent, trained, tiny.calendar.end) & old


def test_a_shop_without_any_available_article_is_refused(states, tiny, trained, tmp_path):
    empty = shutil.copytree(states, tmp_path / "states")
    write_stock(empty / AVAILABILITY_FILE, IDS.to_pylist())
    with pytest.raises(DataError, match=r"an article must be available on .* Received: none of 30"):
        save_recommender(empty, tiny.calendar.end, trained / "weights", RECOMMENDER, tmp_path / "1")


def test_the_own_purchases_baseline_recommends_what_is_available(states, tiny, tmp_path):
    save_own_purchases(states, tiny.calendar.end, RECOMMENDER, tmp_path / "1")
    example = tf.train.Example()
    example.features.feature["customer_id"].bytes_list.value.append(customer_id(0).encode())
    judge = tf.saved_model.load(str(tmp_path / "1")).signatures["judge"]
    ids = judge(examples=tf.constant([example.SerializeToString()]))["rankings"].numpy()
    assert not {each.decode() for each in ids.ravel()} & set(GONE)


@pytest.fixture
def out(saved, tmp_path):
    """An output folder whose served version is the model of the shop with half of its articles."""
    version = model_dir(tmp_path / "out") / "5"
    shutil.copytree(saved.folder, version)
    return tmp_path / "out"


@pytest.fixture
def open_gate(monkeypatch):
    """An infra gate that passes every model: the first test below asks the real one, which takes a model server."""
    monkeypatch.setattr(executor, "try_model", lambda *given: Verdict(passed=True, line="passed"))
    monkeypatch.setattr(availability, "WorkerHost", contextlib.nullcontext)


def csv(folder: pathlib.Path, *lines: str) -> pathlib.Path:
    folder.mkdir(exist_ok=True)
    text = "\n".join(("article_id,available_from,available_to,stock", *lines)) + "\n"
    (folder / "availability.csv").write_text(text)
    return folder


def test_the_availability_alone_is_pushed(out, tiny, tmp_path):
    end = date_of(tiny.calendar.end)
    data = csv(tmp_path / "data", f"{article_id(3)},,,0", f"{article_id(4)},2099-01-01,,9", f"{article_id(5)},,{end},1")
    pushed = push_availability(data, out, CONFIG)
    assert (pushed.articles, pushed.available, pushed.available_before) == (ARTICLES, ARTICLES - 2, ARTICLES // 2)
    assert str(pushed.day) == end
    before, after = model_dir(out) / "5", pushed.version.path
    served = Served(after, tf.saved_model.load(str(after)), None)
    answers = answered(served)
    for name, articles in answers.items():
        assert not articles & {article_id(3), article_id(4)}, name
    assert answers["recommend"] & set(GONE), "what has stock again is recommended again"
    assert description_of(after)["availability_of"] == 5
    assert description_of(after)["available_on"] == end
    assert "availability_of" not in description_of(before), "the version before must not change"
    assert description_of(after)["weights_digest"] == description_of(before)["weights_digest"]
    assert not [path for path in out.iterdir() if path.name.startswith(".availability")]


def test_scores_stay_the_same(saved, out, tmp_path, open_gate):
    data = csv(tmp_path / "data", *(f"{each},,,0" for each in GONE))
    pushed = push_availability(data, out, CONFIG)
    served = Served(pushed.version.path, tf.saved_model.load(str(pushed.version.path)), None)
    plain, again = (each.recommend(EVERYONE) for each in (saved, served))
    np.testing.assert_array_equal(plain["article_ids"], again["article_ids"])
    np.testing.assert_array_equal(plain["scores"], again["scores"])


def test_another_day_may_be_given(out, tmp_path, open_gate):
    data = csv(tmp_path / "data", f"{article_id(3)},2099-01-01,,")
    pushed = push_availability(data, out, CONFIG, datetime.date(2099, 1, 1))
    assert pushed.available == ARTICLES


def test_a_version_without_an_availability_is_refused(exact, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(exact.folder, model_dir(out) / "5")
    data = csv(tmp_path / "data", f"{article_id(3)},,,0")
    with pytest.raises(LookbookError, match=r"must have been made with availability\.csv"):
        push_availability(data, out, CONFIG)
    assert os.listdir(model_dir(out)) == ["5"]


def test_if_nothing_is_available_nothing_is_pushed(out, tmp_path):
    data = csv(tmp_path / "data", *(f"{each},,,0" for each in IDS.to_pylist()))
    with pytest.raises(DataError, match="an article must be available"):
        push_availability(data, out, CONFIG)
    assert os.listdir(model_dir(out)) == ["5"]


def test_a_newer_version_is_not_hidden(out, tmp_path, monkeypatch):
    """A version is pushed while the infra gate tries the copy."""

    def push_and_pass(*given):
        shutil.copytree(model_dir(out) / "5", model_dir(out) / "6")
        return Verdict(passed=True, line="passed")

    monkeypatch.setattr(executor, "try_model", push_and_pass)
    monkeypatch.setattr(availability, "WorkerHost", contextlib.nullcontext)
    data = csv(tmp_path / "data", f"{article_id(3)},,,0")
    with pytest.raises(LookbookError, match="version 6 was pushed while the availability of version 5 was made"):
        push_availability(data, out, CONFIG)
    assert sorted(os.listdir(model_dir(out))) == ["5", "6"]
