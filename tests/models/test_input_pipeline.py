"""Input pipelines end when they are through."""

import tensorflow as tf

from models.input_pipeline import steady


def test_a_steady_pipeline_yields_the_same_and_is_not_tuned_while_it_runs():
    numbers = tf.data.Dataset.range(5).map(lambda n: 2 * n, num_parallel_calls=tf.data.AUTOTUNE)

    assert list(steady(numbers).as_numpy_iterator()) == [0, 2, 4, 6, 8]
    assert steady(numbers).options().autotune.enabled is False
