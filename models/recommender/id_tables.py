"""Hash tables from string ids to rows, read from text files with an id on each line."""

import pathlib

import tensorflow as tf

from transforms.errors import DataError


class IdTables(tf.Module):
    """Maps article ids and customer ids to rows.

    Args:
        article_ids: text file of the article ids, in the order of the rows.
        customer_ids: text file of the customer ids, in the order of the rows.
        num_articles: number of articles, which is the row of unknown ids.
        num_customers: number of customers, which is the row of unknown ids.

    Raises:
        DataError: a file holds a different number of ids.
    """

    def __init__(self, article_ids: pathlib.Path, customer_ids: pathlib.Path, num_articles: int, num_customers: int):
        super().__init__(name="id_tables")
        self._articles = _row_table(article_ids, num_articles)
        self._customers = _row_table(customer_ids, num_customers)

    def article_rows(self, article_ids: tf.Tensor) -> tf.Tensor:
        """Returns int32 rows in the shape of `article_ids`; the number of articles for unknown ids."""
        return tf.cast(self._articles.lookup(article_ids), tf.int32)

    def customer_rows(self, customer_ids: tf.Tensor) -> tf.Tensor:
        """Returns int32 rows in the shape of `customer_ids`; the number of customers for unknown ids."""
        return tf.cast(self._customers.lookup(customer_ids), tf.int32)


def _row_table(path: pathlib.Path, default: int) -> tf.lookup.StaticHashTable:
    lines = tf.lookup.TextFileInitializer(
        str(path),
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
    )
    table = tf.lookup.StaticHashTable(lines, default)
    if (found := int(table.size())) != default:
        raise DataError(f"{path.name} must hold an id for each of the {default:,} rows. Received: {found:,} ids.")
    return table
