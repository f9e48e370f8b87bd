"""The preprocessing function of Transform. It maps ids, attributes and words to numbers, in training and serving.

Inputs are the columns of articles, customers and purchases. A row has the columns of its own table and lacks the
others. A row of purchases is a customer with all their purchases, because Transform costs time per row. Vocabularies
and moments are computed over articles and customers only, never over purchases, so they contain no information of later
days.
"""

import tensorflow as tf
import tensorflow_transform as tft

from transforms import columns
from transforms import features as f


def preprocessing_fn(
    inputs: dict[str, tf.SparseTensor], custom_config: dict[str, str] | None = None
) -> dict[str, tf.Tensor | tf.SparseTensor]:
    """Transforms a batch.

    Args:
        inputs: each `[batch, ?]` sparse: strings, float32 `age`, int64 `day` and `week`. `bought`, `day` and `week`
            have a value for each purchase.
        custom_config: `code_version`, through which TFX's cache detects changes of the code.

    Returns:
        `article_id_xf`, `customer_id_xf` and the `_xf` of each category: `[batch]` int64 vocabulary index, -1 if the
            row
        lacks the column or the vocabulary lacks the value; `words_xf`: `[batch, ?]` sparse int64 vocabulary indices;
        `age_xf`: `[batch]` float32 z-score, 0 if unknown; `age_bucket_xf`: `[batch]` int64, 0 if unknown; `bought_xf`
        (index of `article_id`), `day_xf` and `week_xf`: `[batch, ?]` sparse int64, of equal length in each row.
    """
    del custom_config
    outputs: dict[str, tf.Tensor | tf.SparseTensor] = {}
    articles = tft.vocabulary(inputs[columns.ARTICLE_ID], vocab_filename=f.vocabulary_name(columns.ARTICLE_ID))
    for name, ids in ((columns.ARTICLE_ID, inputs[columns.ARTICLE_ID]), (f.BOUGHT, inputs[f.BOUGHT])):
        indices = tft.apply_vocabulary(ids, articles, default_value=f.MISSING)
        outputs[f.transformed_name(name)] = indices if name == f.BOUGHT else _dense(indices, f.MISSING)
    for key in (columns.CUSTOMER_ID, *f.ARTICLE_CATEGORIES, *f.CUSTOMER_CATEGORIES):
        indices = tft.compute_and_apply_vocabulary(
            inputs[key], vocab_filename=f.vocabulary_name(key), default_value=f.MISSING
        )
        outputs[f.transformed_name(key)] = _dense(indices, f.MISSING)
    outputs[f.transformed_name(f.WORDS)] = _words(inputs[columns.PRODUCT_NAME], inputs[columns.DESCRIPTION])
    age, has_age = _dense(inputs[columns.AGE], -1.0), _dense(inputs[columns.AGE], -1.0) >= 0
    z_score = _dense(tft.scale_to_z_score(inputs[columns.AGE]), 0.0)
    outputs[f.transformed_name(columns.AGE)] = tf.where(has_age, z_score, 0.0)
    buckets = tft.apply_buckets(tf.maximum(age, 0.0), bucket_boundaries=[list(f.AGE_BOUNDARIES)])
    outputs[f.transformed_name("age_bucket")] = tf.where(has_age, buckets + 1, 0)
    for key in (f.DAY, f.WEEK):
        outputs[f.transformed_name(key)] = inputs[key]
    return outputs


def _dense(values: tf.SparseTensor, default) -> tf.Tensor:
    """Returns the first value of each row, or `default`: `[batch]`."""
    default = tf.cast(default, values.dtype)
    widened = tf.sparse.reset_shape(values, tf.stack([values.dense_shape[0], tf.maximum(values.dense_shape[1], 1)]))
    return tf.sparse.to_dense(widened, default_value=default)[:, 0]


def _words(name: tf.SparseTensor, description: tf.SparseTensor) -> tf.SparseTensor:
    """Returns the vocabulary indices of the words of name and description: `[batch, ?]` sparse int64."""
    text = tf.strings.join([_dense(name, ""), _dense(description, "")], separator=" ")
    plain = tf.strings.regex_replace(tf.strings.lower(text, encoding="utf-8"), r"[^\p{L}\p{N}]+", " ")
    return tft.compute_and_apply_vocabulary(
        tf.strings.split(tf.strings.strip(plain)).to_sparse(),
        top_k=f.WORD_VOCABULARY_SIZE,
        frequency_threshold=f.WORD_MIN_COUNT,
        vocab_filename=f.vocabulary_name(f.WORDS),
        default_value=f.MISSING,
    )
