"""How the customers of a synthetic shop buy: the numbers of chance that differ between kinds of shop.

`DENSE` is the small shop to try recommenders on: customers come back for the same things, so that 120,000 rows
hold something to learn. `HM` buys as H&M's customers do, for shops of H&M's size. Beside H&M's they stand in
`shop`.
"""

import dataclasses
import math


@dataclasses.dataclass(frozen=True, kw_only=True)
class Habits:
    """One kind of shop.

    Attributes:
        units_log_mean, units_log_spread: of the number of units a visit wants, log-normal.
        activity_spread: of the log of how often a customer visits.
        loyalty: parameters of the Beta distribution of the most that history can claim of what a customer buys.
        taste_spread: factor of the styles' log affinities; 0 lets all customers like the same.
        popularity_spread: of the log of a product's standing popularity, and again of its variants'.
        popularity_limit: log of what popularity, standing and of the moment together, tends to at most, as stock
            would have it.
        evergreen_popularity: mean log popularity of a product that stays on sale; that of others is 0.6.
        trend_spread: of a week's change of the log popularity of the moment, which comes and goes over some weeks.
        evergreen_rate: share of the products that stay on sale.
        months: January to December, relative number of visits a day.

    """

    units_log_mean: float
    units_log_spread: float
    activity_spread: float
    loyalty: tuple[float, float]
    taste_spread: float
    popularity_spread: float
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
    popularity_spread=1.0,
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
    popularity_spread=0.6,
    popularity_limit=6.5,
    evergreen_popularity=-0.5,
    trend_spread=1.1,
    evergreen_rate=0.15,
    months=(0.89, 0.82, 0.88, 1.07, 1.19, 1.31, 1.26, 0.99, 0.95, 0.94, 0.85, 0.83),
)
