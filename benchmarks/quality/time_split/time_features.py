"""Weekday, month and weekend of a purchase, as inputs of the query.

A latent cross (Beutel et al., Latent Cross, WSDM 2018) adds them to the query embedding:

    query * (1 + sum over features of scale[value]) + sum over features of shift[value]

Scales and shifts are 0 at the start, so a month that training has not seen changes nothing.
"""

import tensorflow as tf

FEATURES = {"weekday": 7, "month": 12, "weekend": 2}
_SATURDAY = 5


def time_features(days):
    """Weekday (0 is Monday), month (0 is January) and weekend (1 is Saturday or Sunday) of days.

    >>> {name: int(value) for name, value in time_features(18527).items()}  # Tuesday 2020-09-22
    {'weekday': 1, 'month': 8, 'weekend': 0}

    Args:
        days: days from 1970-01-01, which was a Thursday: a number, or an array or tensor of int32.

    Returns:
        By name of `FEATURES`, the value in 0 to its size - 1, of the same shape, int32.
    """
    weekday = (days + 3) % 7
    return {"weekday": weekday, "month": _month(days), "weekend": tf.cast(weekday >= _SATURDAY, tf.int32)}


def _month(days):
    """The month by `civil_from_days` of Howard Hinnant, chrono-Compatible Low-Level Date Algorithms."""
    of_era = (days + 719_468) % 146_097  # days of an era of 400 years that begins on March 1
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    return ((5 * of_year + 2) // 153 + 2) % 12


class LatentCross(tf.keras.layers.Layer):
    """Changes a query embedding by the time of the purchase.

    Args:
        dim: dimension of the query embedding.
    """

    def __init__(self, dim: int):
        super().__init__(name="latent_cross")
        self._tables = {
            name: self.add_weight(name, [size, 2 * dim], initializer="zeros") for name, size in FEATURES.items()
        }

    def call(self, query: tf.Tensor, days: tf.Tensor) -> tf.Tensor:
        """Returns `[batch, dim]` float32.

        Args:
            query: `[batch, dim]` float32.
            days: `[batch]` int32 day of the purchase.
        """
        values = time_features(days)
        both = tf.add_n([tf.gather(table, values[name]) for name, table in self._tables.items()])
        scale, shift = tf.split(both, 2, axis=1)
        return query * (1.0 + scale) + shift
