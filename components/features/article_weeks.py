"""The weekly sales of all articles before a day, and what the outlook reads of them.

A week is `label_days` long and ends on the day or whole weeks before. Weeks are numbered from the oldest.
"""

import functools

import numpy as np

from components.features.engine import Engine

MAX_WEEKS = 78  # older weeks count only in the first sale and the season
_YEAR_DAYS = 364
_DECAYS = (0.7, 0.85)
_SPANS = ((0, 1), (1, 2), (2, 4), (4, 8), (8, 13), (13, 26))  # weeks back: from, to


class ArticleWeeks:
    """Sales by article and week.

    Args:
        rows: `[n]` int article rows of the sales.
        weeks: `[n]` int weeks back; 1 is the last week.
        units: `[n]` units.
        revenue: `[n]` price times units.
        types: `[articles]` int codes of the product types, from 0.
        year_weeks: number of weeks in a year.

    Attributes:
        units: `[articles, weeks]` float32, of the last `MAX_WEEKS` weeks or since the first sale.
        num_weeks: int, number of these weeks.
    """

    def __init__(
        self,
        rows: np.ndarray,
        weeks: np.ndarray,
        units: np.ndarray,
        revenue: np.ndarray,
        types: np.ndarray,
        year_weeks: int,
    ):
        all_weeks, num_articles = int(weeks.max(initial=0)), len(types)
        self.num_weeks = min(all_weeks, MAX_WEEKS)
        type_weeks = min(all_weeks, MAX_WEEKS + year_weeks + 4)  # limited, because a first day may be mistyped
        self._types, self._year_weeks, self._earlier = types, year_weeks, type_weeks - self.num_weeks
        self.units = np.zeros((num_articles, self.num_weeks), np.float32)
        self._revenue = np.zeros_like(self.units)
        recent = weeks <= self.num_weeks
        at = rows[recent], self.num_weeks - weeks[recent]
        self.units[at], self._revenue[at] = units[recent], revenue[recent]
        self._type_units = np.zeros((int(types.max(initial=0)) + 1, type_weeks))
        recent = weeks <= type_weeks
        np.add.at(self._type_units, (types[rows[recent]], type_weeks - weeks[recent]), units[recent])
        # Week of the first sale; later than all weeks if there is none, and negative if it is before those kept.
        self._first = np.full(num_articles, self.num_weeks)
        np.minimum.at(self._first, rows, self.num_weeks - weeks)

    def mean_units(self, week: int, span: tuple[int, int] = (0, 4)) -> np.ndarray:
        """Returns the mean weekly units before a week, `[articles]` float64.

        Args:
            week: number of the week.
            span: weeks back, from and to; shortened to the weeks that exist, and 0 without any.
        """
        return _mean(self._total, week, span)

    def weeks_until_last_sale(self, week: int, horizon: int) -> np.ndarray:
        """Returns the weeks from the start of a week to the end of the last one with a sale, `[articles]` float64.

        Args:
            week: number of the week.
            horizon: number of weeks searched; 0 is returned without a sale in them.
        """
        sold = self.units[:, week : week + horizon] > 0
        return np.max(sold * np.arange(1.0, sold.shape[1] + 1.0), axis=1, initial=0.0)

    def inputs(self, week: int, articles: slice = slice(None)) -> np.ndarray:
        """Returns what the regressions read of the sales before a week, `[len(articles), columns]` float64.

        Args:
            week: number of the week, at least 1; the number of weeks for the week that follows.
            articles: rows of the articles.
        """
        total, first = self._total[articles], self._first[articles]
        spans = [_mean(total, week, span) for span in _SPANS]
        four = self.units[articles, max(week - 4, 0) : week]
        last_sale = week - self._last[articles, week - 1]
        known, ever = first < week, last_sale <= week
        age = np.where(known, week - first, 0)
        since = np.where(ever, last_sale, np.where(known, week + 1, 0))
        means = {weeks: _mean(total, week, (0, weeks)) for weeks in (1, 4, 13, 26)}
        logs = {weeks: np.log1p(mean) for weeks, mean in means.items()}
        columns = [
            *spans,
            np.median(four, axis=1),
            four.min(axis=1),
            four.max(axis=1),
            np.sqrt(means[4] * means[13]),
            *logs.values(),
            logs[1] - logs[13],
            self._decayed_logs[articles, week],
            self._decayed_sales[articles, week],
            (four > 0).mean(axis=1),
            np.log1p(since),
            np.where(since > 0, 1.0 / np.maximum(since, 1), 0.0),
            np.log1p(age),
            known & (age <= 4),
            known,
            *(column[self._types[articles]] for column in self._type_columns(week)),
            self._price_change(week, articles),
        ]
        return np.stack(columns, axis=1).astype(np.float64)

    def _type_columns(self, week: int) -> list[np.ndarray]:
        """Trend of each type over 1 and 4 weeks against 13, its units per article, and its season, `[types]` each."""
        at, total = self._earlier + week, self._type_total
        one, four, quarter = (np.log1p(_mean(total, at, (0, weeks))) for weeks in (1, 4, 13))
        season = np.zeros_like(one)
        if at - self._year_weeks >= 4:  # the same week of the year before against the four weeks before it
            year_ago = at - self._year_weeks
            season = np.log1p(self._type_units[:, year_ago]) - np.log1p(_mean(total, year_ago, (0, 4)))
        size = np.log1p(_mean(total, at, (0, 13)) / np.maximum(self._articles_of_types, 1))
        return [one - quarter, four - quarter, size, season]

    def _price_change(self, week: int, articles: slice) -> np.ndarray:
        """Log ratio of the mean price of the last week to that of the four weeks before; 0 if there is none."""
        prices = []
        for first, end in ((week - 1, week), (week - 5, week - 1)):
            cells = slice(max(first, 0), max(end, 0))
            units = self.units[articles, cells].sum(axis=1)
            prices.append(self._revenue[articles, cells].sum(axis=1) / np.maximum(units, 1e-9))
        both = (prices[0] > 0) & (prices[1] > 0)
        new, old = (np.where(both, price, 1.0) for price in prices)
        return np.clip(np.log(new / old), -2.0, 2.0)

    @functools.cached_property
    def _total(self) -> np.ndarray:
        return _running_total(self.units)

    @functools.cached_property
    def _type_total(self) -> np.ndarray:
        return _running_total(self._type_units)

    @functools.cached_property
    def _articles_of_types(self) -> np.ndarray:
        return np.bincount(self._types, minlength=len(self._type_units))

    @functools.cached_property
    def _last(self) -> np.ndarray:
        """Number of the last week with a sale, up to and including each week, `[articles, weeks]`; -1 without one."""
        return np.maximum.accumulate(
            np.where(self.units > 0, np.arange(self.num_weeks, dtype=np.int16), np.int16(-1)), axis=1
        )

    @functools.cached_property
    def _decayed_logs(self) -> np.ndarray:
        return _decayed(np.log1p(self.units), _DECAYS[0])

    @functools.cached_property
    def _decayed_sales(self) -> np.ndarray:
        return _decayed((self.units > 0).astype(np.float32), _DECAYS[1])


