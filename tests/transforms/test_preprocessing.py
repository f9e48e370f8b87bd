"""The preprocessing function on real values, run by Transform."""

import re
import statistics
from collections import Counter
from unittest.mock import ANY

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata

from benchmarks.transform_graph import feature_schema
from components.examples import read_examples
from tests.tiny_shop import raw_articles, raw_customers
from transforms import columns
from transforms import features as f
from transforms.preprocessing import preprocessing_fn

KEYS = [feature.name for feature in feature_schema().feature]
TEXTS = [feature.name for feature in feature_schema().feature if feature.name not in (columns.AGE, f.DAY, f.WEEK)]
ROWS = [
    {"article_id": "a1", "prod_name": "Red-Tee", "detail_desc": "A RED tee, é!", "colour_group_name": "Red"},
    {"article_id": "a2", "prod_name": None, "detail_desc": "tee é", "colour_group_name": "Blue"},
    {"article_id": "a3", "colour_group_name": "Red"},
    {"customer_id": "c1", "club_member_status": "ACTIVE"},
    {"customer_id": "c2"},
    {"customer_id": "c1", "bought": ["a2", "a9", "a2"], "day": [18000, 18000, 18001], "week": [2, 2, 3]},
]
LISTED = (f.BOUGHT, f.DAY, f.WEEK)
LISTED_XF = {"words_xf", "bought_xf", "day_xf", "week_xf"}


LINES = ["Coat", " Coat ", "a\0b", "\t", "a\u2028b", "a\x85b", "\x0b", "👗", "Coat  new"]
NO_LINES = ["Coat\nnew", "Coat\r\nnew", "\n", ""]


@pytest.fixture(scope="module")
def unknown_ages(tmp_path_factory):
    """Transform fitted on `ROWS` and an article for each of `LINES` and `NO_LINES`. No age is known.

    Returns:
        The graph, and the transformed rows: a list for each transformed name.
    """
    folder = tmp_path_factory.mktemp("unknown-ages")
    rows = [*ROWS, *({"article_id": f"line{i}", "product_type_name": v} for i, v in enumerate(LINES + NO_LINES))]
    given = [{key: values(row.get(key)) for key in KEYS} for row in rows]
    metadata = dataset_metadata.DatasetMetadata(feature_schema())
    with beam.Pipeline() as pipeline, tft_beam.Context(temp_dir=str(folder / "temporary")):
        graph = (pipeline | beam.Create(given), metadata) | tft_beam.AnalyzeDataset(preprocessing_fn)
        _ = graph | tft_beam.WriteTransformFn(str(folder / "graph"))
    transform = tft.TFTransformOutput(str(folder / "graph"))
    kept = transform.transform_raw_features({key: sparse(key, [row[key] for row in given]) for key in KEYS})
    found = {key: value.numpy().tolist() for key, value in kept.items() if key not in LISTED_XF}
    found |= {key: tf.RaggedTensor.from_sparse(kept[key]).to_list() for key in LISTED_XF}
    return transform, found


def vocabulary(transform, name):
    return [value.decode() for value in transform.vocabulary_by_name(name)]


def test_values_are_indices_and_missing_values_are_marked(unknown_ages):
    transform, found = unknown_ages
    # Most frequent first; Transform chooses the order among equally frequent ones, as articles are.
    expected = [
        {"article_id_xf": ANY, "colour_group_name_xf": 0, "words": {"red", "tee", "é"}},
        {"article_id_xf": ANY, "colour_group_name_xf": 1, "words": {"tee", "é"}},
        {"article_id_xf": ANY, "colour_group_name_xf": 0, "words": set()},
        {"customer_id_xf": 0, "club_member_status_xf": 0, "words": set()},
        {"customer_id_xf": 1, "words": set()},
        {"customer_id_xf": 0, "words": set()},
    ]
    all_words = vocabulary(transform, "words_vocab")
    for row, wanted in enumerate(expected):
        words = {all_words[i] for i in found["words_xf"][row] if i >= 0}
        assert words == wanted.pop("words")
        for key in set(found) - LISTED_XF - {"age_xf", "age_bucket_xf"}:
            assert found[key][row] == wanted.get(key, f.MISSING), (key, row)
    known = [index for index in found["article_id_xf"] if index != f.MISSING]
    assert sorted(known) == list(range(3 + len(LINES + NO_LINES)))
    assert found["article_id_xf"][3:6] == [f.MISSING] * 3


