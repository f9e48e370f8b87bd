"""Sets the environment of TensorFlow in a Beam worker on a cluster.

`--beam_plugins=kubeflow.beam_worker` has each worker import this module before it unpickles the steps' code, and so
before it imports TensorFlow. The worker's image may be Beam's own, which sets none of these variables. Beam offers no
other hook at this point, hence the effect at import.
"""

import os

from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT

os.environ.update(TENSORFLOW_ENVIRONMENT)
