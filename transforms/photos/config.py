"""Setting of the places of the photos."""

from pydantic import Field, model_validator

from transforms.photos.path_template import DEFAULT_PATH, PathTemplate
from transforms.settings import Settings


class PhotosConfig(Settings):
    """Where the photos of the articles are."""

    path: str = Field(
        default=DEFAULT_PATH,
        description="Place of an article's photo in the data folder. {article_id} is the id, {article_id:.3} its first "
        "three characters. Where no such file exists, the other endings of .jpg, .jpeg, .png and .webp are tried.",
    )

    @model_validator(mode="after")
    def _check_path(self) -> "PhotosConfig":
        PathTemplate(self.path)
        return self
