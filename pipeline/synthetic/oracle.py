"""The best ranking there can be: articles by their true purchase probability in a period.

The probability that one unit of a customer's demand brings article b into the basket is `u(b | c, w)` of
`demand`; units are independent given the past, so `1 - (1 - u)^units` ranks as `u` does, and no recommender
that sees the past only can expect a better list.
"""

import numpy as np
import numpy.typing as npt

from pipeline.synthetic import demand
from pipeline.synthetic.baskets import Market
from pipeline.synthetic.memory import Memory

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_CELLS = 16_000_000


def unit_probability(market: Market, customers: Ints, memory: Memory) -> Floats:
    """`[n, A]` expected number of units of each article per unit of demand, u of `demand`."""
    catalogue, people = market.catalogue, market.people
    scale = people.style_shares / market.norms[people.styles[customers], people.palette[customers][:, None]]
    chosen = np.zeros((len(customers), len(catalogue)))
    for place in range(people.styles.shape[1]):
        chosen += scale[:, place, None] * market.base[people.styles[customers, place]]
    chosen *= market.liking[people.palette[customers]][:, catalogue.family]

    remembered, weights = market.excitation(customers, memory)
    total = weights.sum(axis=(1, 2))
    share = demand.history_share(people.loyalty[customers], total)
    chosen *= (1.0 - share)[:, None]
    factor = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
    _add_history(chosen, market, remembered, weights, factor)
    _add_partners(chosen, market)
    return chosen


def rank(market: Market, customers: Ints, memory: Memory, k: int = 12) -> Ints:
    """`[n, k]` articles by purchase probability, best first; equal ones by id."""
    k = min(k, len(market.catalogue))
    best = np.empty((len(customers), k), np.int64)
    step = max(1, _CELLS // len(market.catalogue))
    for start in range(0, len(customers), step):
        part = slice(start, start + step)
        score = unit_probability(market, customers[part], memory)
        top = np.sort(np.argpartition(-score, k - 1, axis=1)[:, :k], axis=1)
        order = np.argsort(-np.take_along_axis(score, top, axis=1), axis=1, kind="stable")
        best[part] = np.take_along_axis(top, order, axis=1)
    return best


def _add_history(chosen: Floats, market: Market, remembered: Ints, weights: Floats, factor: Floats) -> None:
    rows = np.arange(len(chosen))[:, None, None]
    for number, link in enumerate(market.links):
        coefficients = market.coefficients[number][remembered]
        mass = market.masses[number][remembered]
        per_mass = np.divide(weights[:, number], mass, out=np.zeros_like(mass), where=mass > 0)
        value = factor[:, None, None] * per_mass[:, :, None] * coefficients
        target = np.broadcast_to(link.targets[remembered], value.shape)
        row = np.broadcast_to(rows, value.shape)
        some = value > 0
        np.add.at(chosen, (row[some], target[some]), value[some])


def _add_partners(chosen: Floats, market: Market) -> None:
    source, place = np.nonzero(market.beside)
    if not len(source):
        return
    target = market.catalogue.partners[source, place]
    order = np.argsort(target, kind="stable")
    source, place, target = source[order], place[order], target[order]
    first = np.flatnonzero(np.r_[True, target[1:] != target[:-1]])
    brought = np.add.reduceat(chosen[:, source] * market.beside[source, place], first, axis=1)
    chosen[:, target[first]] += brought