def test_purchases_pass_through_with_the_indices_of_their_articles(unknown_ages):
    _, found = unknown_ages
    a2 = found["article_id_xf"][1]
    purchases = {"bought_xf": [a2, f.MISSING, a2], "day_xf": [18000, 18000, 18001], "week_xf": [2, 2, 3]}
    for key, wanted in purchases.items():
        assert found[key][:6] == [[]] * 5 + [wanted]


def test_ages_that_are_all_unknown_are_zero_and_never_nan(unknown_ages):
    _, found = unknown_ages
    assert set(found["age_xf"]) == {0.0}
    assert set(found["age_bucket_xf"]) == {0}


def test_a_value_with_a_line_break_is_missing_and_changes_no_other_index(unknown_ages):
    transform, found = unknown_ages
    names, indices = vocabulary(transform, "product_type_name_vocab"), found["product_type_name_xf"][len(ROWS) :]
    assert sorted(names) == sorted(LINES)
    assert indices == [*(names.index(value) for value in LINES), *[f.MISSING] * len(NO_LINES)]


def values(value):
    """Returns the values of a column in a row, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def sparse(key, lists):
    """Converts lists of any length to the sparse column that the graph takes."""
    dtype = tf.string if key in TEXTS else tf.float32 if key == columns.AGE else tf.int64
    return tf.RaggedTensor.from_row_lengths(
        tf.constant([value for each in lists for value in each], dtype), [len(each) for each in lists]
    ).to_sparse()


@pytest.fixture(scope="module")
def graph(transformed):
    return tft.TFTransformOutput(str(transformed / "graph"))


@pytest.fixture(scope="module")
def apply(graph):
    def transform(rows):
        lists = {key: [values(row.get(key)) for row in rows] for key in KEYS}
        return graph.transform_raw_features({key: sparse(key, each) for key, each in lists.items()})

    return transform


def test_the_outputs_are_exactly_the_transformed_names(graph):
    keys = {columns.ARTICLE_ID, columns.CUSTOMER_ID, columns.AGE, "age_bucket", f.WORDS, f.BOUGHT, f.DAY, f.WEEK}
    keys |= {*f.ARTICLE_CATEGORIES, *f.CUSTOMER_CATEGORIES}
    assert set(graph.transformed_feature_spec()) == {f.transformed_name(key) for key in keys}


@pytest.mark.parametrize(
    "key", [*f.ARTICLE_CATEGORIES, *f.CUSTOMER_CATEGORIES, columns.ARTICLE_ID, columns.CUSTOMER_ID]
)
def test_a_vocabulary_holds_every_value_most_frequent_first(graph, key):
    counts = Counter(row[key] for row in (*raw_articles(), *raw_customers()) if row.get(key) is not None)
    if key == columns.PRODUCT_CODE:
        counts = Counter(row[columns.ARTICLE_ID][:7] for row in raw_articles())
    words = [word.decode() for word in graph.vocabulary_by_name(f.vocabulary_name(key))]
    if counts:
        assert sorted(words) == sorted(counts)
        assert [counts[word] for word in words] == sorted(counts.values(), reverse=True)
    else:  # a column of null values has a vocabulary too
        assert len(words) <= 1


def test_known_values_get_their_index_and_others_are_missing(graph, apply):
    key = "product_type_name"
    words = [word.decode() for word in graph.vocabulary_by_name(f.vocabulary_name(key))]
    found = apply([{key: word} for word in (*words, "never seen", "", None)])[f.transformed_name(key)]
    assert found.numpy().tolist() == [*range(len(words)), f.MISSING, f.MISSING, f.MISSING]


def test_ages_are_standardised_and_unknown_ages_are_zero(apply):
    ages = [row[columns.AGE] for row in raw_customers() if row[columns.AGE] is not None]
    mean, deviation = statistics.fmean(ages), statistics.pstdev(ages)
    asked = [16.0, 30.0, 66.0, None]
    found = apply([{columns.AGE: age} for age in asked])["age_xf"].numpy()
    wanted = [(age - mean) / deviation if age is not None else 0.0 for age in asked]
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_age_buckets_begin_at_their_bounds_and_0_is_unknown(apply):
    asked = [None, 0.0, *(bound + step for bound in f.AGE_BOUNDARIES for step in (-0.5, 0.0)), 150.0]
    found = apply([{columns.AGE: age} for age in asked])["age_bucket_xf"].numpy().tolist()
    wanted = [0 if age is None else 1 + sum(age >= bound for bound in f.AGE_BOUNDARIES) for age in asked]
    assert found == wanted
    assert max(found) == len(f.AGE_BOUNDARIES) + 1


def test_words_are_those_that_occur_at_least_twice(graph, apply):
    def words_of(row):
        text = f"{row.get(columns.PRODUCT_NAME) or ''} {row.get(columns.DESCRIPTION) or ''}".lower()
        return re.findall(r"[^\W_]+", text)

    counts = Counter(word for row in raw_articles() for word in words_of(row))
    vocabulary = [word.decode() for word in graph.vocabulary_by_name(f.vocabulary_name(f.WORDS))]
    assert set(vocabulary) == {word for word, count in counts.items() if count >= f.WORD_MIN_COUNT}
    assert "ärmellos" in vocabulary
    found = tf.RaggedTensor.from_sparse(apply(raw_articles())[f.transformed_name(f.WORDS)]).to_list()
    for row, indices in zip(raw_articles(), found, strict=True):
        assert [vocabulary[i] for i in indices if i >= 0] == [word for word in words_of(row) if word in vocabulary]


def test_an_empty_row_has_missing_values_only(apply):
    found = apply([{}])
    assert found.pop(f.transformed_name(f.WORDS)).values.numpy().tolist() in ([], [f.MISSING])
    for key in (f.BOUGHT, f.DAY, f.WEEK):
        assert found.pop(f.transformed_name(key)).values.numpy().tolist() == []
    for key, value in found.items():
        wanted = 0 if key.startswith("age") else f.MISSING
        assert value.numpy().tolist() == [wanted], key


def test_purchases_keep_day_and_week_and_get_the_indices_of_both_ids(graph, tiny, transformed):
    raw = read_examples(tiny.examples / "Split-purchases").to_pydict()
    files = [str(path) for path in (transformed / "transformed" / "Split-purchases").iterdir()]
    records = list(tf.data.TFRecordDataset(files, "GZIP"))
    parsed = tf.io.parse_example(records, graph.transformed_feature_spec())
    customers, articles = (
        [word.decode() for word in graph.vocabulary_by_name(f.vocabulary_name(key))]
        for key in (columns.CUSTOMER_ID, columns.ARTICLE_ID)
    )
    lists = [tf.RaggedTensor.from_sparse(parsed[f.transformed_name(key)]).to_list() for key in LISTED]
    found = {
        customers[row]: lists_of_row
        for row, *lists_of_row in zip(parsed["customer_id_xf"].numpy(), *lists, strict=True)
    }
    assert found == {
        customer.decode(): [[articles.index(article.decode()) for article in bought], days, weeks]
        for (customer,), bought, days, weeks in zip(raw["customer_id"], *(raw[key] for key in LISTED), strict=True)
    }
