"""The TFX component `Content`; see README.md."""

import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import Tables, Weights
from components.content.config import ContentConfig
from components.content.executor import compute_content
from components.step_settings import StepSettings
from components.weights import content_projections
from transforms.photos.config import PhotosConfig
from transforms.photos.shop_photos import ShopPhotos


class ContentSettings(StepSettings):
    """Settings of the step."""

    content: ContentConfig
    photos: PhotosConfig


@component
def Content(  # noqa: N802 (TFX names components like classes)
    tables: InputArtifact[Tables],
    data_dir: Parameter[str],
    cache: Parameter[str],
    fingerprint: Parameter[str],
    settings: Parameter[str],
    content: OutputArtifact[standard_artifacts.Model],
    weights: InputArtifact[Weights] = None,
) -> None:
    """Computes the vectors of the articles' photos and texts; see README.md.

    `fingerprint` (of the photos and given vectors) changes the cache key with new ones.
    """
    del fingerprint
    given = ContentSettings.from_json(settings)
    facts = compute_content(
        pathlib.Path(tables.uri),
        ShopPhotos(pathlib.Path(data_dir), given.photos),
        given.content,
        pathlib.Path(cache),
        pathlib.Path(path_utils.serving_model_dir(content.uri)),
        fitted=content_projections(pathlib.Path(weights.uri)) if weights is not None else None,
    )
    for kind, each in facts.items():
        content.set_string_custom_property(f"{kind}_encoder", each.encoder)
        content.set_int_custom_property(f"{kind}_articles", each.known)
        content.set_int_custom_property(f"{kind}_values", each.values)
        content.set_float_custom_property(f"{kind}_explained_variance", each.explained)
