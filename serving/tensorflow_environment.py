"""Environment variables that every process must set before it imports TensorFlow.

The command line, the pipeline, the steps on Kubeflow, Beam's workers and the model server's workers use
`TENSORFLOW_ENVIRONMENT`. Files that cannot import it (Dockerfiles, Makefile, Compose and Kubernetes manifests) repeat
it; tests/serving/test_tensorflow_environment.py checks that they agree.
"""

from collections.abc import Mapping

TENSORFLOW_ENVIRONMENT: Mapping[str, str] = {
    # TensorFlow Recommenders needs Keras 2.
    "TF_USE_LEGACY_KERAS": "1",
    # With oneDNN, on processors with AMX, TensorFlow 2.16.2 returns wrong numbers or corrupts its heap when two runs of
    # one model with different batch sizes overlap. See docs/decisions/0036-onednn-is-off.md.
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
