"""Names and types of the columns of H&M's three raw tables and of the optional ones, and the names of their files."""

import dataclasses
from typing import Literal

Kind = Literal["id", "date", "int", "float", "category", "text"]


@dataclasses.dataclass(frozen=True)
class Column:
    """One raw column.

    Attributes:
        name: name in the header of the CSV.
        kind: type of the values; `id`, `category` and `text` are strings, `date` is YYYY-MM-DD.
        required: whether a row without a value, or with one that cannot be parsed, is set aside. In other columns such
            a value becomes null and is reported.
        strict: whether a row with a value that cannot be parsed is set aside; one without a value is not.
    """

    name: str
    kind: Kind
    required: bool = False
    strict: bool = False


ARTICLE_ID = "article_id"
CUSTOMER_ID = "customer_id"
DAY = "t_dat"
PRICE = "price"
SALES_CHANNEL = "sales_channel_id"
PRODUCT_CODE = "product_code"
PRODUCT_NAME = "prod_name"
DESCRIPTION = "detail_desc"
AGE = "age"
CLUB_STATUS = "club_member_status"
NEWS_FREQUENCY = "fashion_news_frequency"
POSTAL_CODE = "postal_code"
AVAILABLE_FROM = "available_from"
AVAILABLE_TO = "available_to"
STOCK = "stock"

ARTICLES = (
    Column(ARTICLE_ID, "id", required=True),
    Column(PRODUCT_CODE, "category", required=True),
    Column(PRODUCT_NAME, "text"),
    Column("product_type_no", "int"),
    Column("product_type_name", "category"),
    Column("product_group_name", "category"),
    Column("graphical_appearance_no", "int"),
    Column("graphical_appearance_name", "category"),
    Column("colour_group_code", "int"),
    Column("colour_group_name", "category"),
    Column("perceived_colour_value_id", "int"),
    Column("perceived_colour_value_name", "category"),
    Column("perceived_colour_master_id", "int"),
    Column("perceived_colour_master_name", "category"),
    Column("department_no", "int"),
    Column("department_name", "category"),
    Column("index_code", "category"),
    Column("index_name", "category"),
    Column("index_group_no", "int"),
    Column("index_group_name", "category"),
    Column("section_no", "int"),
    Column("section_name", "category"),
    Column("garment_group_no", "int"),
    Column("garment_group_name", "category"),
    Column(DESCRIPTION, "text"),
)

CUSTOMERS = (
    Column(CUSTOMER_ID, "id", required=True),
    Column("FN", "float"),
    Column("Active", "float"),
    Column(CLUB_STATUS, "category"),
    Column(NEWS_FREQUENCY, "category"),
    Column(AGE, "float"),
    Column(POSTAL_CODE, "category"),
)

TRANSACTIONS = (
    Column(DAY, "date", required=True),
    Column(CUSTOMER_ID, "id", required=True),
    Column(ARTICLE_ID, "id", required=True),
    Column(PRICE, "float", required=True),
    Column(SALES_CHANNEL, "int"),
)

AVAILABILITY = (
    Column(ARTICLE_ID, "id", required=True),
    Column(AVAILABLE_FROM, "date", strict=True),
    Column(AVAILABLE_TO, "date", strict=True),
    Column(STOCK, "float", strict=True),
)

TABLES = {"articles": ARTICLES, "customers": CUSTOMERS, "transactions": TRANSACTIONS}
OPTIONAL_TABLES = {"availability": AVAILABILITY}
COLUMNS = {**TABLES, **OPTIONAL_TABLES}
FILES = {
    "articles": "articles.csv",
    "customers": "customers.csv",
    "transactions": "transactions_train.csv",
    "availability": "availability.csv",
}


def parquet_file(table: str) -> str:
    """Name of the Parquet file of one of `COLUMNS`.

    >>> parquet_file("articles")
    'articles.parquet'
    """
    return f"{table}.parquet"
