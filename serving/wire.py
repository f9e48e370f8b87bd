"""TensorFlow Serving's messages, wire-compatible, without importing TensorFlow.

`tensorflow_serving.apis` imports TensorFlow, which takes seconds and half a gigabyte; a web shop has neither.
The few messages needed are declared here with the field numbers of TensorFlow Serving's .proto files and live
in a descriptor pool of their own, so that they never clash with TensorFlow's when both are in one process.
Fields that are not declared (model_type's siblings, streaming options, resource handles) are kept as unknown
fields. Bytes are the interface: `SerializeToString` here is `FromString` there.
"""

from __future__ import annotations

import re
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2

PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
MODEL_SERVICE = "tensorflow.serving.ModelService"
PREDICT_METHOD = f"/{PREDICTION_SERVICE}/Predict"
METADATA_METHOD = f"/{PREDICTION_SERVICE}/GetModelMetadata"
STATUS_METHOD = f"/{MODEL_SERVICE}/GetModelStatus"
RELOAD_METHOD = f"/{MODEL_SERVICE}/HandleReloadConfigRequest"

# tensorflow/core/framework/types.proto
DATA_TYPES = {
    "DT_INVALID": 0,
    "DT_FLOAT": 1,
    "DT_DOUBLE": 2,
    "DT_INT32": 3,
    "DT_UINT8": 4,
    "DT_INT16": 5,
    "DT_INT8": 6,
    "DT_STRING": 7,
    "DT_COMPLEX64": 8,
    "DT_INT64": 9,
    "DT_BOOL": 10,
    "DT_QINT8": 11,
    "DT_QUINT8": 12,
    "DT_QINT32": 13,
    "DT_BFLOAT16": 14,
    "DT_QINT16": 15,
    "DT_QUINT16": 16,
    "DT_UINT16": 17,
    "DT_COMPLEX128": 18,
    "DT_HALF": 19,
    "DT_RESOURCE": 20,
    "DT_VARIANT": 21,
    "DT_UINT32": 22,
    "DT_UINT64": 23,
}

# tensorflow_serving/apis/get_model_status.proto
VERSION_STATES = {"UNKNOWN": 0, "START": 10, "LOADING": 20, "AVAILABLE": 30, "UNLOADING": 40, "END": 50}

_TENSOR_FILE = "tensorflow/core/framework/tensor.proto"
_SERVING_FILE = "tensorflow_serving/apis/prediction_service.proto"

# One line a field: [repeated] type name = number [oneof=group].  `map` is a map from string.
_TENSOR_MESSAGES = {
    "TensorShapeProto.Dim": "int64 size = 1; string name = 2",
    "TensorShapeProto": "repeated .tensorflow.TensorShapeProto.Dim dim = 2; bool unknown_rank = 3",
    "TensorProto": """
        .tensorflow.DataType dtype = 1; .tensorflow.TensorShapeProto tensor_shape = 2;
        int32 version_number = 3; bytes tensor_content = 4; repeated int32 half_val = 13;
        repeated float float_val = 5; repeated double double_val = 6; repeated int32 int_val = 7;
        repeated bytes string_val = 8; repeated float scomplex_val = 9; repeated int64 int64_val = 10;
        repeated bool bool_val = 11; repeated double dcomplex_val = 12; repeated uint32 uint32_val = 16;
        repeated uint64 uint64_val = 17""",
}

_SERVING_MESSAGES = {
    "ModelSpec": """
        string name = 1; .google.protobuf.Int64Value version = 2 oneof=version_choice;
        string version_label = 4 oneof=version_choice; string signature_name = 3""",
    "RequestHead": ".tensorflow.serving.ModelSpec model_spec = 1",
    "PredictRequest": """
        .tensorflow.serving.ModelSpec model_spec = 1; map .tensorflow.TensorProto inputs = 2;
        repeated string output_filter = 3""",
    "PredictResponse": """
        .tensorflow.serving.ModelSpec model_spec = 2; map .tensorflow.TensorProto outputs = 1""",
    "GetModelMetadataRequest": """
        .tensorflow.serving.ModelSpec model_spec = 1; repeated string metadata_field = 2""",
    "GetModelMetadataResponse": """
        .tensorflow.serving.ModelSpec model_spec = 1; map .google.protobuf.Any metadata = 2""",
    "StatusProto": "int32 error_code = 1; string error_message = 2",
    "ModelVersionStatus": """
        int64 version = 1; .tensorflow.serving.VersionState state = 2;
        .tensorflow.serving.StatusProto status = 3""",
    "GetModelStatusRequest": ".tensorflow.serving.ModelSpec model_spec = 1",
    "GetModelStatusResponse": "repeated .tensorflow.serving.ModelVersionStatus model_version_status = 1",
    "VersionPolicy.Latest": "uint32 num_versions = 1",
    "VersionPolicy.All": "",
    "VersionPolicy.Specific": "repeated int64 versions = 1",
    "VersionPolicy": """
        .tensorflow.serving.VersionPolicy.Latest latest = 100 oneof=policy_choice;
        .tensorflow.serving.VersionPolicy.All all = 101 oneof=policy_choice;
        .tensorflow.serving.VersionPolicy.Specific specific = 102 oneof=policy_choice""",
    "ModelConfig": """
        string name = 1; string base_path = 2; int32 model_type = 3; string model_platform = 4;
        .tensorflow.serving.VersionPolicy model_version_policy = 7; map int64 version_labels = 8""",
    "ModelConfigList": "repeated .tensorflow.serving.ModelConfig config = 1",
    "ModelServerConfig": """
        .tensorflow.serving.ModelConfigList model_config_list = 1 oneof=config;
        .google.protobuf.Any custom_model_config = 2 oneof=config""",
    "ReloadConfigRequest": """
        .tensorflow.serving.ModelServerConfig config = 1; repeated string metric_names = 2""",
    "ReloadConfigResponse": ".tensorflow.serving.StatusProto status = 1",
    "PredictLog": ".tensorflow.serving.PredictRequest request = 1",
    "PredictionLog": """
        .google.protobuf.Any log_metadata = 1; .tensorflow.serving.PredictLog predict_log = 6""",
}

