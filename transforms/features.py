"""Names of the features of Transform and the parameters of their transformation.

As in TFX's templates, `_xf` is the suffix of a transformed key and `_vocab` that of a vocabulary.
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
SEGMENT_AGES = (23.0, 28.0, 35.0, 45.0, 55.0)  # the bounds in sql/customer_rows.sql
# A basket counts this much for each later basket of its customer, in the ownership of an article.
OWNERSHIP_DECAY = 0.85
# The past in the linear next basket: strength, plus the floor for each day bought, at most the ceiling.
PAST_FLOOR, PAST_CEILING = 0.05, 2.0
REBUY_WEEKS = (1, 2, 4, 13)  # the spans of sql/article_rebuys.sql
WORDS = "words"
WORD_VOCABULARY_SIZE = 4000
WORD_MIN_COUNT = 2
WORDS_PER_ARTICLE = 32
MISSING = -1


def transformed_name(key: str) -> str:
    """Returns the key of a feature after Transform.

    >>> transformed_name("article_id")
    'article_id_xf'
    """
    return f"{key}_xf"


def vocabulary_name(key: str) -> str:
    """Returns the name of the vocabulary of a feature.

    >>> vocabulary_name("article_id")
    'article_id_vocab'
    """
    return f"{key}_vocab"
