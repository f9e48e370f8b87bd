"""Reads the tables of looks, which Features writes, into the arrays of `Looks`.

A candidate has a slot: group i holds the slots from `i * width`. Groups are padded to `ANSWERED_GROUPS` at least, and
the candidates of a group to a width of `MOST_K` at least.
"""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.recommender.config import MOST_K
from transforms.group_codes import group_codes
from transforms.looks import LOOK_ATTRIBUTES, LOOK_KINDS, NO_CODE
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE, state_folder

ANSWERED_GROUPS = 4
NEVER = np.float32(-1e30)  # utility of what cannot be answered


@dataclasses.dataclass(frozen=True)
class LookTables:
    """Arrays of the look model. `slots` is groups * width, and the slot of none.

    Attributes:
        group_names: `[groups]` string; "" for padding.
        group_scores: `[groups]` float32; `NEVER` for padding.
        article_groups: `[articles + 1]` int32 group of each article; -1 is none.
        slot_rows: `[groups, width]` int32 article rows, padded with the number of articles.
        slot_scores: `[groups, width]` float32 of the popularity; `NEVER` for padding.
        article_slots: `[articles + 1]` int32 slot of each article.
        affinities: `[values, columns]` float32: a row for each value of each attribute. The last row and the last
            column, of missing values and unseen pairs, are zeros.
        article_values: `[attributes, articles + 1]` int32 rows of `affinities`.
        slot_columns: `[attributes, slots + groups]` int32 columns of `affinities`: of the slots, then of the groups.
        pair_offsets: `[articles + 2]` int32 into the `pair_*` arrays.
        pair_slots: `[pairs]` int32.
        pair_scores: `[pairs]` float32.
        mix: `[articles + 1, channels]` float32 share of each sales channel in an article's sales.
        slot_ratios: `[slots, channels]` float32 the same of the slots, over the share in all sales; 1 for padding.
        log_prices: `[articles + 1]` float32; NaN is unknown.
        weights: weights by input, and `choices`.
    """

    group_names: np.ndarray
    group_scores: np.ndarray
    article_groups: np.ndarray
    slot_rows: np.ndarray
    slot_scores: np.ndarray
    article_slots: np.ndarray
    affinities: np.ndarray
    article_values: np.ndarray
    slot_columns: np.ndarray
    pair_offsets: np.ndarray
    pair_slots: np.ndarray
    pair_scores: np.ndarray
    mix: np.ndarray
    slot_ratios: np.ndarray
    log_prices: np.ndarray
    weights: dict[str, float]


def has_looks(states: pathlib.Path, as_of: int) -> bool:
    """Whether the state of a day has the tables of looks; those of list weeks have none."""
    return (state_folder(states, as_of) / "look_groups.parquet").exists()


def load_look_tables(states: pathlib.Path, as_of: int) -> LookTables:
    """Reads the tables of a day.

    Args:
        states: folder with `articles.parquet` and the folders of the days.
        as_of: day number.
    """
    columns = tuple(dict.fromkeys((*LOOK_KINDS, *LOOK_ATTRIBUTES)))
    articles = pq.read_table(states / ARTICLES_FILE, columns=list(columns))
    codes = {name: np.append(group_codes(articles[name])[0], -1) for name in columns}
    folder, pad = state_folder(states, as_of), articles.num_rows

    def read(name: str) -> pa.Table:
        return pq.read_table(folder / f"look_{name}.parquet")

    groups, candidates, sales = read("groups"), read("candidates"), read("articles")
    names = groups["name"].to_pylist()
    num_groups = max(len(names), ANSWERED_GROUPS)
    place = _Places(groups["group_code"].to_numpy())
    of_candidate = place.of(candidates["group_code"].to_numpy())
    inside = np.arange(len(of_candidate)) - np.searchsorted(of_candidate, of_candidate)
    width = max(int(inside.max(initial=-1)) + 1, MOST_K)
    slots, slot_of_candidate = num_groups * width, of_candidate * width + inside
    slot_rows = np.full(slots, pad, np.int32)
    slot_rows[slot_of_candidate] = candidates["article_row"].to_numpy()
    article_slots = np.full(pad + 1, slots, np.int32)
    article_slots[slot_rows[slot_of_candidate]] = slot_of_candidate
    channels = [name for name in sales.column_names if name.startswith("channel_")]
    mix = np.stack([sales[name].to_numpy() for name in channels], axis=1)
    ratios = np.ones((slots, len(channels)), np.float32)
    for i in range(len(channels)):
        ratios[slot_of_candidate, i] = candidates[f"ratio_{i}"].to_numpy()
    pairs = read("pairs")
    weights = read("weights")
    return LookTables(
        group_names=np.array(_padded(names, num_groups, ""), dtype=object),
        group_scores=np.array(_padded(groups["score"].to_pylist(), num_groups, NEVER), np.float32),
        article_groups=place.of(codes[groups["kind"][0].as_py()]) if names else np.full(pad + 1, -1, np.int32),
        slot_rows=slot_rows.reshape(num_groups, width),
        slot_scores=_at(slots, slot_of_candidate, candidates["score"].to_numpy(), NEVER).reshape(num_groups, width),
        article_slots=article_slots,
        **_affinities(read("affinities"), codes, groups["group_code"].to_numpy(), slot_rows, num_groups),
        pair_offsets=np.searchsorted(pairs["article_row"].to_numpy(), np.arange(pad + 2)).astype(np.int32),
        pair_slots=article_slots[pairs["neighbour_row"].to_numpy()],
        pair_scores=pairs["score"].to_numpy().astype(np.float32),
        mix=np.concatenate([mix, np.ones((1, len(channels)), np.float32)]),
        slot_ratios=ratios,
        log_prices=np.append(sales["log_price"].to_numpy(), np.float32(np.nan)),
        weights=dict(zip(weights["input"].to_pylist(), weights["weight"].to_pylist(), strict=True)),
    )


