"""Counts ids that the model knows; refuses a list without any, with a hint that would make them known."""

import pytest

from operations.known_ids import compare_ids, near_misses
from transforms.errors import DataError

KNOWN = {"0663713001", "0541518023", "0505221004", "A1"}


def compared(*ids):
    return compare_ids("article", ids, KNOWN, otherwise="never recommended")


def test_all_known():
    assert compared("A1", "0663713001") == "2 of 2 article ids are known to the model"


def test_some_known():
    assert compared("A1", "x", "y", "z", "w") == (
        "1 of 5 article ids are known to the model; never recommended: 'x', 'y', 'z', ..."
    )


def test_none_known_is_refused_with_an_example_of_what_is():
    with pytest.raises(DataError, match=r"at least one article id must be known .* Received: 'x', 'y'; .* such as '"):
        compared("x", "y")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("663713001", "1 would be known with leading zeros, as 0663713001: keep ids as text, not as numbers"),
        ("663713001.0", "1 would be known with leading zeros, as 0663713001: keep ids as text, not as numbers"),
        ("0663713001.0", "1 would be known as whole numbers, as 0663713001: keep ids as text, not as numbers"),
        ("00A1", "1 would be known without leading zeros, as A1"),
        ("'A1'", "1 would be known without quotes and blanks, as A1"),
        ("A1;30", "1 would be known without what follows a delimiter, as A1: name the column customer_id"),
        ("a1", "1 would be known in other letters, as A1: small and capital letters differ"),
        ("B7", None),
    ],
)
def test_a_near_miss_is_named(given, hint):
    found = near_misses([given], KNOWN)
    assert found is None if hint is None else found.startswith(hint.split(":")[0])


def test_lost_zeros_are_told_in_the_refusal_and_beside_the_count():
    with pytest.raises(DataError, match=r"2 would be known with leading zeros, as 0663713001"):
        compared("663713001", "541518023")
    assert "1 would be known with leading zeros" in compared("A1", "541518023", "other")


def test_a_model_that_knows_nothing_has_no_example():
    with pytest.raises(DataError, match=r"Received: 'x'$"):
        compare_ids("customer", ["x"], [], otherwise="new")
