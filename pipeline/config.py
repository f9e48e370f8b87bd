"""The whole configuration: one frozen dataclass composed of the rooms' own, and how it is read.

Layers, each over the one before: the defaults written in the dataclasses; a preset, a TOML file of
`pipeline/presets/` named without its ending, or the path of one's own; assignments such as
`retrieval.embedding_dim=64`.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import tomli

from components.candidates.config import CandidatesConfig
from components.evaluation.config import EvaluationConfig
from components.features.config import FeaturesConfig
from components.infra_gate.config import InfraGateConfig
from components.ingest.config import IngestConfig
from components.push.config import PushConfig
from models.ranking.config import RankingConfig
from models.recommender.config import RecommenderConfig
from models.retrieval.config import RetrievalConfig
from pipeline.settings import parse_assignments, resolve
from transforms.errors import ConfigError

PRESETS = pathlib.Path(__file__).parent / "presets"
SETTINGS_OF_TRAINING = "settings.toml"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PipelineConfig:
    """All settings of the pipeline.

    Attributes:
        seed: of everything that draws at random; 0 or more. The rooms' own seeds are added to it.
        label_days: days of purchases that label a list, and length of the test week; 1 or more.
        ingest: reading and checking the CSVs.
        features: the states and the interactions.
        retrieval: the towers.
        candidates: the training lists.
        ranking: the ranking network.
        recommender: the one graph.
        evaluation: the model gate.
        infra_gate: the canary.
        push: the versions.

    """

    seed: int = 0
    label_days: int = 7
    ingest: IngestConfig = dataclasses.field(default_factory=IngestConfig)
    features: FeaturesConfig = dataclasses.field(default_factory=FeaturesConfig)
    retrieval: RetrievalConfig = dataclasses.field(default_factory=RetrievalConfig)
    candidates: CandidatesConfig = dataclasses.field(default_factory=CandidatesConfig)
    ranking: RankingConfig = dataclasses.field(default_factory=RankingConfig)
    recommender: RecommenderConfig = dataclasses.field(default_factory=RecommenderConfig)
    evaluation: EvaluationConfig = dataclasses.field(default_factory=EvaluationConfig)
    infra_gate: InfraGateConfig = dataclasses.field(default_factory=InfraGateConfig)
    push: PushConfig = dataclasses.field(default_factory=PushConfig)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        if self.seed < 0:
            raise ConfigError(f"seed must be 0 or more; received {self.seed}")
        if self.label_days < 1:
            raise ConfigError(f"label_days must be 1 or more; received {self.label_days}")


def load_config(preset: str | None, assignments: Sequence[str]) -> PipelineConfig:
    """Resolves defaults, preset and assignments.

    Args:
        preset: one of `preset_names()`, the path of a TOML file ending in `.toml`, or None.
        assignments: `section.name=value`, the value as in TOML.

    Raises:
        ConfigError: the preset does not exist or is not TOML in UTF-8, or a setting is unknown or refused.

    """
    layers = [_read_preset(preset)] if preset else []
    return resolve(PipelineConfig, [*layers, parse_assignments(assignments)])


def preset_of_training(out_dir: pathlib.Path) -> str | None:
    """The preset that the weights in `out_dir` were trained with; None where no run on this machine pushed them."""
    path = out_dir / SETTINGS_OF_TRAINING
    return str(path) if path.is_file() else None


def preset_names() -> list[str]:
    """The presets that come with the project."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def _read_preset(preset: str) -> dict[str, Any]:
    own = preset.endswith(".toml")
    path = pathlib.Path(preset) if own else PRESETS / f"{preset}.toml"
    if own and not path.is_file():
        raise ConfigError(f"--preset must name an existing TOML file. Received: {preset!r}")
    if not path.is_file():
        there = ", ".join(preset_names()) or "none"
        raise ConfigError(f"preset must be one of ({there}) or the path of a .toml file; received {preset!r}")
    try:
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"preset {path} is not UTF-8 ({error}); save it again as UTF-8") from error
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"preset {path} is not TOML: {error}") from error
