"""The towers compute their formula, in the data types of their policy."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models.retrieval.config import RetrievalConfig
from models.retrieval.towers import Towers
from models.retrieval.validation import embed_all_articles
from tests.tiny_training import RETRIEVAL
from transforms.errors import ConfigError


def test_towers_compute_in_their_policy_and_embed_in_float32(data):
    towers = Towers(RETRIEVAL, data.sizes, "mixed_bfloat16")
    towers.build_all()
    kinds = {layer.compute_dtype for layer in towers.submodules if isinstance(layer, tf.keras.layers.Dense)}
    assert kinds == {"bfloat16"}
    assert embed_all_articles(towers, data.articles).dtype == np.float32
    plain = Towers(RETRIEVAL, data.sizes)
    plain.build_all()
    np.testing.assert_allclose(
        embed_all_articles(towers, data.articles), embed_all_articles(plain, data.articles), atol=0.05
    )


def test_towers_compute_their_formula(data):
    # Initial corrections are 0, so the sum is that of the pooled embeddings.
    towers = Towers(RETRIEVAL.replace(use_customer_id=True), data.sizes)
    towers.build_all()
    towers.mark_trained(np.arange(data.sizes["article_id"]))
    table = {weight.name.split("/")[0]: weight.numpy() for weight in towers.weights}
    embedded = embed_all_articles(towers, data.articles)
    np.testing.assert_allclose(embedded, table["article_id_embedding"][data.articles.article_index + 1], atol=1e-6)
    query = towers.embed_customers(
        tf.constant([4]),
        tf.constant(data.customers.categories[4:5]),
        tf.constant([0.0]),
        tf.constant([[2, 5, -1]]),
        tf.constant([[0.0, 60.0, 0.0]]),
    )
    one, two = table["article_id_embedding"][3], table["article_id_embedding"][6]
    pooled = sum(
        (one + 0.5 ** (60 / half_life) * two) / np.sqrt(1 + 0.5 ** (60 / half_life)) for half_life in (14, 60, 365)
    )
    np.testing.assert_allclose(query.numpy()[0], pooled + table["customer_id_embedding"][5], rtol=1e-4)


def test_content_places_articles_that_the_training_has_not_seen(data):
    # Initial corrections are 0, so the sum is that of an embedding and the projected content.
    towers = Towers(RETRIEVAL, data.sizes)
    towers.build_all()
    projection = np.random.default_rng(3).normal(size=(data.sizes["content"], RETRIEVAL.embedding_dim))
    (kernel,) = (weight for weight in towers.weights if weight.name.startswith("content/"))
    kernel.assign(projection)
    towers.mark_trained([4])
    (ids,) = (weight.numpy() for weight in towers.weights if weight.name.startswith("article_id_embedding"))
    own = np.where(data.articles.article_index == 4, 5, 0)  # row 0 is the embedding that all others share
    expected = ids[own] + data.articles.content @ projection
    np.testing.assert_allclose(embed_all_articles(towers, data.articles), expected, rtol=1e-4, atol=1e-5)
    assert towers.trained_index(tf.constant([-1, 3, 4])).numpy().tolist() == [-1, -1, 4]


def test_a_catalogue_without_content_has_towers_without_a_projection(data):
    towers = Towers(RETRIEVAL, {**data.sizes, "content": 0})
    towers.build_all()
    articles = dataclasses.replace(data.articles, content=data.articles.content[:, :0])
    assert embed_all_articles(towers, articles).shape == (len(articles.article_index), RETRIEVAL.embedding_dim)


def test_a_query_tower_without_inputs_is_refused():
    with pytest.raises(ConfigError, match="use_customer_id, use_recent or use_attributes must be true"):
        RetrievalConfig.from_tree({"use_customer_id": False, "use_recent": False, "use_attributes": False})
