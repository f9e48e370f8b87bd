"""The training data of the towers equal those of TFX's Transform."""

import dataclasses

import numpy as np

from benchmarks.quality.training import training_data
from tests.tiny_training import read_data


def test_the_data_equal_the_transformed_examples(tiny, transformed):
    ours = training_data(tiny.states, tiny.examples, transformed / "graph")
    theirs = read_data(transformed)

    assert ours.sizes == theirs.sizes
    for part in ("articles", "customers", "purchases"):
        for field in dataclasses.fields(getattr(theirs, part)):
            np.testing.assert_array_equal(
                getattr(getattr(ours, part), field.name), getattr(getattr(theirs, part), field.name), field.name
            )
