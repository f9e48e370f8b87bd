"""What the process environment must say before TensorFlow is imported."""

import os
import warnings

from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT

_PYTHON_310_IS_OLD = "google.api_core._python_version_support"


def prepare_tensorflow() -> None:
    """Sets `TENSORFLOW_ENVIRONMENT`, overriding existing values, and silences TensorFlow's start messages.

    TensorFlow 2.16 logs at its start, as errors, that CUDA's plugins are registered twice, which harms
    nothing; what does fail is raised all the same. A log level and filters that the person has set stay.
    Processes that this one starts inherit all of it.
    """
    os.environ.update(TENSORFLOW_ENVIRONMENT)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("PYTHONWARNINGS", f"ignore::FutureWarning:{_PYTHON_310_IS_OLD}")
    # Google's packages, which TFX brings, announce what their later versions will ask for.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"google\.")