class _Places:
    """Positions of group codes in `look_groups`.

    Args:
        codes: the codes in its order.
    """

    def __init__(self, codes: np.ndarray):
        self._places = np.full(int(codes.max(initial=-1)) + 2, -1, np.int32)
        self._places[codes] = np.arange(len(codes))

    def of(self, codes: np.ndarray) -> np.ndarray:
        """Returns the positions of codes, int32; -1 for groups that are not kept."""
        return self._places[np.where(codes < len(self._places) - 1, codes, -1)]


def _affinities(
    table: pa.Table, codes: dict[str, np.ndarray], group_codes: np.ndarray, slot_rows: np.ndarray, num_groups: int
) -> dict[str, np.ndarray]:
    """Makes the arrays `affinities`, `article_values` and `slot_columns`."""
    width = len(slot_rows) // num_groups
    slot_groups = np.repeat(_padded(group_codes.tolist(), num_groups, NO_CODE), width)
    first, parts, values, columns = 0, [], [], []
    for name in LOOK_ATTRIBUTES:
        size = int(codes[name].max(initial=-1)) + 1
        of_name = table.filter(pc.equal(table["attribute"], name))
        rows, groups, partners, scores = (
            of_name[column].to_numpy() for column in ("value_code", "group_code", "partner_code", "score")
        )
        keys, cols = np.unique(_cell_keys(groups, partners, size), return_inverse=True)
        parts.append((rows + first, cols, scores, len(keys)))
        values.append(np.where(codes[name] >= 0, codes[name] + first, -1))
        wanted = np.concatenate([codes[name][slot_rows], np.full(num_groups, NO_CODE)])
        of_group = np.concatenate([slot_groups, _padded(group_codes.tolist(), num_groups, NO_CODE)])
        real = np.concatenate([codes[name][slot_rows] >= 0, np.ones(num_groups, bool)]) & (of_group >= 0)
        columns.append(np.where(real, _find(keys, _cell_keys(of_group, wanted, size)), -1))
        first += size
    width = max(number for *_, number in parts) + 1
    matrix = np.zeros((first + 1, width), np.float32)
    for rows, cols, scores, _ in parts:
        matrix[rows, cols] = scores
    return {
        "affinities": matrix,
        "article_values": np.where(np.stack(values) < 0, first, np.stack(values)).astype(np.int32),
        "slot_columns": np.where(np.stack(columns) < 0, width - 1, np.stack(columns)).astype(np.int32),
    }


def _cell_keys(groups: np.ndarray, partners: np.ndarray, size: int) -> np.ndarray:
    """Group and value of an attribute as one number."""
    return groups.astype(np.int64) * (size + 1) + partners + 1


def _find(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Returns the positions of wanted keys among ascending ones; -1 for those that are not there."""
    if not len(keys):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


def _padded(values: list, size: int, padding) -> list:
    return [*values, *[padding] * (size - len(values))]


def _at(size: int, places: np.ndarray, values: np.ndarray, padding: np.float32) -> np.ndarray:
    """Returns `[size]` float32 with values at some places."""
    filled = np.full(size, padding, np.float32)
    filled[places] = values
    return filled
