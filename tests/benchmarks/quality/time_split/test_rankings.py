"""Lists of a model, compared with a full sort in NumPy, and simple rankings worked out by hand."""

import numpy as np
import pytest

from benchmarks.quality.time_split.model import JointModel
from benchmarks.quality.time_split.queries import CUSTOMERS, queries
from benchmarks.quality.time_split.rankings import of_model, simple
from benchmarks.quality.time_split.split import TimeSplit
from models.retrieval.purchases import sort_purchases
from models.retrieval.stages import gather_examples
from models.retrieval.towers import Towers
from models.retrieval.validation import embed_all_articles


@pytest.mark.parametrize("exclude", [False, True])
def test_a_model_ranks_all_articles_that_are_not_left_out(data, config, exclude):
    towers = Towers(config.retrieval, data.sizes)
    towers.build_all()
    model = JointModel(towers, config, data.articles, np.arange(30))
    gather = gather_examples(data, config.retrieval, np.arange(50))
    asked = queries(data.purchases, int(data.purchases.days.max()) - 10, CUSTOMERS)
    asked.past[0] = set(range(3, 28))  # then fewer than 12 articles are left
    lists = of_model(model, gather, data.articles, asked, exclude)
    embedded = embed_all_articles(towers, data.articles)[:-1]
    query = model.embed(gather(asked.positions))[0].numpy()
    for i, past in enumerate(asked.past):
        allowed = [row for row in range(30) if not (exclude and row in past)]
        nearest = sorted(allowed, key=lambda row: -float(query[i] @ embedded[row]))[: config.ranked]
        logits = model.rank(query[i : i + 1], embedded[None, nearest]).numpy()[0]
        assert lists["towers"][i] == nearest[:12]
        # Compared by logit, because two articles may have almost the same.
        of_row = dict(zip(nearest, logits, strict=True))
        assert len(set(lists["ranker"][i])) == min(12, len(nearest))
        np.testing.assert_allclose([of_row[row] for row in lists["ranker"][i]], np.sort(logits)[::-1][:12], atol=1e-5)


def test_simple_rankings_count_purchases_before_the_judged_part():
    # (customer, day, article); 30 days separate the parts, so the last 28 days do not reach back to the first part.
    bought = [(0, 1, 5), (0, 2, 5), (0, 3, 6), (1, 1, 5), (1, 40, 4), (2, 41, 4), (0, 41, 3), (0, 50, 2), (1, 50, 2)]
    customers, days, articles = (np.array(column) for column in zip(*bought, strict=True))
    purchases = sort_purchases(customers, articles, days, np.zeros(len(days)))
    asked = queries(purchases, 50, CUSTOMERS)
    lists = simple(purchases, TimeSplit(30, 50), asked, 8, exclude_past=False)
    assert lists["popular_train"] == [[5, 6, 0, 1, 2, 3, 4, 7]] * 2
    assert lists["popular"] == [[4, 3, 0, 1, 2, 5, 6, 7]] * 2
    assert lists["own"] == [[5, 3, 6, 4, 0, 1, 2, 7], [4, 5, 3, 0, 1, 2, 6, 7]]
    new = simple(purchases, TimeSplit(30, 50), asked, 8, exclude_past=True)
    assert new == {
        "popular_train": [[0, 1, 2, 4, 7], [6, 0, 1, 2, 3, 7]],
        "popular": [[4, 0, 1, 2, 7], [3, 0, 1, 2, 6, 7]],
    }
