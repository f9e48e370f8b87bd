"""Input pipelines without autotuning."""

import tensorflow as tf

from models.input_pipeline import without_autotuning


def test_a_pipeline_without_autotuning_yields_the_same_elements():
    numbers = tf.data.Dataset.range(5).map(lambda n: 2 * n, num_parallel_calls=tf.data.AUTOTUNE)

    assert list(without_autotuning(numbers).as_numpy_iterator()) == [0, 2, 4, 6, 8]
    assert without_autotuning(numbers).options().autotune.enabled is False
