"""The rules of requests: an answer is full whenever that many articles meet the conditions, and has no others."""

import numpy as np
import pytest
import tensorflow as tf

from tests.tiny_shop import ARTICLES, article_id, customer_id, raw_articles
from tests.tiny_training import RECOMMENDER

MOST = RECOMMENDER.max_candidates
CUSTOMERS = [customer_id(0), customer_id(7), customer_id(47), "unknown"]
CONDITIONS = {
    "one type": (["product_type_name=Coat"], []),
    "two types of one department": (
        ["product_type_name=Coat", "product_type_name=Vest top", "department_name=Men"],
        [],
    ),
    "no colour": (["colour_group_name="], []),
    "one product": (["product_code=0000104"], []),
    "not red, not blue": ([], ["colour_group_name=Red", "colour_group_name=Blue"]),
    "a coat, not of the sale": (["product_type_name=Coat"], ["section_name=Sale"]),
    "nothing": (["product_type_name=Shoe"], []),
}


def meets(article: dict, allow: list[str], deny: list[str]) -> bool:
    """Whether a raw article meets conditions, by the rule of the documentation."""
    article = {"product_code": article["article_id"][:7], **article}
    allowed: dict[str, set] = {}
    for condition in allow:
        column, value = condition.split("=", 1)
        allowed.setdefault(column, set()).add(value)
    denied = [condition.split("=", 1) for condition in deny]
    return all((article.get(column) or "") in values for column, values in allowed.items()) and not any(
        (article.get(column) or "") == value for column, value in denied
    )


def expected(allow, deny) -> set[str]:
    return {each["article_id"] for each in raw_articles() if meets(each, allow, deny)}


def real(ids) -> list[str]:
    return [each.decode() for each in ids if each]


def for_all(conditions, rows):
    return [conditions or [""]] * rows


@pytest.mark.parametrize(("allow", "deny"), CONDITIONS.values(), ids=CONDITIONS)
def test_recommendations_are_as_many_as_meet_the_conditions(served, allow, deny):
    wanted, batch = expected(allow, deny), len(CUSTOMERS)
    answer = served.recommend(CUSTOMERS, allow=for_all(allow, batch), deny=for_all(deny, batch))
    for ids, scores in zip(answer["article_ids"], answer["scores"], strict=True):
        found = real(ids)
        assert len(set(found)) == len(found) == min(12, len(wanted))
        assert set(found) <= wanted
        assert (np.diff(scores[: len(found)]) <= 0).all()


def test_conditions_and_exclusions_apply_together_and_to_their_customer_only(served):
    coats = sorted(expected(["product_type_name=Coat"], []))
    answer = served.recommend(
        CUSTOMERS[:3],
        allow=[["product_type_name=Coat"], [""], ["product_type_name=Coat"]],
        exclude=[["", ""], ["", ""], coats[:2]],
        k=MOST,
    )
    first, second, third = (real(ids) for ids in answer["article_ids"])
    assert sorted(first) == coats
    assert len(second) == MOST
    assert sorted(third) == coats[2:]


def test_a_customers_answer_does_not_depend_on_the_conditions_of_others(served):
    alone = served.recommend(CUSTOMERS[:1])
    beside = served.recommend(CUSTOMERS[:2], allow=[[""], ["product_type_name=Coat"]])
    assert beside["article_ids"][0].tolist() == alone["article_ids"][0].tolist()


def test_articles_that_meet_the_conditions_keep_the_order_of_popularity_for_an_unknown_customer(served):
    """Other customers' articles may change places: features compare the candidates of a list with one another."""
    everything = real(served.recommend(["unknown"], k=MOST)["article_ids"][0])
    wanted = [each for each in everything if each in expected(["product_type_name=Coat"], [])]
    answer = real(served.recommend(["unknown"], allow=[["product_type_name=Coat"]])["article_ids"][0])
    assert len(wanted) >= 5
    assert [each for each in answer if each in wanted] == wanted


@pytest.mark.parametrize(("allow", "deny"), CONDITIONS.values(), ids=CONDITIONS)
def test_similar_articles_are_as_many_as_meet_the_conditions(served, allow, deny):
    asked = [article_id(0), article_id(13), "unknown"]
    wanted = expected(allow, deny)
    answer = served.similar(asked, allow=for_all(allow, 3), deny=for_all(deny, 3))
    for article, ids in zip(asked[:2], answer["article_ids"], strict=False):
        assert len(real(ids)) == min(12, len(wanted - {article}))
        assert set(real(ids)) <= wanted - {article}
    assert real(answer["article_ids"][2]) == []


def test_looks_are_completed_with_articles_that_meet_the_conditions(served):
    asked = [article_id(0), article_id(13)]
    wanted = expected([], ["colour_group_name=Red"])
    plain = served.complete(asked, k=ARTICLES)
    answer = served.complete(asked, deny=for_all(["colour_group_name=Red"], 2), k=ARTICLES)
    before, after = ({*real(each["article_ids"].ravel())} for each in (plain, answer))
    assert before - wanted, "the plain answer must have red articles"
    assert after == before & wanted


@pytest.mark.parametrize("rule", ["exclude", "allow", "deny"])
@pytest.mark.parametrize("ask", ["recommend", "similar", "complete"])
def test_rules_of_another_batch_size_are_refused(exact, ask, rule):
    with pytest.raises(tf.errors.InvalidArgumentError, match="must have a row for each of"):
        getattr(exact, ask)([article_id(0), article_id(1)], **{rule: [[""]]})
