"""From three CSVs to an answer over gRPC, with the command line."""

import csv
import json
import pathlib
from datetime import date

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from lookbook.cli import main
from pipeline.config import load_config
from serving.client import RecommenderClient
from tests.e2e.shop import SETTINGS, SIZES, STEPS, Done, Shop, lookbook, serving, synthesize
from tests.reason_audit import ReasonAudit
from tests.serving.stock_client import StockClient
from tests.source_tree import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]
RANKINGS = ["recommended", "own_purchases", "popular", "new_to_customer"]
METRICS = ["map_at_12", "ndcg_at_12", "precision_at_12", "recall_at_12"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    root = tmp_path_factory.mktemp("e2e")
    synthesize(root / "shop")
    return Shop(root / "shop", root / "out")


@pytest.fixture(scope="module")
def first(shop) -> tuple[Done, dict, pathlib.Path]:
    """The first run: output, summary and pushed version."""
    done = shop.run()
    assert done.code == 0, done.err
    assert len(shop.versions) == 1, done.out
    return done, shop.summary, shop.versions[0]


@pytest.fixture(scope="module")
def again(shop, first) -> tuple[Done, dict, list[pathlib.Path]]:
    """A second, identical run: output, summary and versions."""
    done = shop.run()
    return done, shop.summary, shop.versions


@pytest.fixture(scope="module")
def port(shop, first):
    with serving(shop.out) as free_port:
        yield free_port


@pytest.fixture(scope="module")
def stock(port):
    client = StockClient(int(port))
    yield client
    client.channel.close()


@pytest.fixture(scope="module")
def recommended(shop, first, tmp_path_factory) -> dict[str, list[str]]:
    """The articles of each customer in the file of `recommend --all`."""
    to = tmp_path_factory.mktemp("recs") / "recs.csv"
    assert main(["recommend", "--out", str(shop.out), "--all", "--to", str(to)]) == 0
    with to.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["customer_id", "prediction"]
    return {customer: articles.split(" ") for customer, articles in rows}


def test_the_first_run_pushes_and_prints_the_version(first, shop):
    done, summary, version = first
    assert summary["model_gate"].startswith("passed")
    assert summary["infra_gate"].startswith("passed: 50 canary queries")
    assert summary["version"] == str(version)
    assert (summary["steps"], summary["cached"]) == (STEPS, 0)
    for line in (summary["model_gate"], summary["infra_gate"], str(version)):
        assert line in done.out
    assert f"Test week, {summary['customers']} customers who bought" in done.out
    lines = done.err.splitlines()
    assert [line for line in lines if not line.startswith("[")] == [], "TensorFlow must log to run.log"
    assert len(lines) == STEPS


def test_a_run_leaves_no_temporary_files(first, shop):
    assert list(shop.temporary.iterdir()) == []


def test_the_summary_has_figures_of_the_baselines_and_the_oracle(first):
    _, summary, _ = first
    assert list(summary["figures"]) == RANKINGS
    for figures in summary["figures"].values():
        assert list(figures) == METRICS
        assert all(0 < value < 1 for value in figures.values())
    ours, own, popular = (summary["figures"][name]["map_at_12"] for name in RANKINGS[:3])
    assert summary["difference"]["mean"] == pytest.approx(ours - max(own, popular))
    assert summary["difference"]["low"] < summary["difference"]["mean"] < summary["difference"]["high"]
    assert summary["oracle"] > max(ours, own, popular)
    assert summary["gap_closed"] == pytest.approx((ours - max(own, popular)) / (summary["oracle"] - max(own, popular)))
    assert summary["slices"]["all"]["customers"] == summary["customers"]
    parts = [summary["slices"][f"standing={name}"]["customers"] for name in ("new", "returning")]
    assert sum(parts) == summary["customers"]


def test_the_version_contains_its_figures_customers_and_weights(first, shop):
    _, summary, version = first
    extra = version / "assets.extra"
    figures = json.loads((extra / "lookbook.json").read_text())
    days = sorted(shop.ids("transactions_train", "t_dat"))
    assert figures["evaluation"]["map_at_12"] == summary["figures"]["recommended"]["map_at_12"]
    assert figures["judged_as_of"] == days[-7]
    assert figures["as_of"] > days[-1]
    assert set((extra / "customer_ids.txt").read_text().split()) == shop.ids("customers", "customer_id")
    assert (extra / "weights" / "towers").is_dir()


def test_the_settings_of_the_pushed_version_are_stored(first, shop):
    assert load_config(str(shop.out / "settings.toml"), []) == load_config(None, SETTINGS)


def test_every_customer_gets_twelve_articles_of_the_catalogue(recommended, shop):
    assert set(recommended) == shop.ids("customers", "customer_id")
    catalogue = shop.ids("articles", "article_id")
    for articles in recommended.values():
        assert len(articles) == len(set(articles)) == 12
        assert set(articles) <= catalogue


def test_evaluate_agrees_with_recommend(recommended, shop, tmp_path, capsys):
    truth = tmp_path / "truth.csv"
    last = max(shop.ids("transactions_train", "t_dat"))
    bought: dict[str, set[str]] = {}
    for row in shop.rows("transactions_train"):
        if row["t_dat"] == last:
            bought.setdefault(row["customer_id"], set()).add(row["article_id"])
    lines = [f"{customer},{article}" for customer, articles in bought.items() for article in articles]
    truth.write_text("\n".join(["customer_id,article_id", *lines]) + "\n")
    assert main(["evaluate", "--out", str(shop.out), "--truth", str(truth), "--json"]) == 0
    judged = json.loads(capsys.readouterr().out)
    assert judged["customers"] == len(bought)
    recall = [len(bought[customer] & set(recommended[customer])) / len(bought[customer]) for customer in bought]
    assert judged["figures"]["lookbook"]["recall_at_12"]["mean"] == pytest.approx(np.mean(recall))


def test_versions_lists_the_version_as_served(first, shop, capsys):
    assert main(["versions", "--out", str(shop.out)]) == 0
    listed = capsys.readouterr().out
    assert first[2].name in listed
    assert "served" in listed


def test_a_stock_client_gets_twelve_articles_for_known_unknown_and_empty_customers(stock, shop):
    known = min(shop.ids("customers", "customer_id"))
    catalogue = shop.ids("articles", "article_id")
    answer = stock.ask({"customer_id": [known, "unknown", ""]})
    assert answer["article_ids"].shape == answer["scores"].shape == answer["channels"].shape == (3, 12)
    for row in answer["article_ids"].astype(str):
        assert len(set(row)) == 12
        assert set(row) <= catalogue
    assert (np.diff(answer["scores"], axis=1) <= 0).all()
    assert answer["channels"].all()


def test_served_answers_equal_those_of_the_loaded_model(stock, first, recommended):
    import tensorflow as tf
    from scann.scann_ops.py import scann_ops  # noqa: F401 (registers the op)

    model = tf.saved_model.load(str(first[2]))
    customers = [*sorted(recommended)[:20], "unknown", ""]
    here = model.signatures["serving_default"](customer_id=tf.constant(customers))
    served = stock.ask({"customer_id": customers})
    assert served["article_ids"].tolist() == here["article_ids"].numpy().tolist()
    assert served["channels"].tolist() == here["channels"].numpy().tolist()
    np.testing.assert_allclose(served["scores"], here["scores"].numpy(), rtol=1e-5)


def test_the_csvs_support_all_reasons_of_a_thousand_recommendations(port, shop):
    days = [(date.fromisoformat(row["t_dat"]).toordinal(), row) for row in shop.rows("transactions_train")]
    config = load_config(None, SETTINGS)
    audit = ReasonAudit(
        shop.rows("articles"),
        shop.rows("customers"),
        [(day, row["customer_id"], row["article_id"]) for day, row in days],
        end=max(day for day, _ in days) + 1,
        config=config.features,
        new_arrival_days=config.recommender.new_arrival_days,
    )
    with RecommenderClient(f"127.0.0.1:{port}") as client:
        answers = client.recommend_default(sorted(shop.ids("customers", "customer_id"))[:90], reasons=True)
    recommended = [(answer.customer_id, article) for answer in answers for article in answer.articles]
    assert len(recommended) >= 1000
    reasons = [(who, article.article_id, reason) for who, article in recommended for reason in article.reasons]
    assert [each for each in reasons if not audit.is_supported(*each)] == []
    assert sum(bool(article.reasons) for _, article in recommended) >= 0.95 * len(recommended)


def test_query_and_similar_show_names(port, shop, capsys):
    article = shop.rows("articles")[0]
    assert main(["similar", article["article_id"], "--port", port, "--k", "5"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"like {article['article_id']}: {article['prod_name']}")
    names = {row["article_id"]: row["prod_name"] for row in shop.rows("articles")}
    assert main(["query", min(shop.ids("customers", "customer_id")), "--port", port]) == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if any(article in line for article in names)]
    assert len(shown) == 12
    for line in shown:
        (article_id,) = (article for article in names if article in line)
        assert names[article_id] in line


def test_a_second_run_takes_all_steps_from_the_cache(again, first):
    done, summary, versions = again
    assert done.code == 0, done.err
    assert (summary["steps"], summary["cached"]) == (STEPS, STEPS)
    assert versions == [first[2]]
    assert summary["version"] == str(first[2])
    assert summary["figures"] == first[1]["figures"]


def test_a_missing_data_folder_is_one_line_and_nothing_is_written(tmp_path):
    done = lookbook("run", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "out"))
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert not list((tmp_path / "out").glob("pipeline"))


def test_the_tour_notebook_reads_the_run(first, shop, monkeypatch):
    """docs/tour.ipynb runs from its folder on any output folder; its code shows no warnings."""
    notebook = nbformat.read(ROOT / "docs" / "tour.ipynb", as_version=4)
    monkeypatch.setenv("LOOKBOOK_OUT", str(shop.out))
    resources = {"metadata": {"path": str(ROOT / "docs")}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    texts = "\n".join(output.text for output in outputs if output.output_type == "stream")
    assert f"{SIZES['articles']:,} articles, {SIZES['customers']:,} customers" in texts
    assert sum("image/svg+xml" in output.get("data", {}) for output in outputs) == 3
