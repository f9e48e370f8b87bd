"""Conditions on attributes: of one column "or", of several columns "and"; checked on a catalogue of six articles."""

import pyarrow as pa
import pytest
import tensorflow as tf

from models.recommender.conditions import CONDITION_COLUMNS, AttributeTable
from transforms.columns import ARTICLES

TYPES = ["Boots", "Boots", "Coat", "Coat", None, "A=B"]
COLOURS = ["Red", "Blue", "Red", None, "Blue", "Red"]


@pytest.fixture(scope="module")
def table():
    columns = {name: pa.chunked_array([pa.array([None] * 6, pa.string())]) for name in CONDITION_COLUMNS}
    columns["product_type_name"] = pa.chunked_array([TYPES])
    columns["colour_group_name"] = pa.chunked_array([COLOURS])
    return AttributeTable(pa.table(columns))


def met(table, allow, deny=None):
    """The articles that meet the conditions of each request, by `mask`, `meet` and `meets`, which must agree."""
    deny = deny or [[""]] * len(allow)
    conditions = table.conditions(tf.constant(allow, tf.string), tf.constant(deny, tf.string))
    mask = conditions.mask().numpy().tolist() if conditions.permitted.shape[0] else []
    owners = tf.repeat(tf.range(len(allow)), 6)
    flat = conditions.meets(owners, tf.tile(tf.range(6), [len(allow)])).numpy().reshape(-1, 6).tolist()
    assert flat == mask
    assert conditions.meet(tf.constant([5, 0])).numpy().tolist() == [[row[5], row[0]] for row in mask]
    return [[article for article, is_met in enumerate(row) if is_met] for row in mask]


@pytest.mark.parametrize(
    ("allow", "articles"),
    [
        ([""], [0, 1, 2, 3, 4, 5]),
        (["product_type_name=Boots"], [0, 1]),
        (["product_type_name=Boots", "product_type_name=Coat"], [0, 1, 2, 3]),
        (["product_type_name=Boots", "colour_group_name=Red"], [0]),
        (["", "product_type_name=Boots", "", "product_type_name=Coat", "colour_group_name=Red"], [0, 2]),
        (["colour_group_name="], [3]),
        (["product_type_name="], [4]),
        (["colour_group_name=", "colour_group_name=Blue"], [1, 3, 4]),
        (["product_type_name=A=B"], [5]),
        (["product_type_name=boots"], []),
        (["product_type_name=Boots", "product_type_name=no such type"], [0, 1]),
        (["colour_group_name=Boots"], []),
    ],
)
def test_an_article_must_have_one_allowed_value_of_each_column(table, allow, articles):
    assert met(table, [allow]) == [articles]


@pytest.mark.parametrize(
    ("deny", "articles"),
    [
        (["product_type_name=Boots"], [2, 3, 4, 5]),
        (["product_type_name=Boots", "colour_group_name=Red"], [3, 4]),
        (["colour_group_name="], [0, 1, 2, 4, 5]),
        (["colour_group_name=Green"], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_an_article_must_have_no_denied_value(table, deny, articles):
    assert met(table, [[""]], [deny]) == [articles]


def test_what_is_allowed_and_denied_is_denied(table):
    assert met(table, [["product_type_name=Boots"]], [["colour_group_name=Red"]]) == [[1]]
    assert met(table, [["product_type_name=Boots"]], [["product_type_name=Boots"]]) == [[]]


def test_conditions_apply_to_their_request_only(table):
    allow = [["product_type_name=Boots"], [""], ["colour_group_name=Blue"]]
    deny = [[""], ["product_type_name=Coat"], [""]]
    assert met(table, allow, deny) == [[0, 1], [0, 1, 4, 5], [1, 4]]


@pytest.mark.parametrize("wrong", ["colour=Red", "colour_group_name", "=Red", " colour_group_name=Red", "prod_name=x"])
@pytest.mark.parametrize("side", ["allow", "deny"])
def test_a_condition_that_names_no_attribute_is_refused(table, wrong, side):
    given = {"allow": tf.constant([["", ""]]), "deny": tf.constant([["", ""]])}
    with pytest.raises(tf.errors.InvalidArgumentError, match="colour_group_name") as caught:
        table.conditions(**{**given, side: tf.constant([["index_name=Sport", wrong]])})
    assert wrong in str(caught.value)


def test_all_attributes_with_values_to_choose_from_can_be_named():
    assert tuple(column.name for column in ARTICLES if column.kind == "category") == CONDITION_COLUMNS
    assert {"product_code", "product_group_name", "department_name", "index_name"} <= set(CONDITION_COLUMNS)
