"""What is measured: a cell is one model, of some settings, trained on the data before a day, judged on what followed.

Names are `<group>-<what>-<back>`: the data end `back` label periods before their last day.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import tomli

from benchmarks.quality.shop import Shop
from pipeline.config import PRESETS, PipelineConfig, load_config

SEEDS = (0, 1, 2)
BACKS = (0, 1, 2, 3)
CHOSEN_BACKS = (1, 2)  # ablations never see the last week's truth
SAMPLE_BACKS = (1, 2, 3, 4)
CHOSEN_SEED = SEEDS[0]
TRIED = 50  # candidates of a channel that is off by default, where it is tried


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cell:
    """One model and what it is judged on.

    Attributes:
        name: unique.
        shop: the data.
        back: label periods the data are cut before their end.
        seed: the pipeline's.
        preset: of the settings, or None.
        assignments: settings over the preset, as on the command line.
        ranked: whether there is a ranking network; else candidates stay in the order of their fusion.
        masked: group of features the ranking network is not told, or "".
        as_of: `end`: judged on what follows the data; `cut`: on the test week within, for data too short to be cut.
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
        """What the result follows from, the code aside."""
        days = self.config.label_days
        return {
            "data": self.shop.fingerprint,
            "end": str(self.shop.end(self.back, days)),
            "truth": self.shop.truth_fingerprint if self.as_of == "end" and not self.back else "",
            "config": dataclasses.asdict(self.config),
            "how": [self.ranked, self.masked, self.as_of, self.detailed, self.sampled],
        }


def cells_of(shop: Shop, assignments: Sequence[str], channels: Mapping[str, int], groups: Sequence[str]) -> list[Cell]:
    """Cells of the shop that quality is judged on.

    Args:
        shop: the data, with the truth of the week after them if there is one.
        assignments: settings of all cells.
        channels: candidates of each; 0 is off, and tried.
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
    """The default on the last weeks of a small shop."""
    return [Cell(name=f"sample-{back}", shop=shop, back=back, assignments=tuple(assignments)) for back in SAMPLE_BACKS]


def cells_of_week(shop: Shop, assignments: Sequence[str]) -> list[Cell]:
    """The preset `one-week` on data of a single week, too short to be cut: judged on the test days within."""
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
        **{f"no_{name}_features": {"masked": name} for name in groups},
    }
