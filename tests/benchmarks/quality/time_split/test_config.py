"""The preset and the settings of the split by time."""

import pytest

from benchmarks.quality.time_split.config import PRESET, load
from pipeline.config import load_config
from transforms.errors import ConfigError


def test_the_preset_has_the_towers_and_negatives_of_random_negatives():
    ours, theirs = load(PRESET, []), load_config("random-negatives", [])
    assert ours.retrieval.replace(epochs=1, patience=1) == theirs.retrieval.replace(epochs=1, patience=1)
    assert ours.negatives_per_positive == theirs.candidates.negatives_per_positive
    assert (ours.train_share, ours.choose_share) == (0.7, 0.15)


def test_assignments_win_over_the_preset():
    assert load(PRESET, ["ranking_weight=0", "retrieval.embedding_dim=16"]).retrieval.embedding_dim == 16


def test_a_part_must_be_left_to_judge():
    with pytest.raises(ConfigError, match="train_share and choose_share must sum to less than 1"):
        load(PRESET, ["choose_share=0.3"])
