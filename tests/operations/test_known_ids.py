"""Known ids are counted; a list without known ids is refused with a hint."""

import pytest

from operations.known_ids import compare_ids, describe_unknown, lookup_in, near_misses
from transforms.errors import DataError

KNOWN = {"0663713001", "0541518023", "0505221004", "A1"}


def compared(*ids):
    return compare_ids("article", ids, KNOWN, otherwise="never recommended")


def test_known_ids_are_counted():
    assert compared("A1", "0663713001") == "2 of 2 article ids are known to the model"


def test_unknown_ids_are_listed_up_to_three():
    assert compared("A1", "x", "y", "z", "w") == (
        "1 of 5 article ids are known to the model; never recommended: 'x', 'y', 'z', ..."
    )


def test_unknown_ids_alone_are_refused_with_an_example_of_a_known_id():
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
        ("a1", "1 would be known in upper case, as A1: ids are case-sensitive"),
        ("b2", None),
        ("663713001x", None),
        ("B7", None),
    ],
)
def test_a_near_miss_is_named(given, hint):
    assert near_misses([given], lookup_in(KNOWN)) == hint


def test_the_change_that_explains_most_ids_is_named():
    assert near_misses(["a1", "541518023", "505221004"], lookup_in(KNOWN)).startswith("2 would be known with leading")


def test_ids_are_looked_up_in_one_call():
    """A lookup may be a remote call."""
    calls = []
    near_misses(["1", "2", "x;y"], lambda ids: calls.append(ids) or set())
    assert len(calls) == 1


def test_all_known_ids_need_no_description():
    assert describe_unknown("article", ["A1"], lookup_in(KNOWN), otherwise="ignored") is None
    assert describe_unknown("article", [], lookup_in(KNOWN), otherwise="ignored") is None


def test_lost_zeros_are_hinted_at_in_the_error_and_in_the_count():
    with pytest.raises(DataError, match=r"2 would be known with leading zeros, as 0663713001"):
        compared("663713001", "541518023")
    assert "1 would be known with leading zeros" in compared("A1", "541518023", "other")


def test_the_error_of_a_model_without_ids_has_no_example():
    with pytest.raises(DataError, match=r"Received: 'x'$"):
        compare_ids("customer", ["x"], [], otherwise="new")
