"""The query client; it needs neither TensorFlow nor the rest of Lookbook."""

from serving.client.answers import (
    ArticleDescription,
    ArticleOutlook,
    Baselines,
    CustomerNeed,
    Recommendations,
    RecommendedArticle,
    SimilarArticle,
    VersionStatus,
)
from serving.client.channel import ClientConfig
from serving.client.recommender_client import RecommenderClient

__all__ = [
    "ArticleDescription",
    "ArticleOutlook",
    "Baselines",
    "ClientConfig",
    "CustomerNeed",
    "Recommendations",
    "RecommendedArticle",
    "RecommenderClient",
    "SimilarArticle",
    "VersionStatus",
]
