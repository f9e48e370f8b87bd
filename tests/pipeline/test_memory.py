"""Memory of a finished step is freed before the next step starts."""

import gc
import logging
import weakref

import psutil

from pipeline.memory import release


class Node:
    """An object in a reference cycle, as Keras's models and datasets are."""

    def __init__(self):
        self.itself = self


def test_reference_cycles_are_freed_and_the_held_memory_is_logged(caplog):
    gc.disable()
    try:
        left = weakref.ref(Node())
        assert left() is not None
        with caplog.at_level(logging.INFO, "lookbook.steps"):
            held_gib = release("ranking")
    finally:
        gc.enable()

    assert left() is None
    assert 0 < held_gib <= psutil.virtual_memory().total / 2**30
    assert caplog.messages == [f"after ranking this process holds {held_gib:.1f} GiB"]
