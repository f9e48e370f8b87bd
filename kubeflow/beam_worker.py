"""Sets the environment of TensorFlow in a Beam worker on a cluster.

With `--beam_plugins=kubeflow.beam_worker`, each worker imports this module before it unpickles the steps' code and
imports TensorFlow. Beam's own worker image sets none of these variables. The module acts at import because Beam has no
other hook at this point.
"""

import os

from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT

os.environ.update(TENSORFLOW_ENVIRONMENT)
