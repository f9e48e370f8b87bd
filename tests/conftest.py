"""What holds for all tests: the environment that TensorFlow must find, as the command line prepares it."""

from lookbook.environment import prepare_tensorflow

prepare_tensorflow()
