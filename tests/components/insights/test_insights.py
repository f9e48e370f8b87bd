"""The insights of the tiny shop's model, compared with what the model is judged by."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components.examples import read_examples
from components.insights.component import Insights
from components.insights.executor import write_insights
from models.rankings import RANKINGS, RECOMMENDED
from models.recommender import features
from tests.assembled_models import unsaved
from tests.tiny_shop import purchases, raw_articles
from tests.tiny_training import RECOMMENDER
from transforms.calendar import date_of
from transforms.content import CONTENT_FILE, read_content

FILES = ("reach", "cases", "article_map", "importance", "neighbours")


@pytest.fixture(scope="module")
def insights(tiny, trained, tmp_path_factory):
    to = tmp_path_factory.mktemp("insights")
    write_insights(tiny.states, trained, tiny.root / "judged", RECOMMENDER, 0, to)
    return {name: json.loads((to / f"{name}.json").read_text()) for name in FILES}


def test_neighbours_are_the_nearest_of_other_products_by_each_kind(insights, tiny):
    articles = pq.read_table(tiny.states / "articles.parquet", columns=["article_id", "product_code"])
    ids = articles["article_id"].to_pylist()
    product = dict(zip(ids, articles["product_code"].to_pylist(), strict=True))
    content = read_content(tiny.states / CONTENT_FILE, articles["article_id"])
    found = insights["neighbours"]["articles"]
    assert 0 < len(found) <= 6
    for asked in found:
        for kind in ("picture", "text"):
            vectors = content[kind].vectors.astype(np.float64)
            of = ids.index(asked["article_id"])
            assert content[kind].known[of]
            cosines = {
                name: vectors[row] @ vectors[of] / np.linalg.norm(vectors[row])
                for row, name in enumerate(ids)
                if content[kind].known[row] and product[name] != product[asked["article_id"]]
            }
            best = sorted(cosines, key=lambda name: -cosines[name])[:6]
            assert [near["article_id"] for near in asked["nearest"][kind]] == best


@pytest.fixture(scope="module")
def judged(tiny):
    table = read_examples(tiny.root / "judged" / "Split-eval")
    return {
        customer[0].decode(): {article.decode() for article in bought}
        for customer, bought in zip(table["customer_id"].to_pylist(), table["purchased"].to_pylist(), strict=True)
    }


@pytest.fixture(scope="module")
def ranked(tiny, trained, judged, tmp_path_factory):
    """What the signature `judge` of the model as of the cut answers, by customer."""
    folder = tmp_path_factory.mktemp("judged")
    model = unsaved(tiny.states, tiny.calendar.cut, trained / "weights", RECOMMENDER, folder)
    examples = [
        tf.train.Example(
            features=tf.train.Features(
                feature={"customer_id": tf.train.Feature(bytes_list=tf.train.BytesList(value=[customer.encode()]))}
            )
        ).SerializeToString()
        for customer in judged
    ]
    rankings = model.ask("judge", examples=examples)["rankings"][:, RANKINGS.index(RECOMMENDED)]
    return {
        customer: [article.decode() for article in ranking if article]
        for customer, ranking in zip(judged, rankings, strict=True)
    }


def test_the_cases_show_what_the_model_is_judged_by(insights, ranked, judged):
    assert insights["cases"]["customers"] == len(judged)
    assert len(insights["cases"]["cases"]) == 8
    for case in insights["cases"]["cases"]:
        recommended = [entry["article_id"] for entry in case["recommended"]]
        bought = judged[case["customer_id"]]
        assert recommended == ranked[case["customer_id"]]
        assert {entry["article_id"] for entry in case["recommended"] if entry["bought"]} == bought & {*recommended}
        assert {entry["article_id"] for entry in case["bought"]} == bought
        assert case["num_bought"] == len(bought)
        assert [entry["score"] for entry in case["recommended"]] == sorted(
            (entry["score"] for entry in case["recommended"]), reverse=True
        )


def test_reasons_name_articles_that_the_customer_bought(insights, tiny):
    named = [
        (case["customer_id"], reason)
        for case in insights["cases"]["cases"]
        for entry in case["recommended"]
        for reason in entry["reasons"]
        if reason["code"] == "bought_together"
    ]
    assert named
    names = {row["article_id"]: row["prod_name"] or "" for row in raw_articles()}
    for customer_id, reason in named:
        assert reason["name"] == names[reason["subject"]]
        assert reason["subject"] in {
            article for day, customer, article, _ in purchases() if customer == customer_id and day < tiny.calendar.cut
        }


def test_last_purchases_are_those_before_the_test_week_newest_first(insights, tiny):
    assert insights["cases"]["as_of"] == date_of(tiny.calendar.cut)
    for case in insights["cases"]["cases"]:
        last = [(entry["day"], entry["article_id"]) for entry in case["last"]]
        days = [day for day, _ in last]
        assert days == sorted(days, reverse=True)
        before = {
            (date_of(day), article)
            for day, customer, article, _ in purchases()
            if customer == case["customer_id"] and day < tiny.calendar.cut
        }
        assert set(last) <= before
        assert not last or days[0] == max(day for day, _ in before)


def test_coverage_is_that_of_the_judged_rankings(insights, ranked):
    reach = insights["reach"]
    assert reach["customers"] == len(ranked)
    recommended = {article for ranking in ranked.values() for article in ranking}
    assert reach["rankings"]["recommended"]["coverage"] == pytest.approx(len(recommended) / reach["articles"])
    for figures in reach["rankings"].values():
        assert sum(figures["by_decile"]) == pytest.approx(1)
    assert reach["rankings"]["popular"]["coverage"] <= 12 / reach["articles"]
    assert "diversity" not in reach["rankings"]["bought"]


def test_the_map_has_all_articles_that_were_sold_near_the_centre_of_their_components(insights, tiny):
    points = insights["article_map"]["points"]
    sold = {article for day, _, article, _ in purchases() if day < tiny.calendar.cut}
    assert {point["article_id"] for point in points} <= sold
    assert len(points) == insights["article_map"]["articles"]
    first, second = insights["article_map"]["variance"]
    assert 1 >= first >= second >= 0
    spread = np.var([[point["x"], point["y"]] for point in points], axis=0)
    assert spread[0] > 0


def test_importance_names_features_of_the_network_with_a_spread(insights):
    importance = insights["importance"]
    assert importance["all_features"] == len(features.FEATURES)
    assert {entry["name"] for entry in importance["features"]} <= set(features.FEATURES)
    assert 0 < importance["with_a_positive"] <= importance["lists"]
    for entry in (*importance["families"], *importance["features"]):
        for metric in ("map_at_12", "ndcg_at_12"):
            spread = entry[metric]
            assert spread["low"] <= spread["mean"] <= spread["high"] <= importance["metrics"][metric]


class Artifact:
    def __init__(self, uri):
        self.uri = str(uri)


def test_a_failure_is_logged_and_does_not_fail_the_run(tmp_path, caplog):
    settings = json.dumps({"recommender": RECOMMENDER.as_tree(), "seed": 0, "code_version": "v"})
    nowhere = Artifact(tmp_path / "nowhere")
    body = Insights.EXECUTOR_SPEC.executor_class._FUNCTION
    body(states=nowhere, weights=nowhere, judged=nowhere, settings=settings, insights=Artifact(tmp_path / "to"))
    assert "the insights could not be computed" in caplog.text
