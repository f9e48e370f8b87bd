"""Names of the transformed features and the parameters of their transformation: the vocabulary of Transform.

`_xf` marks a transformed key, `_vocab` a vocabulary, as in TFX's templates.
"""

from transforms import columns

BOUGHT = "bought"
DAY = "day"
WEEK = "week"

ARTICLE_CATEGORIES = (
    columns.PRODUCT_CODE,
    "product_type_name",
    "product_group_name",
    "graphical_appearance_name",
    "colour_group_name",
    "perceived_colour_master_name",
    "department_name",
    "index_name",
    "section_name",
    "garment_group_name",
)
CUSTOMER_CATEGORIES = (columns.CLUB_STATUS, columns.NEWS_FREQUENCY)
AGE_BOUNDARIES = (20.0, 23.0, 26.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0, 70.0)
SEGMENT_AGES = (23.0, 28.0, 35.0, 45.0, 55.0)  # the bounds in sql/customer_segments.sql
WORDS = "words"
WORD_VOCABULARY_SIZE = 4000
WORD_MIN_COUNT = 2
WORDS_PER_ARTICLE = 32
MISSING = -1


def transformed_name(key: str) -> str:
    """The key of a feature after Transform.

    >>> transformed_name("article_id")
    'article_id_xf'
    """
    return f"{key}_xf"


def vocabulary_name(key: str) -> str:
    """The name of a feature's vocabulary.

    >>> vocabulary_name("article_id")
    'article_id_vocab'
    """
    return f"{key}_vocab"
