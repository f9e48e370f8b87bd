"""All settings of the pipeline, composed of the settings of its parts, and the functions that load them.

Settings are merged from three layers, of which later ones win: the defaults of the fields; a preset, which is the name
of a TOML file in `pipeline/presets/` or a path; assignments such as `retrieval.embedding_dim=64`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Any, TypeVar

import tomli
from pydantic import Field

from components.candidates.config import CandidatesConfig
from components.content.config import ContentConfig
from components.features.config import FeaturesConfig
from components.gates.drift.config import DriftConfig
from components.gates.infra.config import InfraGateConfig
from components.gates.model.config import EvaluationConfig
from components.ingest.config import IngestConfig
from components.push.config import PushConfig
from models.ranking.config import RankingConfig
from models.recommender.config import RecommenderConfig
from models.retrieval.config import RetrievalConfig
from pipeline.beam_config import BeamConfig
from pipeline.layers import parse_assignments, resolve
from pipeline.notify_config import NotifyConfig
from transforms.errors import ConfigError
from transforms.photos.config import PhotosConfig
from transforms.settings import Settings

PRESETS = pathlib.Path(__file__).parent / "presets"
SETTINGS_OF_TRAINING = "settings.toml"
S = TypeVar("S", bound=Settings)


class PipelineConfig(Settings):
    """All settings of the pipeline."""

    seed: int = Field(default=0, ge=0, description="Seed of the run; it is added to the seeds of the sections.")
    label_days: int = Field(
        default=7, ge=1, description="Length of the period that labels a list, and of the test week, in days."
    )
    ingest: IngestConfig = Field(default_factory=IngestConfig, description="Reading and checking the CSVs.")
    photos: PhotosConfig = Field(default_factory=PhotosConfig, description="Photos of the articles.")
    content: ContentConfig = Field(default_factory=ContentConfig, description="Vectors of photos and texts.")
    features: FeaturesConfig = Field(default_factory=FeaturesConfig, description="States and interactions.")
    retrieval: RetrievalConfig = Field(default_factory=RetrievalConfig, description="The two towers.")
    candidates: CandidatesConfig = Field(default_factory=CandidatesConfig, description="The training lists.")
    ranking: RankingConfig = Field(default_factory=RankingConfig, description="The ranking network.")
    recommender: RecommenderConfig = Field(default_factory=RecommenderConfig, description="The one graph.")
    drift: DriftConfig = Field(default_factory=DriftConfig, description="Drift against the last pushed run.")
    evaluation: EvaluationConfig = Field(default_factory=EvaluationConfig, description="The model gate.")
    infra_gate: InfraGateConfig = Field(default_factory=InfraGateConfig, description="The infra gate.")
    push: PushConfig = Field(default_factory=PushConfig, description="Pushed versions.")
    beam: BeamConfig = Field(
        default_factory=BeamConfig, description="Beam of statistics, Transform and evaluation on this machine."
    )
    notify: NotifyConfig = Field(default_factory=NotifyConfig, description="The message after each run.")

    def of_results(self: S) -> S:
        """The settings that results depend on, with the others at their defaults."""
        return self.replace(beam=BeamConfig(), notify=NotifyConfig())


def load_config(preset: str | None, assignments: Sequence[str]) -> PipelineConfig:
    """Resolves defaults, preset and assignments; arguments and errors as in `load_settings`."""
    return load_settings(PipelineConfig, preset, assignments, [PRESETS])


def load_settings(cls: type[S], preset: str | None, assignments: Sequence[str], folders: Sequence[pathlib.Path]) -> S:
    """Resolves defaults, preset and assignments.

    Args:
        cls: class of the settings.
        preset: a name in `preset_names(folders)`, the path of a TOML file ending in `.toml`, or None.
        assignments: `section.name=value`, the value as in TOML.
        folders: folders of presets; the first that has the preset wins.

    Raises:
        ConfigError: the preset does not exist or is not TOML in UTF-8, or a setting is unknown or invalid.
    """
    layers = [_read_preset(preset, folders)] if preset else []
    return resolve(cls, [*layers, parse_assignments(assignments)])


def preset_of_training(out_dir: pathlib.Path) -> str | None:
    """Path of the settings of the last run that pushed to `out_dir`; None if there is none."""
    path = out_dir / SETTINGS_OF_TRAINING
    return str(path) if path.is_file() else None


def preset_names(folders: Sequence[pathlib.Path] = (PRESETS,)) -> list[str]:
    """The names of the presets in `folders`."""
    return [path.stem for folder in folders for path in sorted(folder.glob("*.toml"))]


def _read_preset(preset: str, folders: Sequence[pathlib.Path]) -> dict[str, Any]:
    own = preset.endswith(".toml")
    paths = [pathlib.Path(preset)] if own else [folder / f"{preset}.toml" for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None and own:
        raise ConfigError(f"--preset must name an existing TOML file. Received: {preset!r}")
    if path is None:
        names = ", ".join(preset_names(folders)) or "none"
        raise ConfigError(f"preset must be one of ({names}) or the path of a .toml file. Received: {preset!r}")
    try:
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"preset {path} is not UTF-8 ({error}); save it again as UTF-8") from error
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"preset {path} is not TOML: {error}") from error
