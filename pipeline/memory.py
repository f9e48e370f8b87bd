"""Frees memory between steps, because all steps of a local run share one process."""

import ctypes
import gc
import logging
import sys

import psutil

_log = logging.getLogger("lookbook.steps")
_LIBC = "libc.so.6"  # glibc, which TensorFlow requires


def release(step: str) -> float:
    """Frees reference cycles, Keras's session and the allocator's free lists after a step.

    Args:
        step: name of the finished step, for the log.

    Returns:
        Resident memory of this process afterwards, in GiB.
    """
    if "tensorflow" in sys.modules:
        import tensorflow as tf

        tf.keras.backend.clear_session()
    gc.collect()
    ctypes.CDLL(_LIBC).malloc_trim(0)
    held_gib = psutil.Process().memory_info().rss / 2**30
    _log.info("after %s this process holds %.1f GiB", step, held_gib)
    return held_gib
