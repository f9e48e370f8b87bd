"""Prepares the process environment before TensorFlow is imported."""

import os
import warnings

from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT
from transforms.openblas import choose_kernels

_PYTHON_310_WARNING = "google.api_core._python_version_support"


def prepare_tensorflow() -> None:
    """Sets `TENSORFLOW_ENVIRONMENT`, overriding existing values, chooses the kernels of OpenBLAS, and silences
    TensorFlow's start messages.

    At its start, TensorFlow 2.16 logs harmless errors: CUDA's plugins are registered twice. Real errors are still
    raised. A log level and warning filters that the user has set are kept. Child processes inherit the environment.
    """
    choose_kernels()
    os.environ.update(TENSORFLOW_ENVIRONMENT)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("PYTHONWARNINGS", f"ignore::FutureWarning:{_PYTHON_310_WARNING}")
    # Google's packages, which TFX depends on, warn that later versions will not support Python 3.10.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"google\.")
