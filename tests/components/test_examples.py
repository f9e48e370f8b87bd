"""Arrow tables to tf.Examples and back."""

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.examples import as_lists, read_examples, write_examples
from components.ingest.table_examples import write_table_examples


def round_trip(table: pa.Table, folder, shards: int = 1) -> dict:
    assert write_examples(table, folder, shards) == table.num_rows
    return read_examples(folder).to_pydict()


def test_every_kind_of_column_is_read_back_as_lists_and_null_as_an_empty_list(tmp_path):
    table = pa.table(
        {
            "text": ["zoé", None, ""],
            "code": pa.array(["a", None, "a"]).dictionary_encode(),
            "whole": pa.array([2**40, None, -1]),
            "small": pa.array([1, None, 3], pa.int8()),
            "real": [0.5, None, -0.25],
            "flag": [True, None, False],
            "day": pa.array([datetime.date(1970, 1, 2), None, datetime.date(2020, 9, 22)]),
            "nothing": pa.array([None] * 3, pa.float64()),
        }
    )
    assert round_trip(table, tmp_path) == {
        "text": [["zoé".encode()], [], [b""]],
        "code": [[b"a"], [], [b"a"]],
        "whole": [[2**40], [], [-1]],
        "small": [[1], [], [3]],
        "real": [[0.5], [], [-0.25]],
        "flag": [[1], [], [0]],
        "day": [[1], [], [18527]],
        "nothing": [[], [], []],
    }


def test_list_columns_keep_their_lists(tmp_path):
    table = pa.table(
        {
            "ids": pa.array([["b", "a"], None, []], pa.list_(pa.string())),
            "numbers": pa.array([[1], [2, 3], None], pa.large_list(pa.int32())),
            "vector": pa.array([[0.5, 1.5], None, [2.0, 3.0]], pa.list_(pa.float32(), 2)),
        }
    )
    assert round_trip(table, tmp_path) == {
        "ids": [[b"b", b"a"], [], []],
        "numbers": [[1], [2, 3], []],
        "vector": [[0.5, 1.5], [], [2.0, 3.0]],
    }


def test_a_slice_of_a_list_column_holds_only_the_slice():
    table = pa.table({"ids": [[1, 2], [3], None, [4, 5]], "vector": pa.array([[1, 2]] * 4, pa.list_(pa.int64(), 2))})
    (batch,) = table.slice(1, 2).to_batches()
    assert as_lists(batch).to_pydict() == {"ids": [[3], []], "vector": [[1, 2], [1, 2]]}


def test_shards_together_hold_all_rows_once(tmp_path):
    table = pa.table({"i": range(20_000)})
    read = round_trip(table, tmp_path, shards=3)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        f"data_tfrecord-0000{shard}-of-00003.gz" for shard in range(3)
    ]
    assert sorted(i for (i,) in read["i"]) == list(range(20_000))


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.array([datetime.timedelta(1)]), "column odd must have .* Received: duration"),
        (pa.array([[1, None]]), "column odd must not have null inside a list"),
        (pa.array([{"a": 1}]), "column odd must have .* Received: struct"),
    ],
)
def test_a_column_that_no_example_can_hold_is_refused_by_name(column, message, tmp_path):
    with pytest.raises(TypeError, match=message):
        write_examples(pa.table({"odd": column}), tmp_path)


def test_zero_shards_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"shards must be at least 1\. Received: shards = 0"):
        write_examples(pa.table({"i": [1]}), tmp_path, shards=0)


def test_a_folder_without_examples_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"must have files data_tfrecord"):
        read_examples(tmp_path)


@pytest.mark.parametrize(("rows", "wanted"), [(10, 4), (200_000, 7), (200_001, 10_007), (5, 5), (5, 9)])
def test_the_sample_is_the_rows_i_times_rows_over_wanted(rows, wanted, tmp_path):
    pq.write_table(pa.table({"i": range(rows)}), tmp_path / "transactions.parquet", row_group_size=60_000)
    written = write_table_examples(tmp_path, "transactions", tmp_path / "examples", max_rows=wanted)
    taken = [i for (i,) in read_examples(tmp_path / "examples").to_pydict()["i"]]
    expected = [i * rows // wanted for i in range(wanted)] if wanted < rows else list(range(rows))
    assert written == len(expected)
    assert taken == expected
