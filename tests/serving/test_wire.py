"""Our messages are compatible with TensorFlow Serving's on the wire, also in one process with them."""

import subprocess
import sys

import pytest
import tensorflow as tf
from google.protobuf import descriptor_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
    predict_pb2,
    prediction_log_pb2,
)

from serving import tensors, wire
from tests.source_tree import ROOT

PAIRS = [
    ("tensorflow.TensorProto", tf.make_tensor_proto(1).DESCRIPTOR),
    ("tensorflow.serving.PredictRequest", predict_pb2.PredictRequest.DESCRIPTOR),
    ("tensorflow.serving.PredictResponse", predict_pb2.PredictResponse.DESCRIPTOR),
    ("tensorflow.serving.GetModelStatusRequest", get_model_status_pb2.GetModelStatusRequest.DESCRIPTOR),
    ("tensorflow.serving.GetModelStatusResponse", get_model_status_pb2.GetModelStatusResponse.DESCRIPTOR),
    ("tensorflow.serving.GetModelMetadataRequest", get_model_metadata_pb2.GetModelMetadataRequest.DESCRIPTOR),
    ("tensorflow.serving.GetModelMetadataResponse", get_model_metadata_pb2.GetModelMetadataResponse.DESCRIPTOR),
    ("tensorflow.serving.PredictionLog", prediction_log_pb2.PredictionLog.DESCRIPTOR),
    ("tensorflow.serving.ReloadConfigRequest", model_management_pb2.ReloadConfigRequest.DESCRIPTOR),
    ("tensorflow.serving.ReloadConfigResponse", model_management_pb2.ReloadConfigResponse.DESCRIPTOR),
]


def differences(ours, theirs, seen):
    """Fields whose name, number, type, label or oneof differ, recursively."""
    if ours.full_name in seen:
        return
    seen.add(ours.full_name)
    for field in ours.fields:
        other = theirs.fields_by_name.get(field.name)
        group = field.containing_oneof.name if field.containing_oneof else None
        if other is None or (field.number, field.label) != (other.number, other.label):
            yield f"{ours.full_name}.{field.name}"
        elif group != (other.containing_oneof.name if other.containing_oneof else None):
            yield f"{ours.full_name}.{field.name}: oneof {group}"
        elif field.message_type:
            yield from differences(field.message_type, other.message_type, seen)
        elif field.type != other.type and {field.type, other.type} != {field.TYPE_INT32, field.TYPE_ENUM}:
            yield f"{ours.full_name}.{field.name}: type"


@pytest.mark.parametrize(("name", "theirs"), PAIRS, ids=[name for name, _ in PAIRS])
def test_every_field_has_the_number_and_type_of_the_original(name, theirs):
    ours = wire.POOL.FindMessageTypeByName(name)
    assert ours is not theirs
    assert list(differences(ours, theirs, set())) == []


def test_data_types_have_the_numbers_of_tensorflow():
    from tensorflow.core.framework import types_pb2

    assert all(types_pb2.DataType.Value(name) == number for name, number in wire.DATA_TYPES.items())
    assert wire.DATA_TYPES["DT_STRING"] == 7


def test_version_states_have_the_numbers_of_tensorflow_serving():
    assert dict(get_model_status_pb2.ModelVersionStatus.State.items()) == wire.VERSION_STATES


def test_the_descriptors_are_compiled_from_the_protos(tmp_path):
    compiled = tmp_path / "descriptors.binpb"
    protos = sorted((ROOT / "serving" / "protos").glob("*.proto"))
    command = [sys.executable, "-W", "ignore", "-m", "grpc_tools.protoc", "-I", str(ROOT), "--include_imports"]
    subprocess.run([*command, f"--descriptor_set_out={compiled}", *map(str, protos)], check=True)
    expected = descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes())
    found = descriptor_pb2.FileDescriptorSet.FromString(wire.DESCRIPTORS.read_bytes())
    assert found == expected, "run `make protos`"


def test_tensorflow_serving_parses_our_request():
    ours = wire.PredictRequest(output_filter=["scores"])
    ours.model_spec.name = "lookbook"
    ours.model_spec.version.value = 0
    ours.inputs["customer_id"].CopyFrom(tensors.to_proto(["a", "b"]))
    theirs = predict_pb2.PredictRequest.FromString(ours.SerializeToString())
    assert theirs.model_spec.WhichOneof("version_choice") == "version"
    assert theirs.model_spec.version.value == 0
    assert tf.make_ndarray(theirs.inputs["customer_id"]).tolist() == [b"a", b"b"]
    assert list(theirs.output_filter) == ["scores"]


def test_undeclared_fields_are_kept():
    theirs = predict_pb2.PredictRequest(client_id=b"abc")
    ours = wire.PredictRequest.FromString(theirs.SerializeToString())
    assert predict_pb2.PredictRequest.FromString(ours.SerializeToString()).client_id == b"abc"


def test_request_head_parses_the_model_spec_of_a_request():
    request = predict_pb2.PredictRequest()
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0]))
    assert not wire.RequestHead.FromString(request.SerializeToString()).HasField("model_spec")
    request.model_spec.version_label = "stable"
    head = wire.RequestHead.FromString(request.SerializeToString())
    assert head.model_spec.version_label == "stable"
