"""Which values of an attribute go together across groups: smoothed pointwise mutual information, given the group.

For an attribute such as the section, an anchor article of value v and a partner of group g and value w:

    affinity(v, g, w) = log(P(w | v, g) / P(w | g))
    affinity(v, g)    = log(P(g | v) / P(g))             of the group as a whole

A probability given v is shrunk towards the one without v by `SHRINKAGE` pairs, so that rare values say little.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.sparse as sp

SHRINKAGE = 10.0
_FLOOR = 0.1  # pairs added to each value of a group


@dataclasses.dataclass(frozen=True)
class Affinity:
    """The affinities of one attribute.

    A cell is a group with a value of the attribute that its articles have.

    Attributes:
        codes: `[articles]` int32 value of each article; -1 is missing.
        cells: `[articles]` int32 cell of each article; the number of cells if group or value is missing.
        cell_groups: `[cells]` int32 group of each cell.
        cell_codes: `[cells]` int32 value of each cell.
        of_cells: `[values + 1, cells + 1]` float32; the last row and the last column are of missing values: zeros.
        of_groups: `[values + 1, groups]` float32; the last row is zeros.
    """

    codes: np.ndarray
    cells: np.ndarray
    cell_groups: np.ndarray
    cell_codes: np.ndarray
    of_cells: np.ndarray
    of_groups: np.ndarray


def count_affinity(pairs: sp.csr_matrix, groups: np.ndarray, codes: np.ndarray) -> Affinity:
    """Computes the affinities of an attribute.

    Args:
        pairs: `[articles, articles]` counts of pairs in one basket, see `look_pairs.count_pairs`.
        groups: `[articles]` int32; -1 is none.
        codes: `[articles]` int32 values of the attribute; -1 is missing.
    """
    size, num_groups = int(codes.max(initial=-1)) + 1, int(groups.max(initial=-1)) + 1
    known = (groups >= 0) & (codes >= 0)
    keys, cell_of_known = np.unique(groups[known].astype(np.int64) * max(size, 1) + codes[known], return_inverse=True)
    cell_groups, cell_codes = (each.astype(np.int32) for each in np.divmod(keys, max(size, 1)))
    cells = np.full(len(codes), len(keys), np.int32)
    cells[known] = cell_of_known
    ends = pairs.tocoo()
    of_both = (codes[ends.row] >= 0) & (cells[ends.col] < len(keys))
    shape = (size + 1, len(keys) + 1)
    at = codes[ends.row[of_both]].astype(np.int64) * shape[1] + cells[ends.col[of_both]]
    joint = np.bincount(at, ends.data[of_both], minlength=shape[0] * shape[1]).reshape(shape)[:-1, :-1]
    by_group = np.zeros((size, num_groups))
    np.add.at(by_group.T, cell_groups, joint.T)
    in_group = np.bincount(cell_groups, minlength=num_groups)
    prior = (joint.sum(axis=0) + _FLOOR) / (by_group.sum(axis=0) + _FLOOR * in_group)[cell_groups]
    given = (joint + SHRINKAGE * prior) / (by_group[:, cell_groups] + SHRINKAGE)
    group_prior = (by_group.sum(axis=0) + _FLOOR) / (by_group.sum() + _FLOOR * max(num_groups, 1))
    group_given = (by_group + SHRINKAGE * group_prior) / (by_group.sum(axis=1, keepdims=True) + SHRINKAGE)
    of_cells, of_groups = np.zeros(shape, np.float32), np.zeros((size + 1, num_groups), np.float32)
    of_cells[:-1, :-1] = np.log(given / prior)
    of_groups[:-1] = np.log(group_given / group_prior)
    return Affinity(codes, cells, cell_groups, cell_codes, of_cells, of_groups)
