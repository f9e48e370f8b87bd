"""Examples hold exactly the purchases before their day, compared with plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.retrieval.entities import ArticleTable, CustomerTable
from models.retrieval.purchases import ExampleGather, Shares, sort_purchases
from models.retrieval.stages import gather_examples
from models.retrieval.transformed import TrainingData
from tests.tiny_training import RETRIEVAL
from transforms import features as f

ARTICLES, CUSTOMERS = 6, 3
ARTICLE_TABLE = ArticleTable(
    article_index=np.append(np.arange(ARTICLES) + 100, -1).astype(np.int32),
    categories=np.arange((ARTICLES + 1) * len(f.ARTICLE_CATEGORIES), dtype=np.int32).reshape(ARTICLES + 1, -1),
    words=np.full((ARTICLES + 1, f.WORDS_PER_ARTICLE), -1, np.int32),
    content=np.eye(ARTICLES + 1, 4, dtype=np.float32),
)
CUSTOMER_TABLE = CustomerTable(
    customer_index=np.append(np.arange(CUSTOMERS), -1).astype(np.int32),
    categories=np.zeros((CUSTOMERS + 1, len(f.CUSTOMER_CATEGORIES) + 1), np.int32),
    age=np.linspace(-1, 1, CUSTOMERS + 1).astype(np.float32),
)

purchase = st.tuples(st.integers(0, CUSTOMERS - 1), st.integers(0, ARTICLES - 1), st.integers(0, 8))
some = st.lists(purchase, min_size=1, max_size=25, unique=True)


def arrays(bought):
    customers, articles, days = (np.array(column) for column in zip(*bought, strict=True))
    return sort_purchases(customers, articles, days, days // 3)


@settings(max_examples=40)
@given(some, st.integers(1, 7), st.booleans())
def test_recent_purchases_are_before_the_day_and_newest_first(bought, length, share):
    purchases = arrays(bought)
    gather = ExampleGather(purchases, ARTICLE_TABLE, CUSTOMER_TABLE, length, np.ones(ARTICLES + 1), share)
    batch = {name: value.numpy() for name, value in gather(np.arange(len(bought), dtype=np.int32)).items()}
    examples = sorted(bought, key=lambda each: (each[0], each[2], -each[1]))
    for i, (customer, article, day) in enumerate(examples):
        before = [(d, a) for c, a, d in bought if c == customer and d < day]
        # Newest first; on one day the lower article first, as in the state's `recent`.
        wanted = sorted(before, key=lambda each: (-each[0], each[1]))[:length]
        padding = length - len(wanted)
        query = batch["basket"][i] if share else i
        assert batch["recent_article_index"][query].tolist() == [100 + a for _, a in wanted] + [-1] * padding
        assert batch["recent_age_days"][query].tolist() == [day - d for d, _ in wanted] + [0] * padding
        assert batch["query_days"][query] == day
        assert batch["article_rows"][i] == article
        assert batch["customer_rows"][i] == customer
        assert batch["article_index"][i] == 100 + article
        assert batch["article_categories"][i].tolist() == ARTICLE_TABLE.categories[article].tolist()
        assert batch["customer_age"][query] == CUSTOMER_TABLE.age[customer]
        assert purchases.weeks[i] == day // 3
    days = {(customer, day) for customer, _, day in bought}
    assert len(batch["recent_article_index"]) == (len(days) if share else len(bought))


@settings(max_examples=30)
@given(some)
def test_sampling_probabilities_are_the_shares_of_the_training_purchases(bought):
    purchases = arrays(bought)
    data = TrainingData(articles=ARTICLE_TABLE, customers=CUSTOMER_TABLE, purchases=purchases, sizes={})
    positions = purchases.positions(purchases.weeks == purchases.weeks.max())
    batch = gather_examples(data, RETRIEVAL, positions)(positions)
    rows, share = batch["article_rows"].numpy(), batch["sampling_probability"].numpy()
    counted = {int(row): float(p) for row, p in zip(rows, share, strict=True)}
    assert counted == pytest.approx({row: float(np.mean(rows == row)) for row in counted})
    assert sum(counted.values()) == pytest.approx(1.0)


def test_batches_are_shuffled_with_a_seed_and_in_order_without_one():
    purchases = arrays([(c, a, d) for c in range(3) for a in range(6) for d in range(8)])
    gather = ExampleGather(purchases, ARTICLE_TABLE, CUSTOMER_TABLE, 2, np.ones(ARTICLES + 1))
    positions = np.arange(len(purchases.days), dtype=np.int32)

    def order(seed):
        batches = gather.dataset(positions, 50, seed).as_numpy_iterator()
        return [list(zip(b["customer_rows"], b["article_rows"], strict=True)) for b in batches]

    assert gather.dataset(positions, 50, 1).options().autotune.enabled is False  # it would delay the end of each epoch
    assert [len(batch) for batch in order(None)] == [50, 50, 44]
    assert [len(batch) for batch in order(1)] == [50, 50]
    assert order(1) == order(1)
    assert order(1) != order(2)


def test_a_shuffled_epoch_holds_each_whole_basket_once():
    purchases = arrays([(c, a, d) for c in range(3) for a in range(c + 1, 6) for d in range(8)])
    gather = ExampleGather(purchases, ARTICLE_TABLE, CUSTOMER_TABLE, 2, np.ones(ARTICLES + 1))
    positions = np.arange(len(purchases.days), dtype=np.int32)
    seen = [
        (int(customer), int(article), int(query))
        for batch in gather.dataset(positions, len(positions), seed=1).as_numpy_iterator()
        for customer, article, query in zip(batch["customer_rows"], batch["article_rows"], batch["basket"], strict=True)
    ]
    assert sorted((c, a) for c, a, _ in seen) == sorted(
        (c, a) for c in range(3) for a in range(c + 1, 6) for _ in range(8)
    )
    baskets = [query for _, _, query in seen]
    assert baskets == sorted(baskets)  # numbered in order of occurrence, so each is contiguous
    assert len(set(baskets)) == 24


@pytest.fixture(scope="module")
def gather():
    purchases = arrays([(c, a, d) for c in range(3) for a in range(6) for d in range(8)])
    return ExampleGather(purchases, ARTICLE_TABLE, CUSTOMER_TABLE, 2, np.ones(ARTICLES + 1))


def test_replicas_get_equal_shares_of_each_batch_with_the_candidates_of_all(gather):
    positions = np.arange(144, dtype=np.int32)
    first = next(gather.epochs(positions, 48, seed=1, steps=3).as_numpy_iterator())
    whole = first["article_rows"]

    # A worker with replicas 1 and 2 of 3.
    of_worker = gather.epochs(positions, 48, seed=1, steps=3, shares=Shares(1, 2, 3)).as_numpy_iterator()
    for replica in (1, 2):
        share, own = next(of_worker), slice(replica * 16, replica * 16 + 16)
        np.testing.assert_array_equal(share["article_index"], first["article_index"][own])
        assert len(share["basket"]) == 16
        np.testing.assert_array_equal(share["article_rows"], [*whole[own.start :], *whole[: own.start]])
        assert [len(share[name]) for name in ("customer_rows", "sampling_probability")] == [48, 48]


def test_a_training_that_continues_has_the_orders_of_the_remaining_epochs(gather):
    positions = np.arange(144, dtype=np.int32)

    def orders(epochs, **arguments):
        batches = gather.epochs(positions, 48, seed=1, steps=2, **arguments).take(2 * epochs).as_numpy_iterator()
        rows = [batch["customer_rows"].tolist() for batch in batches]
        return [rows[at : at + 2] for at in range(0, len(rows), 2)]

    whole = orders(3)
    assert whole[0] != whole[1]
    assert orders(2, first_epoch=1) == whole[1:]
    assert orders(3, shares=Shares(0, 1, 2)) == whole
