"""Codes of the groups of articles, such as product types: numbers from 0 in the order of first appearance."""

import numpy as np
import pyarrow as pa


def group_codes(column: pa.ChunkedArray) -> tuple[np.ndarray, list[str]]:
    """Numbers the values of a text column.

    Args:
        column: group of each article, in the order of article rows.

    Returns:
        Codes, `[rows]` int32, -1 for null; and the groups in the order of their codes.
    """
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, encoded.dictionary.to_pylist()
