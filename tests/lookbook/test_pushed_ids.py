"""The list of customers of a pushed model has one id a line, whatever characters the ids contain."""

import json
import shutil

import pytest

from operations.pushed import load_served
from transforms.errors import LookbookError
from transforms.ids import write_ids

ODD = ["a\u2028b", "a\x85b", "a\x0bb", "a\x0cb", " a ", "a\0b", "👗"]


@pytest.fixture
def extra(out, tmp_path):
    """The `assets.extra` of a copy of the pushed version in `tmp_path`."""
    shutil.copytree(out, tmp_path, dirs_exist_ok=True)
    (version,) = (tmp_path / "serving" / "lookbook").iterdir()
    return version / "assets.extra"


def describe(extra, **more):
    tree = json.loads((extra / "lookbook.json").read_text())
    (extra / "lookbook.json").write_text(json.dumps({**tree, **more}))


def test_only_a_line_feed_ends_an_id(extra, tmp_path):
    write_ids(ODD, extra / "customer_ids.txt")
    describe(extra, customers=len(ODD))
    model = load_served(tmp_path)
    assert model.known_customers() == ODD
    ((batch, lists),) = model.recommend(ODD)
    assert batch == ODD
    assert len(lists) == len(ODD)


@pytest.mark.parametrize("count", [len(ODD) - 1, len(ODD) + 1])
def test_a_list_of_another_length_than_the_customers_is_an_error(extra, tmp_path, count):
    write_ids(ODD, extra / "customer_ids.txt")
    describe(extra, customers=count)
    with pytest.raises(LookbookError, match=rf"must hold the {count} customers of the model. Received: 7 lines; push"):
        load_served(tmp_path).known_customers()
