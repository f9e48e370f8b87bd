"""A model with ScaNN's op: the worker registers the op before it loads the model."""

import numpy as np
import pytest
import tensorflow as tf

from serving.client import ClientConfig, RecommenderClient

scann_ops = pytest.importorskip("scann.scann_ops.py.scann_ops")


def export(path, vectors):
    builder = scann_ops.builder(vectors, 5, "dot_product")
    searcher = builder.score_brute_force().build()

    class Index(tf.Module):
        def __init__(self):
            self.searcher = searcher.serialize_to_module()

        @tf.function(input_signature=[tf.TensorSpec([None, vectors.shape[1]], tf.float32)])
        def search(self, query):
            indices, scores = scann_ops.searcher_from_module(self.searcher).search_batched(query)
            return {"indices": indices, "scores": scores}

    index = Index()
    tf.saved_model.save(index, str(path), signatures={"serving_default": index.search})


def test_a_scann_index_is_served(shop, serve):
    vectors = np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32)
    export(shop.base / "1", vectors)
    with RecommenderClient(f"127.0.0.1:{serve(shop).port}", ClientConfig(deadline_s=60)) as client:
        answer = client.predict("serving_default", {"query": vectors[:3]})
    expected = np.argsort(-(vectors[:3] @ vectors.T), axis=1)[:, :5]
    np.testing.assert_array_equal(answer["indices"], expected)
