"""Cutting a block into records and values."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.ingest.blocks import cut
from components.ingest.cuts import Cut
from components.ingest.faults import MAX_ROW_BYTES, UNCLOSED


def read(block: bytes, fields: int, *, last: bool = True) -> tuple[list[list[bytes]], Cut]:
    """Returns all values of the rows of `block`, and the cut."""
    found = cut(block, fields, list(range(fields)), last=last)
    rows = []
    for starts, ends, escaped in zip(found.starts, found.ends, found.escaped, strict=True):
        values = [block[start:end] for start, end in zip(starts, ends, strict=True)]
        rows.append([v.replace(b'""', b'"') if e else v for v, e in zip(values, escaped, strict=True)])
    return rows, found


def faults_of(found: Cut, block: bytes) -> list[tuple[bytes, int, str]]:
    return [(block[fault.start : fault.end], fault.field, fault.reason) for fault in found.faults]


TEXT = st.text(st.sampled_from('ab ,"\r\n\0é'), max_size=6)


def written(value: str, *, always: bool) -> str:
    """Writes a value as in RFC 4180, with quotes if necessary or `always`."""
    if always or any(character in value for character in ' ,"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


@given(
    rows=st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=8),
    ends=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=8, max_size=8),
    always=st.booleans(),
)
def test_written_rows_are_read_back_with_any_line_ends(rows, ends, always):
    text = "".join(
        ",".join(written(value, always=always) for value in row) + end for row, end in zip(rows, ends, strict=False)
    )
    found, cutting = read(text.encode(), 3)
    assert [[value.decode() for value in row] for row in found] == rows
    assert not cutting.faults
    assert cutting.used == len(text.encode())


@given(content=st.text(st.sampled_from('a ,"\r\n'), max_size=40), at=st.integers(0, 40))
@example(content='"a"b,c\n1,2\n', at=0)
@example(content='1,"open,\n3,4\n"5",6\n', at=0)
def test_every_byte_belongs_to_a_row_a_fault_or_an_empty_line_for_any_block_boundary(content, at):
    """Reading in two pieces gives the same as reading in one."""
    block = content.encode()
    rows, whole = read(block, 2)
    assert whole.used == len(block)
    covered = np.zeros(len(block) + 1, bool)
    for start, ends in zip(whole.rows, whole.ends, strict=True):
        covered[start : ends[-1]] = True
    for fault in whole.faults:
        assert not covered[fault.start : fault.end].any()
        covered[fault.start : fault.end] = True
    left = bytes(byte for byte, done in zip(block, covered, strict=False) if not done)
    assert set(left) <= set(b'\r\n" ')
    if any(reason == UNCLOSED for *_, reason in faults_of(whole, block)):
        return
    first, rest = read(block[:at], 2, last=False)
    second, end = read(block[rest.used :], 2)
    assert first + second == rows
    assert len(rest.faults) + len(end.faults) == len(whole.faults)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b'"a"b,2', (b'"a"b,2', 0, "a quote in the wrong place")),
        (b'1,"open', (b'1,"open', 1, "a quote in the wrong place")),
        (b"1", (b"1", 1, "too few values")),
        (b"1,2,3", (b"1,2,3", -1, "too many values")),
        (b'1,"2\n3",4', (b'1,"2\n3",4', -1, "too many values")),
    ],
)
def test_a_wrong_record_does_not_affect_other_records(line, fault):
    block = b'x,"y"\n' + line + b'\nx,y\nx,"y"\n'
    rows, found = read(block, 2)
    assert rows == [[b"x", b"y"]] * 3
    assert faults_of(found, block) == [fault]


def test_a_quote_opened_by_mistake_loses_only_its_line():
    """The record from line 2 to the closing quote has too many values and holds whole rows."""
    block = b'1,2\n3,"4\n5,6\n7,8\n9,",10\n11,12\n'
    rows, found = read(block, 2)
    assert rows == [[b"1", b"2"], [b"5", b"6"], [b"7", b"8"], [b"11", b"12"]]
    assert [line for line, *_ in faults_of(found, block)] == [b'3,"4', b'9,",10']


def test_an_unclosed_quote_is_a_fault_of_its_line():
    block = b'1,2\n3,"4\n5,6\n'
    rows, found = read(block, 2)
    assert rows == [[b"1", b"2"], [b"5", b"6"]]
    assert faults_of(found, block) == [(b'3,"4', 1, "a quoted value that is never closed")]


def test_quotes_in_unquoted_values_are_kept_and_blanks_around_quoted_values_ignored():
    rows, found = read(b'5" tv,a"b"c\n "x, y" ,z\n', 2)
    assert rows == [[b'5" tv', b'a"b"c'], [b"x, y", b"z"]]
    assert not found.faults


def test_a_too_long_row_is_a_fault():
    long = b"x" * MAX_ROW_BYTES
    rows, found = read(b"1,2\n3," + long + b'\n4,"' + long + b'"\n5,6\n', 2)
    assert rows == [[b"1", b"2"], [b"5", b"6"]]
    assert [(fault.start, fault.reason) for fault in found.faults] == [
        (4, "row longer than 4,000,000 bytes"),
        (4_000_007, "row longer than 4,000,000 bytes"),
    ]


def test_irregular_rows_are_read_like_regular_ones():
    block = b'5" tv,"a"\n' * 5_000 + b'6,"b"\n' * 5_000
    rows, found = read(block, 2)
    assert rows == [[b'5" tv', b"a"]] * 5_000 + [[b"6", b"b"]] * 5_000
    assert not found.faults
