"""A client of tensorflow_serving.apis gets TensorFlow Serving's answers, codes and messages."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2

from tests.serving.stock_client import error_of

INVALID, NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
DEFAULT = {"customer_id": ["c1", "stranger"]}
RECOMMEND = {
    "customer_id": ["c1"],
    "recent_article_ids": [["", ""]],
    "exclude_article_ids": np.zeros([1, 0], object),
    "allow": np.zeros([1, 0], object),
    "deny": np.zeros([1, 0], object),
    "age": np.float32([np.nan]),
    "club_member_status": [""],
    "k": np.int32(3),
}


def test_the_default_signature_answers_in_order(served, articles):
    response = served.stock.predict(DEFAULT)
    assert tf.make_ndarray(response.outputs["article_ids"]).tolist() == [[a.encode() for a in articles[:12]]] * 2
    assert tf.make_ndarray(response.outputs["scores"]).tolist() == [[float(-i) for i in range(12)]] * 2
    channels = tf.make_ndarray(response.outputs["channels"])
    assert channels[:, 0].tolist() == [b"towers,popular", b"popular"]


def test_the_answer_names_model_version_and_signature(served):
    spec = served.stock.predict(DEFAULT).model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("lookbook", 8, "serving_default")


def test_values_are_in_typed_fields_as_those_of_tensorflow_serving(served):
    scores = served.stock.predict({"customer_id": ["c1"]}).outputs["scores"]
    assert not scores.tensor_content
    assert list(scores.float_val) == [float(-i) for i in range(12)]


@pytest.mark.parametrize(("by", "version"), [({"version": 7}, 7), ({"label": "stable"}, 7), ({}, 8)])
def test_a_version_is_selected_by_number_or_label_and_is_the_newest_by_default(served, by, version):
    assert served.stock.predict(DEFAULT, **by).model_spec.version.value == version


def test_empty_values_are_answered(served, articles):
    response = served.stock.predict(RECOMMEND, signature="recommend")
    assert tf.make_ndarray(response.outputs["article_ids"]).tolist() == [[a.encode() for a in articles[:3]]]


def test_an_output_filter_selects_outputs(served):
    response = served.stock.predict(DEFAULT, outputs=["scores"])
    assert list(response.outputs) == ["scores"]


def test_an_empty_batch_is_answered(served):
    response = served.stock.predict({"customer_id": np.zeros([0], object)})
    assert tf.make_ndarray(response.outputs["article_ids"]).shape == (0, 12)


ERRORS = {
    "unknown model": ({"model": "other"}, NOT_FOUND, "Servable not found for request: Latest(other)"),
    "unknown version": ({"version": 3}, NOT_FOUND, "Servable not found for request: Specific(lookbook, 3)"),
    "0 is a version": ({"version": 0}, NOT_FOUND, "Servable not found for request: Specific(lookbook, 0)"),
    "unknown label": ({"label": "nope"}, INVALID, "Unrecognized servable version label: nope"),
    "no name": ({"model": ""}, INVALID, "ModelSpec has no name specified."),
    "unknown signature": ({"signature": "nope"}, PRECONDITION, 'Serving signature key "nope" not found.'),
    "the init op takes no inputs": (
        {"signature": "__saved_model_init_op"},
        INVALID,
        "input size does not match signature: 1!=0 len({customer_id}) != len({}). "
        "Sent extra: {customer_id}. Missing but required: {}.",
    ),
    "the init op has no outputs": (
        {"signature": "__saved_model_init_op", "inputs": {}},
        INVALID,
        "Tried to fetch data for 'NoOp:0', which produces no output.",
    ),
    "missing input": (
        {"inputs": {}},
        INVALID,
        "input size does not match signature: 0!=1 len({}) != len({customer_id}). "
        "Sent extra: {}. Missing but required: {customer_id}.",
    ),
    "extra input": (
        {"inputs": {**DEFAULT, "age": [1.0]}},
        INVALID,
        "input size does not match signature: 2!=1 len({age,customer_id}) != len({customer_id}). "
        "Sent extra: {age}. Missing but required: {}.",
    ),
    "other input": (
        {"inputs": {"user": ["c1"]}},
        INVALID,
        "Signature input alias: customer_id(feed name: serving_default_customer_id:0) not found in request "
        "and no default value provided. Inputs expected to be in the request {user}, "
        "or default input alias set: ",
    ),
    "wrong dtype": ({"inputs": {"customer_id": [1.5]}}, INVALID, "Expects arg[0] to be string but float is provided"),
    "unknown output": (
        {"outputs": ["nope"]},
        INVALID,
        "output tensor alias not found in signature: nope "
        "Outputs expected to be in the set {article_ids,channels,scores}.",
    ),
    "repeated output": ({"outputs": ["scores", "scores"]}, INVALID, "duplicate output tensor alias: scores"),
    "the model is checked first": (
        {"model": "other", "signature": "nope", "inputs": {}},
        NOT_FOUND,
        "Servable not found for request: Latest(other)",
    ),
    "the signature is checked before its inputs": (
        {"signature": "nope", "inputs": {}},
        PRECONDITION,
        'Serving signature key "nope" not found.',
    ),
    "outputs are checked before dtypes": (
        {"inputs": {"customer_id": [1.5]}, "outputs": ["nope"]},
        INVALID,
        "output tensor alias not found in signature: nope "
        "Outputs expected to be in the set {article_ids,channels,scores}.",
    ),
    "inputs are checked before outputs": (
        {"inputs": {"user": ["c1"], "item": ["a"]}, "outputs": ["nope"]},
        INVALID,
        "input size does not match signature: 2!=1 len({item,user}) != len({customer_id}). "
        "Sent extra: {item,user}. Missing but required: {customer_id}.",
    ),
}


@pytest.mark.parametrize(("change", "code", "message"), ERRORS.values(), ids=ERRORS)
def test_an_invalid_request_gets_the_status_of_tensorflow_serving(served, change, code, message):
    assert error_of(served.stock.predict, **{"inputs": DEFAULT, **change}) == (code, message)


def test_the_graph_reports_a_wrong_rank(served):
    inputs = {**RECOMMEND, "recent_article_ids": ["a"]}
    code, message = error_of(served.stock.predict, inputs, signature="recommend")
    assert code is INVALID
    assert "ConcatOp" in message


def test_the_graph_reports_an_invalid_k(served):
    code, message = error_of(served.stock.predict, {**RECOMMEND, "k": np.int32(101)}, signature="recommend")
    assert code is INVALID
    assert "input must have at least k columns" in message
    code, _ = error_of(served.stock.predict, {**RECOMMEND, "k": np.int32(-1)}, signature="recommend")
    assert code is INVALID


def test_a_missing_model_spec_is_invalid(served):
    request = predict_pb2.PredictRequest()
    request.inputs["customer_id"].CopyFrom(tf.make_tensor_proto(["c1"]))
    assert error_of(served.stock.prediction.Predict, request, timeout=30) == (INVALID, "Missing ModelSpec")
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    expected = (INVALID, "Missing ModelSpec")
    assert error_of(served.stock.prediction.GetModelMetadata, request, timeout=30) == expected
    request = get_model_status_pb2.GetModelStatusRequest()
    assert error_of(served.stock.model.GetModelStatus, request, timeout=30) == expected


def test_the_error_names_a_tensor_that_cannot_be_parsed(served):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "lookbook"
    request.inputs["customer_id"].dtype = 7
    request.inputs["customer_id"].tensor_shape.dim.add(size=-1)
    code, message = error_of(served.stock.prediction.Predict, request, timeout=30)
    assert code is INVALID
    assert message.startswith("tensor parsing error: customer_id")


def test_other_methods_are_unimplemented(served):
    from tensorflow_serving.apis import regression_pb2

    code, _ = error_of(served.stock.prediction.Regress, regression_pb2.RegressionRequest(), timeout=30)
    assert code is grpc.StatusCode.UNIMPLEMENTED


def test_health_and_reflection_are_served(served, eventually):
    from grpc_health.v1 import health_pb2, health_pb2_grpc
    from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

    stub = health_pb2_grpc.HealthStub(served.stock.channel)
    for service in ("", "tensorflow.serving.PredictionService"):
        request = health_pb2.HealthCheckRequest(service=service)
        eventually(
            lambda r=request: stub.Check(r, timeout=30).status == health_pb2.HealthCheckResponse.SERVING, "health"
        )
    reflection = reflection_pb2_grpc.ServerReflectionStub(served.stock.channel)
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = reflection.ServerReflectionInfo(iter([asked]), timeout=30)
    names = {service.name for service in answer.list_services_response.service}
    assert {"tensorflow.serving.PredictionService", "tensorflow.serving.ModelService"} <= names
    asked = reflection_pb2.ServerReflectionRequest(file_containing_symbol="tensorflow.serving.PredictionService")
    (answer,) = reflection.ServerReflectionInfo(iter([asked]), timeout=30)
    assert answer.file_descriptor_response.file_descriptor_proto


def test_concurrent_clients_get_their_own_answers(served):
    from concurrent.futures import ThreadPoolExecutor

    def length(size):
        """First element of the embeddings; the test model returns the length of the id times 1, 2, 3 and 4."""
        ids = ["x" * size] * (1 + size % 3)
        response = served.stock.predict({"customer_id": ids}, signature="customer_embedding")
        return tf.make_ndarray(response.outputs["embedding"])[:, 0].tolist()

    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(length, range(200)))
    assert found == [[float(size)] * (1 + size % 3) for size in range(200)]
