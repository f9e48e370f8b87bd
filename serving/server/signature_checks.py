"""Checks of a PredictRequest against a SignatureDef.

The checks, their order and their messages are those of TensorFlow Serving (predict_util.cc, cc/saved_model/util.cc). As
there, ranks and shapes are not checked; the graph reports them. Imports TensorFlow: only worker processes import this
module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow as tf

from serving import wire
from serving.errors import invalid_argument

_CPP_TYPE_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def check_input_names(signature: Any, request: Any) -> None:
    """Checks that the request has each input without a default, and no others.

    Raises:
        StatusError: INVALID_ARGUMENT.
    """
    sent, required = set(request.inputs), set(signature.inputs)
    if len(sent) > len(required) or (len(sent) < len(required) and not signature.defaults):
        raise invalid_argument(
            f"input size does not match signature: {len(sent)}!={len(required)} len({_set(sent)}) != "
            f"len({_set(required)}). Sent extra: {_set(sent - required)}. "
            f"Missing but required: {_set(required - sent)}."
        )
    for alias in sorted(required - sent):
        if alias not in signature.defaults:
            raise invalid_argument(
                f"Signature input alias: {alias}(feed name: {signature.inputs[alias].name}) not found in "
                f"request and no default value provided. Inputs expected to be in the request {_set(sent)}, "
                f"or default input alias set: {','.join(sorted(signature.defaults))}"
            )
    if sent - required:
        used, all_sent = ",".join(sorted(sent & required)), ",".join(sorted(sent))
        raise invalid_argument(f"Inputs contains invalid name. Used request inputs: {used}, request input: {all_sent}")


def input_protos(signature: Any, request: Any) -> dict[str, Any]:
    """TensorProto of each input by alias, sorted by alias; the signature's default for a missing input."""
    return {
        alias: request.inputs[alias]
        if alias in request.inputs
        else wire.TensorProto.FromString(signature.defaults[alias].SerializeToString())
        for alias in sorted(signature.inputs)
    }


def output_aliases(signature: Any, output_filter: Iterable[str]) -> list[str]:
    """Aliases of the outputs to return: those of the filter, or all if it is empty.

    Raises:
        StatusError: INVALID_ARGUMENT for an unknown or repeated alias.
    """
    aliases: list[str] = []
    for alias in output_filter:
        if alias not in signature.outputs:
            raise invalid_argument(
                f"output tensor alias not found in signature: {alias} "
                f"Outputs expected to be in the set {_set(signature.outputs)}."
            )
        if alias in aliases:
            raise invalid_argument(f"duplicate output tensor alias: {alias}")
        aliases.append(alias)
    return aliases or sorted(signature.outputs)


def feeds(signature: Any, inputs: Mapping[str, tuple[int, Any]], max_batch: int) -> dict[str, Any]:
    """Checks data types and batch sizes; TensorFlow Serving checks data types last, when it runs the session.

    Args:
        signature: SignatureDef.
        inputs: data type and array by alias, in the order of `input_protos`.
        max_batch: largest first dimension of an input.

    Returns:
        Arrays by tensor name.

    Raises:
        StatusError: INVALID_ARGUMENT.
    """
    arrays = {}
    for index, (alias, (dtype, array)) in enumerate(inputs.items()):
        info = signature.inputs[alias]
        if dtype != info.dtype:
            expected, got = _type_name(info.dtype), _type_name(dtype)
            raise invalid_argument(f"Expects arg[{index}] to be {expected} but {got} is provided")
        if array.ndim and array.shape[0] > max_batch:
            raise invalid_argument(
                f"Batch of input {alias} must be at most {max_batch}. "
                f"Received: {array.shape[0]}. Send several requests."
            )
        arrays[info.name] = array
    return arrays


def _set(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"


def _type_name(number: int) -> str:
    try:
        name = tf.dtypes.as_dtype(number).name
    except TypeError:
        return f"unknown dtype enum ({number})"
    return _CPP_TYPE_NAMES.get(name, name)
