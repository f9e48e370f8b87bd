"""A SavedModel computes only the outputs that are asked for."""

import numpy as np
import pytest
import tensorflow as tf

from serving.errors import StatusError
from serving.server.saved_model import SavedModel


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with an output that can be computed and one that cannot."""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="ids")])
    def outputs(ids):
        return {"lengths": tf.strings.length(ids), "numbers": tf.strings.to_number(ids)}

    folder = tmp_path_factory.mktemp("model")
    tf.saved_model.save(module, str(folder), signatures=outputs)
    return SavedModel(folder)


def answer(model, outputs):
    signature = model.signatures["serving_default"]
    feeds = {signature.inputs["ids"].name: np.array([b"one", b"three"], object)}
    return model.run(signature, feeds, outputs, timeout_s=60)


def test_an_output_that_is_not_asked_for_is_not_computed(model):
    (lengths,) = answer(model, ["lengths"])
    assert lengths.tolist() == [3, 5]


def test_the_error_of_an_output_that_is_asked_for_is_raised(model):
    with pytest.raises(StatusError, match="could not correctly convert string: one"):
        answer(model, ["lengths", "numbers"])
