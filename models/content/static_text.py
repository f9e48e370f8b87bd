"""Static vectors of texts: the mean of the vectors of their tokens, from tables that a package brings.

The tables are those of WordLlama, whose package holds token vectors of a language model reduced to 256 values and the
tokenizer they belong to. Its code is not imported.
"""

import functools
import importlib.util
import pathlib
from collections.abc import Sequence

import numpy as np

from transforms.errors import WeightsError

NAME = "wordllama-l2-supercat-256"
SIZE = 256  # values of a vector
_PACKAGE = "wordllama"
_VECTORS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_BLOCK = 1024  # texts that are encoded at once


def encode(texts: Sequence[str]) -> np.ndarray:
    """Encodes texts.

    Args:
        texts: any texts. The order of their words does not matter.

    Returns:
        `[len(texts), 256]` float32 of unit length; zeros for a text without a token.

    Raises:
        WeightsError: the package `wordllama` is not installed or lacks its tables.
    """
    blocks = [_means(texts[start : start + _BLOCK]) for start in range(0, len(texts), _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, SIZE), np.float32)


def _means(texts: Sequence[str]) -> np.ndarray:
    tokenizer, table = _tables()
    tokens = [encoded.ids for encoded in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
    lengths = np.array([len(each) for each in tokens])
    rows = table[np.fromiter((token for each in tokens for token in each), np.int64, int(lengths.sum()))]
    sums = np.zeros((len(texts), table.shape[1]), np.float32)
    np.add.at(sums, np.repeat(np.arange(len(texts)), lengths), rows)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)


@functools.lru_cache(1)
def _tables():
    spec = importlib.util.find_spec(_PACKAGE)
    folders = [pathlib.Path(folder) for folder in (spec.submodule_search_locations or () if spec else ())]
    folder = next((f for f in folders if (f / _VECTORS).is_file() and (f / _TOKENIZER).is_file()), None)
    if folder is None:
        raise WeightsError(
            "content.text = 'static' needs the token vectors of the package wordllama; install it, or choose "
            "content.text = 'words'"
        )
    import safetensors.numpy
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(str(folder / _TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    (table,) = safetensors.numpy.load_file(folder / _VECTORS).values()
    return tokenizer, table.astype(np.float32)
