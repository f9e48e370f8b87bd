"""Features of the day: weekday, weekend, month and its course through the year."""

import math

import tensorflow as tf

from models.recommender.features.registry import Registry

feature = Registry()
_DAYS_PER_YEAR = 365.25
_THURSDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


@feature
def weekday(pairs):
    """0 on Monday to 6 on Sunday."""
    return _everywhere(pairs, tf.math.floormod(pairs.as_of + _THURSDAY, 7.0))


@feature
def is_weekend(pairs):
    day = tf.math.floormod(pairs.as_of + _THURSDAY, 7.0)
    return _everywhere(pairs, tf.cast(day >= 5.0, tf.float32))


@feature
def month_sine(pairs):
    return _everywhere(pairs, tf.sin(_angle(pairs)))


@feature
def month_cosine(pairs):
    return _everywhere(pairs, tf.cos(_angle(pairs)))


def _angle(pairs):
    # Days within the year first: the angle of 50 years is too large for float32, and its rounding would differ
    # between eager and optimised graphs by more than scores may.
    return tf.math.floormod(pairs.as_of, _DAYS_PER_YEAR) * (2 * math.pi / _DAYS_PER_YEAR)


def _everywhere(pairs, value):
    return tf.fill([tf.shape(pairs.rows)[0], 1], value)
