"""The customers of the synthetic shop: the content of `customers.csv`, and latent tastes.

A customer has a few styles (see `demand`) that depend on the age, one palette of colours, one eye for shades, motifs
and fits, and a degree of loyalty to articles bought before.
"""

import dataclasses

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthetic import vocabulary as words
from synthetic.habits import DENSE, Habits
from transforms import columns

STYLES_EACH = 3
_STYLE_SHARES = np.array([0.70, 0.20, 0.10])
_AGE_WIDTH = 7.0
_FN_NULL, _ACTIVE_NULL_OF_FN, _CLUB_NULL, _NEWS_NULL, _AGE_NULL = 0.652, 0.03, 0.0044, 0.0117, 0.0116
_POSTAL_CODES_PER_CUSTOMER = 0.26
_BIG_POSTAL_CODE_RATE = 0.088
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class People:
    """All customers, in the order of their ids; N customers.

    Attributes:
        table: content of `customers.csv`.
        ids: `[N]` customer ids.
        styles: `[N, STYLES_EACH]` the customer's styles, the main one first.
        palette: `[N]` position in `vocabulary.PALETTES`.
        eye: `[N]` position in `vocabulary.EYES`.
        loyalty: `[N]` in (0, 1), maximal share of purchases that come from history.
        activity: `[N]` relative frequency of visits.
        online: `[N]` probability that a visit is online.
        joined: `[N]` first period in which the customer may visit.
        sure: `[N]` a period in which the customer does visit, so that every customer buys.
    """

    table: pa.Table
    ids: pa.Array
    styles: Ints
    palette: Ints
    eye: Ints
    loyalty: Floats
    activity: Floats
    online: Floats
    joined: Ints
    sure: Ints

    @property
    def style_shares(self) -> Floats:
        """`[STYLES_EACH]` share of each of a customer's styles, sums to 1."""
        return _STYLE_SHARES

    @property
    def tastes(self) -> Ints:
        """`[N, STYLES_EACH]` number of each of a customer's styles with the customer's eye, see `demand`."""
        return self.styles * len(words.EYES) + self.eye[:, None]

    def __len__(self) -> int:
        return len(self.palette)


def make_people(
    customers: int, periods: int, style_ages: Floats, rng: np.random.Generator, habits: Habits = DENSE
) -> People:
    """Draws the customers.

    Args:
        customers: number of customers.
        periods: number of periods of the shop, over which first visits are spread.
        style_ages: `[styles]` age in years at which a style is most popular.
        rng: random number generator.
        habits: habits of the customers.
    """
    young = rng.random(customers) < 0.6
    age = np.where(young, rng.normal(25.5, 4.5, customers), rng.normal(48.5, 8.5, customers))
    age = np.clip(np.round(age), 16, 99)
    ids = _hex_ids(customers, rng)
    activity = rng.lognormal(0.0, habits.activity_spread, customers)
    # Nearly half of the customers exist before the data start.
    sure = rng.integers(0, periods, customers)
    joined = np.where(rng.random(customers) < 0.45, 0, sure)
    return People(
        table=_table(ids, age, activity, rng),
        ids=ids,
        styles=_styles(age, style_ages, rng),
        palette=rng.integers(len(words.PALETTES), size=customers),
        eye=rng.integers(len(words.EYES), size=customers),
        loyalty=rng.beta(*habits.loyalty, customers),
        activity=activity,
        online=rng.beta(2.2, 0.9, customers),
        joined=joined,
        sure=sure,
    )


def _styles(age: Floats, style_ages: Floats, rng: np.random.Generator) -> Ints:
    """Draws styles without replacement: those with the highest sum of age fit and Gumbel noise."""
    chosen = np.empty((len(age), STYLES_EACH), np.int64)
    for start in range(0, len(age), 100_000):
        part = age[start : start + 100_000]
        fit = -0.5 * ((part[:, None] - style_ages) / _AGE_WIDTH) ** 2
        fit = np.maximum(fit, -4.0) + rng.gumbel(size=fit.shape)
        chosen[start : start + 100_000] = np.argsort(-fit, axis=1, kind="stable")[:, :STYLES_EACH]
    return chosen


def _hex_ids(count: int, rng: np.random.Generator) -> pa.Array:
    """Sorted 64-digit hexadecimal ids."""
    digits = rng.integers(0, 16, size=(count, 64), dtype=np.uint8)
    head = digits[:, :12].astype(np.uint64) @ (np.uint64(16) ** np.arange(11, -1, -1, dtype=np.uint64))
    text = _HEX[digits[np.argsort(head, kind="stable")]]
    offsets = np.arange(count + 1, dtype=np.int32) * 64
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))


def _table(ids: pa.Array, age: Floats, activity: Floats, rng: np.random.Generator) -> pa.Table:
    count = len(age)
    # Subscribers of the newsletter tend to buy more often.
    keen = rng.normal(0.0, 1.0, count) + 0.6 * np.log(activity)
    reads = keen >= np.quantile(keen, _FN_NULL)
    active = reads & (rng.random(count) >= _ACTIVE_NULL_OF_FN)
    club = rng.choice(3, size=count, p=[0.9315, 0.0682, 0.0003])
    news = np.where(reads, np.where(rng.random(count) < 0.002, 2, 1), 0)
    pool = max(1, round(count * _POSTAL_CODES_PER_CUSTOMER))
    postal = np.where(rng.random(count) < _BIG_POSTAL_CODE_RATE, 0, rng.integers(pool, size=count))
    ones = pa.array(["1.0"], pa.string())

    def text(table: list[str], at: Ints, null: npt.NDArray[np.bool_]) -> pa.Array:
        return pa.array(table, pa.string()).take(pa.array(at, pa.int64(), mask=null))

    years = [f"{number}.0" for number in range(100)]
    zeros = np.zeros(count, np.int64)
    arrays = {
        columns.CUSTOMER_ID: ids,
        "FN": ones.take(pa.array(zeros, mask=~reads)),
        "Active": ones.take(pa.array(zeros, mask=~active)),
        columns.CLUB_STATUS: text(["ACTIVE", "PRE-CREATE", "LEFT CLUB"], club, rng.random(count) < _CLUB_NULL),
        columns.NEWS_FREQUENCY: text(["NONE", "Regularly", "Monthly"], news, rng.random(count) < _NEWS_NULL),
        columns.AGE: text(years, age.astype(np.int64), rng.random(count) < _AGE_NULL),
        columns.POSTAL_CODE: _hex_ids(pool, rng).take(pa.array(postal)),
    }
    return pa.table({column.name: arrays[column.name] for column in columns.CUSTOMERS})
