"""TensorFlow Serving's messages, compatible on the wire, without an import of TensorFlow.

`tensorflow_serving.apis` imports TensorFlow, which takes seconds and half a gigabyte; a web shop has neither. The
messages that serving needs are declared in `protos/*.proto` with the names and numbers of TensorFlow Serving. `make
protos` compiles them into `protos/descriptors.binpb`. Their descriptors are in a separate pool, so that they do not
clash with TensorFlow's in the same process. Undeclared fields are kept as unknown fields.
"""

from __future__ import annotations

import pathlib
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

DESCRIPTORS = pathlib.Path(__file__).parent / "protos" / "descriptors.binpb"
PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
MODEL_SERVICE = "tensorflow.serving.ModelService"
PREDICT_METHOD = f"/{PREDICTION_SERVICE}/Predict"
STATUS_METHOD = f"/{MODEL_SERVICE}/GetModelStatus"


def _load_pool() -> Any:
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


POOL = _load_pool()
_FACTORY: Any = message_factory.MessageFactory(POOL)


def _message(full_name: str) -> Any:
    return _FACTORY.GetPrototype(POOL.FindMessageTypeByName(full_name))


def _enum(full_name: str) -> dict[str, int]:
    return {value.name: value.number for value in POOL.FindEnumTypeByName(full_name).values}


DATA_TYPES = _enum("tensorflow.DataType")
VERSION_STATES = _enum("tensorflow.serving.ModelVersionStatus.State")
TensorProto = _message("tensorflow.TensorProto")
RequestHead = _message("tensorflow.serving.RequestHead")
PredictRequest = _message("tensorflow.serving.PredictRequest")
PredictResponse = _message("tensorflow.serving.PredictResponse")
GetModelMetadataRequest = _message("tensorflow.serving.GetModelMetadataRequest")
GetModelMetadataResponse = _message("tensorflow.serving.GetModelMetadataResponse")
GetModelStatusRequest = _message("tensorflow.serving.GetModelStatusRequest")
GetModelStatusResponse = _message("tensorflow.serving.GetModelStatusResponse")
ReloadConfigRequest = _message("tensorflow.serving.ReloadConfigRequest")
ReloadConfigResponse = _message("tensorflow.serving.ReloadConfigResponse")
ModelServerConfig = _message("tensorflow.serving.ModelServerConfig")
LogMetadata = _message("tensorflow.serving.LogMetadata")
PredictionLog = _message("tensorflow.serving.PredictionLog")
