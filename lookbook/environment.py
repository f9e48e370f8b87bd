"""What the process environment must say before TensorFlow is imported."""

import os


def prepare_tensorflow() -> None:
    """Chooses Keras 2, without which TensorFlow Recommenders refuses to load, and quiets the start.

    A log level that the person has set stays.
    """
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
