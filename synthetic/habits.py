"""Habits: the parameters of customers' behaviour that differ between kinds of shop.

`DENSE` is for the small default shop: customers often buy the same articles again, so that 120,000 rows contain enough
signal to learn from. `HM` imitates H&M's customers, for shops of H&M's size. `shop` compares both with H&M's data.
"""

import dataclasses
import math


@dataclasses.dataclass(frozen=True, kw_only=True)
class Habits:
    """Parameters of one kind of shop.

    Attributes:
        units_log_mean, units_log_spread: mean and standard deviation of the log of the units of a visit.
        activity_spread: standard deviation of the log of a customer's frequency of visits.
        loyalty: parameters of the Beta distribution of the maximal share of purchases that come from history.
        taste_spread: factor of the styles' log affinities; with 0, all customers have the same taste.
        look_spread: factor of the log preferences for shades, motifs and fits, which photos show.
        popularity_spread: standard deviation of the constant log popularity of a product, and again of its variants.
        look_popularity: standard deviation of the part of an article's log popularity that its look explains.
        novelty: log factor of the demand for an article in its first period on sale.
        popularity_limit: upper limit of the log popularity, constant and temporary together, as limited stock sets.
        evergreen_popularity: mean log popularity of a product that stays on sale; 0.6 for other products.
        trend_spread: standard deviation of the weekly change of the temporary log popularity.
        evergreen_rate: share of products that stay on sale.
        months: relative number of visits a day, January to December.
    """

    units_log_mean: float
    units_log_spread: float
    activity_spread: float
    loyalty: tuple[float, float]
    taste_spread: float
    look_spread: float
    popularity_spread: float
    look_popularity: float
    novelty: float
    popularity_limit: float
    evergreen_popularity: float
    trend_spread: float
    evergreen_rate: float
    months: tuple[float, ...]


DENSE = Habits(
    units_log_mean=0.72,
    units_log_spread=0.80,
    activity_spread=1.15,
    loyalty=(8.0, 5.0),
    taste_spread=1.0,
    look_spread=1.0,
    popularity_spread=1.0,
    look_popularity=0.9,
    novelty=1.1,
    popularity_limit=math.inf,
    evergreen_popularity=0.3,
    trend_spread=0.15,
    evergreen_rate=0.35,
    months=(0.90, 0.80, 0.90, 1.05, 1.15, 1.25, 1.25, 1.00, 1.00, 0.95, 0.95, 0.85),
)
HM = Habits(
    units_log_mean=0.86,
    units_log_spread=0.76,
    activity_spread=1.42,
    loyalty=(1.0, 5.5),
    taste_spread=0.35,
    look_spread=0.6,
    popularity_spread=0.6,
    look_popularity=0.5,
    novelty=0.0,
    popularity_limit=6.5,
    evergreen_popularity=-0.5,
    trend_spread=1.1,
    evergreen_rate=0.15,
    months=(0.89, 0.82, 0.88, 1.07, 1.19, 1.31, 1.26, 0.99, 0.95, 0.94, 0.85, 0.83),
)
