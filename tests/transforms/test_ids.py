"""Ids are stored one on each line: other values are refused, and ids are read as written."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import DataError
from transforms.ids import read_ids, require_lines, write_ids

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1)


@given(st.lists(LINES))
def test_ids_are_read_as_they_were_written(tmp_path_factory, ids):
    path = tmp_path_factory.mktemp("ids") / "ids.txt"
    require_lines("article_id", pa.array(ids, pa.string()))
    write_ids(ids, path)
    assert read_ids(path) == ids


@pytest.mark.parametrize(
    "id_", ["a\u2028b", "a\x85b", "a\x0bb", "a\x0cb", "a\x1cb", " a ", "\t", "a\0b", "\u3000", "👗"]
)
def test_separators_that_end_no_line_for_tensorflow_are_kept(tmp_path, id_):
    write_ids(["before", id_, "behind"], tmp_path / "ids.txt")
    assert read_ids(tmp_path / "ids.txt") == ["before", id_, "behind"]


@pytest.mark.parametrize("id_", ["a\nb", "a\r", "\n", "", None])
def test_an_id_that_is_not_one_line_is_refused_by_name(id_):
    with pytest.raises(DataError, match=r"customer_id must hold ids that are one line .* Received: .*1 more") as caught:
        require_lines("customer_id", pa.chunked_array([["a"], [id_, "b", "\r"]]))
    assert repr(id_) in str(caught.value)


def test_a_last_line_without_line_end_is_an_id(tmp_path):
    (tmp_path / "ids.txt").write_bytes(b"a\nb")
    assert read_ids(tmp_path / "ids.txt") == ["a", "b"]
