"""The split of customers over version labels is stable, uniform and independent of other splits."""

import collections
import subprocess
import sys

import pytest

from serving.client import ClientConfig, Split, SplitClients
from tests.serving.fake_server import fake_server
from tests.source_tree import ROOT

CUSTOMERS = [f"customer-{n}" for n in range(20_000)]
CANARY = Split({"canary": 0.05, "stable": 0.95}, salt="autumn")


def test_the_label_of_a_customer_never_changes():
    """Of the SHA-256 of "autumn", a NUL and customer-0 to customer-39 (by sha256sum), only three begin below 0f00.

    They are 0d77 (18), 0efa (34) and 0e56 (35); 0.057 of the line ends at 0e97.
    """
    split = Split({"canary": 0.057, "stable": 0.943}, salt="autumn")
    labels = [split.label(customer) for customer in CUSTOMERS[:40]]
    assert [n for n, label in enumerate(labels) if label == "canary"] == [18, 35]


def test_the_label_is_the_same_in_every_process():
    code = (
        "from serving.client import Split; split = Split({'canary': 0.05, 'stable': 0.95}, salt='autumn');"
        "print([split.label(f'customer-{n}') for n in range(100)])"
    )
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str([CANARY.label(customer) for customer in CUSTOMERS[:100]])


@pytest.mark.parametrize(
    "shares", [{"A": 0.5, "B": 0.5}, {"canary": 0.05, "stable": 0.95}, {"A": 0.2, "B": 0.3, "C": 0.5}]
)
def test_labels_get_their_shares(shares):
    """Within five standard errors of a share of 20,000 customers."""
    split = Split(shares, salt="uniformity")
    counted = collections.Counter(map(split.label, CUSTOMERS))
    for label, share in shares.items():
        assert abs(counted[label] / 20_000 - share) < 5 * (share * (1 - share) / 20_000) ** 0.5


def test_a_growing_canary_keeps_its_customers():
    grown = Split({"canary": 0.2, "stable": 0.8}, salt="autumn")
    before = {customer for customer in CUSTOMERS if CANARY.label(customer) == "canary"}
    assert before < {customer for customer in CUSTOMERS if grown.label(customer) == "canary"}


def test_another_salt_splits_independently():
    """Of those under A, about half are under A again: within five standard errors of 10,000 customers."""
    first, second = (Split({"A": 0.5, "B": 0.5}, salt=salt) for salt in ("first", "second"))
    under_a = [customer for customer in CUSTOMERS if first.label(customer) == "A"]
    again = sum(second.label(customer) == "A" for customer in under_a)
    assert abs(again / len(under_a) - 0.5) < 5 * 0.5 / len(under_a) ** 0.5


@pytest.mark.parametrize(
    ("shares", "salt", "words"),
    [
        ({"A": 0.5, "B": 0.4}, "x", "shares must be above 0 and their sum 1"),
        ({"A": 1.5, "B": -0.5}, "x", "shares must be above 0 and their sum 1"),
        ({}, "x", "shares must be above 0 and their sum 1"),
        ({"A": 1.0}, "", "salt must not be empty"),
    ],
)
def test_invalid_splits_are_errors(shares, salt, words):
    with pytest.raises(ValueError, match=words):
        Split(shares, salt)


def test_each_customer_is_answered_by_the_version_of_the_label():
    asked = []

    def predict(request, context):
        asked.append(request.model_spec.version_label)
        return {"article_ids": [["a"]], "scores": [[1.0]], "channels": [[""]]}

    split = Split({"A": 0.5, "B": 0.5}, salt="clients")
    with fake_server(predict) as port, SplitClients(f"127.0.0.1:{port}", split, ClientConfig(deadline_s=60)) as clients:
        for customer in CUSTOMERS[:10]:
            clients.of(customer).recommend([customer])
    assert asked == [split.label(customer) for customer in CUSTOMERS[:10]]
    assert set(asked) == {"A", "B"}
