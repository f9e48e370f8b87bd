"""Reads the rules of a request from the inputs exclude_article_ids, allow and deny of the signatures."""

import tensorflow as tf

from models.recommender.conditions import AttributeTable
from models.recommender.id_tables import IdTables
from models.recommender.request_checks import require_one_row_per_id
from models.recommender.rules import Rules


class RulesReader(tf.Module):
    """Maps ids and conditions of requests to rows and values.

    Args:
        ids: tables from ids to rows.
        attributes: the attributes of all articles.
    """

    def __init__(self, ids: IdTables, attributes: AttributeTable):
        super().__init__(name="rules_reader")
        self._ids, self._attributes = ids, attributes

    def read(self, ids: tf.Tensor, exclude_article_ids: tf.Tensor, allow: tf.Tensor, deny: tf.Tensor) -> Rules:
        """Reads the rules.

        Args:
            ids: `[batch]` string ids that the rules belong to.
            exclude_article_ids: `[batch, n]` string ids of articles that must not be answered, padded with "".
            allow: `[batch, n]` string conditions, see `conditions.py`.
            deny: `[batch, n]` string conditions.

        Raises:
            InvalidArgumentError: an input does not have a row for each id, or a condition names no known column.
        """
        checks = require_one_row_per_id(ids, exclude_article_ids=exclude_article_ids, allow=allow, deny=deny)
        with tf.control_dependencies(checks):
            excluded_rows = tf.identity(self._ids.article_rows(exclude_article_ids))
            allow, deny = tf.identity(allow), tf.identity(deny)
        return Rules(excluded_rows, self._attributes.conditions(allow, deny))
