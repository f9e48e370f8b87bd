"""The example of a feature repository names columns that `lookbook table` writes, with their types."""

import ast

from models.recommender.config import RecommenderConfig
from operations.table_schema import table_schema
from tests.source_tree import ROOT

TYPES = {"Float32": "float", "Int32": "int32"}


def test_each_field_of_the_example_is_a_column_of_its_type():
    schema = table_schema(RecommenderConfig())
    tree = ast.parse((ROOT / "docs" / "feature_repo" / "features.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.func.id in ("Field", "Entity")]
    given = [{word.arg: word.value for word in call.keywords} for call in calls]
    fields = {words["name"].value: words["dtype"].id for words in given if "dtype" in words}
    keys = [words["join_keys"].elts[0].value for words in given if "join_keys" in words]
    assert keys == ["customer_id", "article_id"]
    assert len(fields) == 10
    for name, kind in fields.items():
        assert str(schema.field(name).type) == TYPES[kind]
