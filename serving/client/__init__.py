"""The query client; it needs neither TensorFlow nor the rest of Lookbook."""

from serving.client.answers import (
    ArticleDescription,
    ArticleOutlook,
    Baselines,
    CustomerNeed,
    LookArticle,
    LookGroup,
    Reason,
    Recommendations,
    RecommendedArticle,
    SimilarArticle,
    VersionStatus,
)
from serving.client.channel import ClientConfig
from serving.client.reason_texts import ReasonTexts
from serving.client.recommender_client import RecommenderClient
from serving.client.split import Split
from serving.client.split_clients import SplitClients

__all__ = [
    "ArticleDescription",
    "ArticleOutlook",
    "Baselines",
    "ClientConfig",
    "CustomerNeed",
    "LookArticle",
    "LookGroup",
    "Reason",
    "ReasonTexts",
    "Recommendations",
    "RecommendedArticle",
    "RecommenderClient",
    "SimilarArticle",
    "Split",
    "SplitClients",
    "VersionStatus",
]