_SERVICES = {
    "PredictionService": (("Predict", "Predict"), ("GetModelMetadata", "GetModelMetadata")),
    "ModelService": (("GetModelStatus", "GetModelStatus"), ("HandleReloadConfigRequest", "ReloadConfig")),
}

_FIELD = re.compile(r"(repeated |map )?(\S+) (\w+) = (\d+)(?: oneof=(\w+))?$")
_SCALARS = {
    name: getattr(descriptor_pb2.FieldDescriptorProto, f"TYPE_{name.upper()}")
    for name in ("int32", "int64", "uint32", "uint64", "float", "double", "bool", "string", "bytes")
}
_ENUMS = {".tensorflow.DataType", ".tensorflow.serving.VersionState"}


def _add_field(message: Any, path: str, line: str) -> None:
    match = _FIELD.match(line)
    assert match, line
    label, kind, name, number, oneof = match.groups()
    field = message.field.add(name=name, number=int(number), label=3 if label else 1)
    if label == "map ":
        entry = message.nested_type.add(name=name.title().replace("_", "") + "Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=1, type=_SCALARS["string"])
        _set_type(entry.field.add(name="value", number=2, label=1), kind)
        kind = f"{path}.{entry.name}"
    _set_type(field, kind)
    if oneof:
        groups = [group.name for group in message.oneof_decl]
        if oneof not in groups:
            message.oneof_decl.add(name=oneof)
            groups.append(oneof)
        field.oneof_index = groups.index(oneof)


def _set_type(field: Any, kind: str) -> None:
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = field.TYPE_ENUM if kind in _ENUMS else field.TYPE_MESSAGE
        field.type_name = kind


def _file(name: str, package: str, messages: dict[str, str], dependencies: tuple[str, ...] = ()) -> Any:
    file = descriptor_pb2.FileDescriptorProto(name=name, package=package, syntax="proto3", dependency=dependencies)
    by_name: dict[str, Any] = {}
    for full_name in sorted(messages):  # a message before those nested in it
        outer, _, inner = full_name.rpartition(".")
        message = (by_name[outer].nested_type if outer else file.message_type).add(name=inner)
        by_name[full_name] = message
        for line in filter(None, (part.strip() for part in messages[full_name].split(";"))):
            _add_field(message, f".{package}.{full_name}", line)
    return file


def _add_enum(file: Any, name: str, values: dict[str, int]) -> None:
    enum = file.enum_type.add(name=name)
    for value, number in values.items():
        enum.value.add(name=value, number=number)


def _build_pool() -> Any:
    pool = descriptor_pool.DescriptorPool()
    for module in (any_pb2, wrappers_pb2):
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    tensor = _file(_TENSOR_FILE, "tensorflow", _TENSOR_MESSAGES)
    _add_enum(tensor, "DataType", DATA_TYPES)
    pool.AddSerializedFile(tensor.SerializeToString())
    dependencies = (_TENSOR_FILE, any_pb2.DESCRIPTOR.name, wrappers_pb2.DESCRIPTOR.name)
    serving = _file(_SERVING_FILE, "tensorflow.serving", _SERVING_MESSAGES, dependencies)
    _add_enum(serving, "VersionState", VERSION_STATES)
    for service_name, methods in _SERVICES.items():
        service = serving.service.add(name=service_name)
        for method, stem in methods:
            kind = f".tensorflow.serving.{stem}"
            service.method.add(name=method, input_type=f"{kind}Request", output_type=f"{kind}Response")
    pool.AddSerializedFile(serving.SerializeToString())
    return pool


POOL = _build_pool()
_FACTORY: Any = message_factory.MessageFactory(POOL)


def _message(full_name: str) -> Any:
    return _FACTORY.GetPrototype(POOL.FindMessageTypeByName(full_name))


TensorProto = _message("tensorflow.TensorProto")
RequestHead = _message("tensorflow.serving.RequestHead")  # what all four requests begin with
PredictRequest = _message("tensorflow.serving.PredictRequest")
PredictResponse = _message("tensorflow.serving.PredictResponse")
GetModelMetadataRequest = _message("tensorflow.serving.GetModelMetadataRequest")
GetModelMetadataResponse = _message("tensorflow.serving.GetModelMetadataResponse")
GetModelStatusRequest = _message("tensorflow.serving.GetModelStatusRequest")
GetModelStatusResponse = _message("tensorflow.serving.GetModelStatusResponse")
ReloadConfigRequest = _message("tensorflow.serving.ReloadConfigRequest")
ReloadConfigResponse = _message("tensorflow.serving.ReloadConfigResponse")
PredictionLog = _message("tensorflow.serving.PredictionLog")
