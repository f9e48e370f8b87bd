"""Reasons of an answer, and their texts by templates."""

import json
import re
import string

import pytest

from models.recommender.reasons.codes import CODES as CODES_OF_THE_GRAPH
from serving.client import Reason, ReasonTexts, RecommendedArticle
from serving.client.reason_texts import CODES, ENGLISH, NUMBERS, english, subject_ids

TEMPLATES = json.loads(ENGLISH.read_text(encoding="utf-8"))
NAMES = {"a1": "Kaya t-shirt", "a2": None}


def test_the_client_knows_the_codes_of_the_graph():
    assert set(CODES) == set(CODES_OF_THE_GRAPH)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason("bought_before", count=3, days=12), "bought 3x, last 12 days ago"),
        (Reason("bought_before", count=3, days=1), "bought 3x, last a day ago"),
        (Reason("bought_together", "a1", 14), "bought together with Kaya t-shirt by 14 customers"),
        (Reason("together_with_viewed", "a1", 14), "bought together with Kaya t-shirt, just viewed, by 14 customers"),
        (Reason("other_colour", "a1"), "another colour of Kaya t-shirt, bought before"),
        (Reason("other_colour_of_viewed", "a1"), "another colour of Kaya t-shirt, just viewed"),
        (Reason("like_bought", "a1"), "like Kaya t-shirt, bought before"),
        (Reason("like_viewed", "a1"), "like Kaya t-shirt, just viewed"),
        (Reason("popular_now", count=4), "popular now, place 4"),
        (Reason("popular_at_age", "23-27", 1), "popular at age 23-27, place 1"),
        (Reason("new_in_department", "Ladies"), "new in Ladies"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.code,
)
def test_the_english_texts(reason, text):
    assert english().text(reason, NAMES) == text


@pytest.mark.parametrize("article_id", ["a2", "a3"])
def test_an_article_without_a_name_is_named_by_its_id(article_id):
    assert english().text(Reason("like_bought", article_id), NAMES) == f"like {article_id}, bought before"


def test_braces_in_a_name_are_text():
    assert english().text(Reason("like_bought", "x"), {"x": "{days}"}) == "like {days}, bought before"


def test_a_code_of_a_later_release_is_its_words():
    assert english().text(Reason("in_your_size"), {}) == "in your size"


def test_numbers_may_be_left_out_and_the_form_follows_the_last():
    of_ranks = {"one": "Nummer eins", "other": "Nr. {rank}"}
    texts = ReasonTexts({**TEMPLATES, "bought_together": "dazu: {article}", "popular_now": of_ranks})
    assert texts.text(Reason("bought_together", "a1", 3), NAMES) == "dazu: Kaya t-shirt"
    assert texts.text(Reason("popular_now", count=1), {}) == "Nummer eins"
    assert texts.text(Reason("popular_now", count=2), {}) == "Nr. 2"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"like_bought": "wie gekauft"}, "like_bought must have the placeholder {article}. Received: 'wie gekauft'"),
        ({"popular_now": "Platz {platz}"}, "popular_now must have no other placeholder than: {rank}. Received: 'Platz"),
        ({"popular_now": "Platz {}"}, "popular_now must have no other placeholder than: {rank}"),
        ({"popular_now": "{rank:>9999}"}, "popular_now must have no other placeholder than: {rank}"),
        ({"popular_now": "{rank.real}"}, "popular_now must have no other placeholder than: {rank}"),
        ({"new_in_department": "neu {"}, "new_in_department must have names in braces"),
        ({"new_in_department": 3}, "new_in_department must be a text, or an object of the texts one and other"),
        ({"bought_before": {"one": "einmal"}}, "bought_before must be a text, or an object"),
        ({"bought_befor": "gekauft"}, "Received: bought_befor; remove or rename it."),
    ],
)
def test_wrong_templates_are_refused(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ReasonTexts({**TEMPLATES, **changes})


def test_missing_templates_are_named():
    few = {code: text for code, text in TEMPLATES.items() if code not in ("popular_now", "like_bought")}
    with pytest.raises(ValueError, match=r"must have like_bought, popular_now\. Received: none; add"):
        ReasonTexts(few)


@pytest.mark.parametrize("content", ["[]", "{", "\xff"])
def test_a_file_that_holds_no_templates_is_named(tmp_path, content):
    path = tmp_path / "texts.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(ValueError, match=r"texts\.json must hold|texts\.json must be a JSON file"):
        ReasonTexts.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"none\.json must be a JSON file"):
        ReasonTexts.load(tmp_path / "none.json")


def test_the_articles_that_reasons_name_are_listed_once():
    first = RecommendedArticle("b", 1.0, (), (Reason("like_bought", "a1"), Reason("new_in_department", "Ladies")))
    second = RecommendedArticle("c", 0.5, (), (Reason("other_colour", "a2"), Reason("like_viewed", "a1")))
    assert subject_ids([first, second]) == ["a1", "a2"]


def test_every_english_text_has_all_placeholders():
    for code, template in TEMPLATES.items():
        text = template if isinstance(template, str) else template["other"]
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert set(NUMBERS.get(code, ())) <= names