def read_product_types(engine: Engine) -> np.ndarray:
    """Returns the codes of the articles' product types, `[articles]` int, from 0; a missing type is one of its own.

    Args:
        engine: engine after `states.prepare`.
    """
    names = engine.query("select product_type_name from article_rows order by article_row")["product_type_name"]
    return np.unique(np.array(names.fill_null("").to_pylist(), dtype=str), return_inverse=True)[1]


def read_article_weeks(engine: Engine, as_of: int, label_days: int, types: np.ndarray) -> ArticleWeeks:
    """Reads the sales before a day.

    Args:
        engine: engine after `states.prepare`.
        as_of: day number.
        label_days: length of a week, in days.
        types: `[articles]` int, as by `read_product_types`.
    """
    sold = engine.table("article_weeks", as_of=as_of, label_days=label_days)
    articles, weeks, units, revenue = (sold[name].to_numpy() for name in ("article_row", "week", "units", "revenue"))
    year_weeks = max(round(_YEAR_DAYS / label_days), 1)
    return ArticleWeeks(articles, weeks, units, revenue, types=types, year_weeks=year_weeks)


def _running_total(values: np.ndarray) -> np.ndarray:
    """Returns the sums of the columns before each one, `[rows, columns + 1]`."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1, dtype=np.float64)], axis=1)


def _mean(total: np.ndarray, week: int, span: tuple[int, int]) -> np.ndarray:
    start, end = (max(week - back, 0) for back in reversed(span))
    return (total[:, end] - total[:, start]) / max(end - start, 1)


def _decayed(values: np.ndarray, decay: float) -> np.ndarray:
    """Returns exponentially weighted means of the columns before each one, `[rows, columns + 1]`."""
    means = np.zeros((len(values), values.shape[1] + 1), np.float32)
    for week in range(values.shape[1]):
        means[:, week + 1] = decay * means[:, week] + (1.0 - decay) * values[:, week]
    return means
