"""What finished steps leave in memory: given back between steps, since those of a local run share one process."""

import ctypes
import gc
import logging
import sys

import psutil

_log = logging.getLogger("lookbook.steps")
_LIBC = "libc.so.6"  # glibc: TensorFlow runs on nothing else


def release(step: str) -> float:
    """Frees what the step left in cycles, in Keras's session and in the allocator's free lists.

    Args:
        step: that has ended; for the log.

    Returns:
        What this process holds then, in GiB.
    """
    if "tensorflow" in sys.modules:
        import tensorflow as tf

        tf.keras.backend.clear_session()
    gc.collect()
    ctypes.CDLL(_LIBC).malloc_trim(0)
    held_gib = psutil.Process().memory_info().rss / 2**30
    _log.info("after %s this process holds %.1f GiB", step, held_gib)
    return held_gib
