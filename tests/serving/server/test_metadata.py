"""Metadata and status of models are those of TensorFlow Serving, codes and messages included."""

import grpc
import pytest
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2

from tests.serving.stock_client import error_of

INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND


def metadata(fields, model="lookbook", **spec):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = model
    for name, value in spec.items():
        getattr(request.model_spec, name).value = value
    return request


def test_metadata_has_the_signatures_of_the_saved_model(served):
    from tensorflow.python.saved_model import loader_impl

    response = served.stock.prediction.GetModelMetadata(metadata(["signature_def"], version=7), timeout=30)
    assert (response.model_spec.name, response.model_spec.version.value) == ("lookbook", 7)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    saved = loader_impl.parse_saved_model(str(served.shop.exported)).meta_graphs[0].signature_def
    assert dict(signatures.signature_def) == dict(saved)


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (metadata([]), INVALID, "GetModelMetadataRequest must specify at least one metadata_field"),
        (metadata(["nope"]), INVALID, "Metadata field %s is not supportednope"),
        (metadata(["nope"], model="other"), INVALID, "Metadata field %s is not supportednope"),
        (metadata(["signature_def"], model="other"), NOT_FOUND, "Servable not found for request: Latest(other)"),
    ],
)
def test_an_invalid_metadata_request_gets_the_status_of_tensorflow_serving(served, request_, code, message):
    assert error_of(served.stock.prediction.GetModelMetadata, request_, timeout=30) == (code, message)


def test_status_lists_the_versions_newest_first(served):
    assert list(served.stock.states().items()) == [(8, ("AVAILABLE", 0, "")), (7, ("AVAILABLE", 0, ""))]


@pytest.mark.parametrize(
    ("model", "version", "message"),
    [
        ("lookbook", 3, "Could not find version 3 of model lookbook"),
        ("lookbook", 0, "Could not find version 0 of model lookbook"),
        ("other", None, "Could not find any versions of model other"),
    ],
)
def test_the_status_of_an_unknown_model_or_version_is_not_found(served, model, version, message):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = model
    if version is not None:
        request.model_spec.version.value = version
    assert error_of(served.stock.model.GetModelStatus, request, timeout=30) == (NOT_FOUND, message)
