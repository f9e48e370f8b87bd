"""Runs a network for pictures on several cores with TensorFlow Lite.

TensorFlow Lite's kernels encode three times as many pictures in a second as TensorFlow's, with equal values up to
rounding. Each interpreter has one thread, because threads that wait for each other in each layer take far longer where
other processes want the processor. Pictures are encoded at the same time by calls from several threads.
"""

import contextlib
import os
import queue
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf


class LiteNetwork:
    """A network for one picture after the other. `encode` may be called from several threads.

    Args:
        network: maps `[1, side, side, 3]` float32 to `[1, size]` float32 with core TensorFlow operations.
        module: holds the variables that the network uses.
        side: height and width of the pictures, in pixels.
        threads: number of pictures that are encoded at the same time; 0 for one a core.
    """

    def __init__(self, network: Callable[[tf.Tensor], tf.Tensor], module: tf.Module, side: int, threads: int = 0):
        signature = tf.TensorSpec([1, side, side, 3], tf.float32)
        graph = tf.function(network, input_signature=[signature]).get_concrete_function()
        self.threads = threads or len(os.sched_getaffinity(0))
        self._idle: queue.SimpleQueue[tf.lite.Interpreter] = queue.SimpleQueue()
        with _without_native_messages():
            content = tf.lite.TFLiteConverter.from_concrete_functions([graph], module).convert()
            for _ in range(self.threads):
                interpreter = tf.lite.Interpreter(model_content=content, num_threads=1)
                interpreter.allocate_tensors()
                self._idle.put(interpreter)

    def encode(self, picture: np.ndarray) -> np.ndarray:
        """Encodes a picture.

        Args:
            picture: `[side, side, 3]` uint8, RGB.

        Returns:
            `[size]` float32.
        """
        interpreter = self._idle.get()
        try:
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None].astype(np.float32))
            interpreter.invoke()
            return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
        finally:
            self._idle.put(interpreter)


@contextlib.contextmanager
def _without_native_messages() -> Iterator[None]:
    """Hides what TensorFlow Lite's converter writes to standard error past all settings. Errors are exceptions."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
