"""What a step leaves behind is gone before the next one begins."""

import gc
import logging
import weakref

import psutil

from pipeline.memory import release


class Node:
    """Holds itself, as Keras's models and datasets do."""

    def __init__(self):
        self.itself = self


def test_what_a_step_left_in_a_cycle_is_gone_and_what_is_held_is_told(caplog):
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
