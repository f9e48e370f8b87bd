"""The cells of the benchmark: models with some settings, trained before a day and judged on later purchases.

Names are `<group>-<what>-<back>`: the data are cut `back` label periods before their end.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import tomli

from benchmarks.quality.shop import Shop
from pipeline.config import PRESETS, PipelineConfig, load_config
from transforms.content import KINDS

SEEDS = (0, 1, 2)
BACKS = (0, 1, 2, 3)
CHOSEN_BACKS = (1, 2)  # ablations do not use the purchases of the last week
SAMPLE_BACKS = (1, 2, 3, 4)
CHOSEN_SEED = SEEDS[0]
NO_CONTENT = "none"
TRIED = 50  # candidates of a channel that is off by default, in the cell that enables it


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """One model and its test period.

    Attributes:
        name: unique name.
        shop: the data.
        back: number of label periods between the cut and the end of the data.
        seed: seed of the pipeline.
        preset: preset of the settings, or None.
        assignments: settings that override the preset, as on the command line.
        ranked: whether there is a ranking network; without one, candidates keep the order of their fusion.
        masked: group of features that the ranking network does not get, or "".
        as_of: `end`: judged on purchases after the data; `cut`: on the test week in the data, if these are too short.
        detailed: whether each channel is measured alone and left out.
        sampled: whether the ranking network is also measured on sampled negatives.
    """

    name: str
    shop: Shop
    back: int
    seed: int = CHOSEN_SEED
    preset: str | None = None
    assignments: tuple[str, ...] = ()
    ranked: bool = True
    masked: str = ""
    as_of: str = "end"
    detailed: bool = False
    sampled: bool = False

    @property
    def config(self) -> PipelineConfig:
        """All settings."""
        return load_config(self.preset, [*self.assignments, f"seed={self.seed}"])

    def depends(self) -> dict[str, Any]:
        """The inputs that the result depends on, besides the code."""
        days = self.config.label_days
        return {
            "data": self.shop.fingerprint,
            "end": str(self.shop.end(self.back, days)),
            "truth": self.shop.truth_fingerprint if self.as_of == "end" and not self.back else "",
            "config": self.config.as_tree(),
            "how": [self.ranked, self.masked, self.as_of, self.detailed, self.sampled],
        }


def cells_of(shop: Shop, assignments: Sequence[str], channels: Mapping[str, int], groups: Sequence[str]) -> list[Cell]:
    """Cells of the main shop.

    Args:
        shop: the data, with the purchases of the week after them if they are known.
        assignments: settings of all cells.
        channels: number of candidates of each channel. A cell enables each channel with 0.
        groups: names of the groups of features.
    """
    base = tuple(assignments)
    cells = [
        Cell(
            name=f"default-seed{seed}-{back}",
            shop=shop,
            back=back,
            seed=seed,
            assignments=base,
            detailed=seed == CHOSEN_SEED,
            sampled=seed == CHOSEN_SEED,
        )
        for seed in SEEDS
        for back in BACKS
    ]
    for back in CHOSEN_BACKS:
        for what, changes in _ablations(channels, groups).items():
            fixed = {"assignments": (*base, *changes.pop("assignments", ())), **changes}
            cells.append(Cell(name=f"ablation-{what}-{back}", shop=shop, back=back, **fixed))
    for back in (0, *CHOSEN_BACKS):
        ids, negatives = f"system-ids_only-{back}", f"system-random_negatives-{back}"
        cells.append(Cell(name=ids, shop=shop, back=back, assignments=base, preset="ids-only", ranked=False))
        cells.append(
            Cell(name=negatives, shop=shop, back=back, assignments=base, preset="random-negatives", sampled=True)
        )
    return cells


def cells_of_sample(shop: Shop, assignments: Sequence[str]) -> list[Cell]:
    """Cells of the default settings on the last weeks of a small shop.

    Args:
        shop: the small shop.
        assignments: settings of all cells.
    """
    return [Cell(name=f"sample-{back}", shop=shop, back=back, assignments=tuple(assignments)) for back in SAMPLE_BACKS]


def cells_of_week(shop: Shop, assignments: Sequence[str]) -> list[Cell]:
    """The cell of the preset `one-week` on data of a single week, which is judged on test days in the data.

    Args:
        shop: the single week.
        assignments: settings of the cell.
    """
    return [Cell(name="week-0", shop=shop, back=0, preset="one-week", assignments=tuple(assignments), as_of="cut")]


def _ablations(channels: Mapping[str, int], groups: Sequence[str]) -> dict[str, dict[str, Any]]:
    ids_only = tomli.loads((PRESETS / "ids-only.toml").read_text(encoding="utf-8"))["retrieval"]
    towers_of_ids = tuple(f"retrieval.{name}={json.dumps(value)}" for name, value in ids_only.items())
    return {
        **{
            f"no_{name}": {"assignments": (f"recommender.channels.{name}=0",)}
            for name, size in channels.items()
            if size
        },
        **{
            f"with_{name}": {"assignments": (f"recommender.channels.{name}={TRIED}",), "detailed": True}
            for name, size in channels.items()
            if not size
        },
        "no_refit": {"assignments": ("ranking.refit_to_end=false",)},
        "no_sampling_correction": {"assignments": ("retrieval.sampling_correction=false",)},
        "no_attributes": {"assignments": ("retrieval.use_attributes=false",)},
        "ids_only_towers": {"assignments": towers_of_ids},
        "no_pictures": {"assignments": (f"content.picture={NO_CONTENT}",)},
        "no_texts": {"assignments": (f"content.text={NO_CONTENT}",)},
        "no_content": {"assignments": tuple(f"content.{kind}={NO_CONTENT}" for kind in KINDS)},
        "no_id_dropout": {"assignments": ("retrieval.id_dropout=0",)},
        **{f"no_{name}_features": {"masked": name} for name in groups},
    }
