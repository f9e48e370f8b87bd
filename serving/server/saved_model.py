"""A SavedModel in a TensorFlow session.

It is loaded and run as TensorFlow Serving does it, by tag `serve` into a session, so that a version that works here
works there. Imports TensorFlow: only worker processes import this module.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, rewriter_config_pb2
from tensorflow.python.client import pywrap_tf_session as tf_session
from tensorflow.python.saved_model import loader_impl

from serving.errors import StatusError, code_of, invalid_argument

_SCANN_OP = b"Scann>"


class SavedModel:
    """A loaded SavedModel.

    Attributes:
        signatures: SignatureDef by name.

    Args:
        path: folder of the SavedModel.
        threads: number of TensorFlow's threads, within and between ops; 0 for TensorFlow's default.

    Raises:
        StatusError: it cannot be loaded.
    """

    def __init__(self, path: Path, threads: int = 0) -> None:
        options = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads)
        # Functions are inlined, so that the session prunes what the fetched outputs do not need.
        options.graph_options.rewrite_options.function_optimization = rewriter_config_pb2.RewriterConfig.AGGRESSIVE
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=options)
        self._tensors: dict[str, Any] = {}
        self.signatures, self._fetchable = _load(self._session, path)

    def signature_map(self) -> bytes:
        """Serialised tensorflow.serving.SignatureDefMap, the answer to GetModelMetadata."""
        from tensorflow_serving.apis import get_model_metadata_pb2

        message = get_model_metadata_pb2.SignatureDefMap()
        for name, signature in self.signatures.items():
            message.signature_def[name].CopyFrom(signature)
        return message.SerializeToString()

    def run(self, signature: Any, feeds: Mapping[str, Any], aliases: Sequence[str], timeout_s: float) -> list[Any]:
        """Runs the graph.

        Args:
            signature: SignatureDef.
            feeds: arrays by tensor name.
            aliases: names of the outputs in the signature.
            timeout_s: timeout in seconds, after which ops that have not begun are cancelled.

        Returns:
            One array for each alias.

        Raises:
            StatusError: status of the graph; DEADLINE_EXCEEDED after the timeout.
        """
        options = config_pb2.RunOptions(timeout_in_ms=max(1, int(timeout_s * 1000)))
        named = {self._tensor(name): array for name, array in feeds.items()}
        names = (signature.outputs[alias].name for alias in aliases)
        fetches = [self._tensor(self._fetchable.get(name, name)) for name in names]
        buffer = tf_session.TF_NewBufferFromString(options.SerializeToString())
        try:
            # Session.run calls this function too, and spends 150 us more for each call on looking up names.
            return tf_session.TF_SessionRun_wrapper(self._session._session, buffer, named, fetches, [], None)
        except tf.errors.OpError as error:
            raise StatusError(code_of(error.error_code), error.message) from error
        except (ValueError, TypeError) as error:  # numpy rejects types that have no C type
            raise invalid_argument(str(error)) from error
        finally:
            tf_session.TF_DeleteBuffer(buffer)

    def _tensor(self, name: str) -> Any:
        tensor = self._tensors.get(name)
        if tensor is None:
            try:
                tensor = self._session.graph.get_tensor_by_name(name)._as_tf_output()
            except (KeyError, ValueError) as error:  # the init op is one of the signatures and has no output tensor
                raise invalid_argument(f"Tried to fetch data for '{name}:0', which produces no output.") from error
            self._tensors[name] = tensor
        return tensor


def _load(session: Any, path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns the signatures, and the names of copies of their outputs by the names of the outputs."""
    try:
        if _SCANN_OP in (path / "saved_model.pb").read_bytes():
            from scann.scann_ops.py import scann_ops  # noqa: F401  registers the op

        tags = [tf.saved_model.SERVING]
        # The steps of tf.compat.v1.saved_model.load, because each op that is added later costs another second.
        loader = loader_impl.SavedModelLoader(str(path))
        saver, _ = loader.load_graph(session.graph, tags)
        signatures = dict(loader.get_meta_graph_def_from_tags(tags).signature_def)
        copies = _copies_of_outputs(session.graph, signatures)
        with session.as_default():
            loader.restore_variables(session, saver)
            loader.run_init_ops(session, tags)
        return signatures, copies
    except tf.errors.OpError as error:
        raise StatusError(code_of(error.error_code), error.message) from error
    except FileNotFoundError as error:
        message = f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: {path}"
        raise StatusError(grpc.StatusCode.NOT_FOUND, message) from error
    except ImportError as error:
        message = f"The model's ScaNN op needs the package scann: {error}"
        raise StatusError(grpc.StatusCode.FAILED_PRECONDITION, message) from error
    except OSError as error:
        raise StatusError(grpc.StatusCode.DATA_LOSS, str(error)) from error
    except Exception as error:
        raise StatusError(grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}") from error


def _copies_of_outputs(graph: Any, signatures: Mapping[str, Any]) -> dict[str, str]:
    """Adds a copy of each output to the graph.

    Outputs are results of function calls, and TensorFlow does not inline a call that is fetched itself.
    """
    copies = {}
    with graph.as_default():
        for info in (info for signature in signatures.values() for info in signature.outputs.values()):
            with contextlib.suppress(KeyError, ValueError):  # the init op has no output tensor
                copies[info.name] = tf.identity(graph.get_tensor_by_name(info.name)).name
    return copies
