"""Lists with a clear signal."""

import numpy as np

from models.ranking.lists import PADDING, Lists


def toy(lists=96, candidates=10):
    """Lists in which the candidate with the largest signal was bought; the other features are noise."""
    draw = np.random.default_rng(0)
    features = draw.normal(size=(lists, candidates, 3)).astype(np.float32) * [1, 1, 0] + [0, 0, 4]
    labels = np.zeros((lists, candidates), np.float32)
    labels[np.arange(lists), features[:, :, 0].argmax(axis=1)] = 1.0
    labels[:, -1] = PADDING
    labels[features[:, :, 0].argmax(axis=1) == candidates - 1, 0] = 1.0
    keep = features[:, :, 0].argmax(axis=1) < candidates - 1
    return Lists(features=features[keep].astype(np.float32), labels=labels[keep])
