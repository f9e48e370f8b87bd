"""The environment variables that every process needs before it imports TensorFlow.

This is the one place that names them: the command line, the pipeline, the steps on Kubeflow, Beam's workers and the
model server's workers all take `TENSORFLOW_ENVIRONMENT`. Files that cannot import it (Dockerfiles, Makefile, Compose
and Kubernetes manifests) repeat it; tests/serving/test_tensorflow_environment.py compares them with it.
"""

from collections.abc import Mapping

TENSORFLOW_ENVIRONMENT: Mapping[str, str] = {
    # TensorFlow Recommenders needs Keras 2.
    "TF_USE_LEGACY_KERAS": "1",
    # With oneDNN, TensorFlow 2.16.2 returns wrong numbers or corrupts its heap on processors with AMX, where two runs
    # of one model with different batch sizes overlap. See docs/decisions/0036-onednn-is-off.md.
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
