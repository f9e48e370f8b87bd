"""A client that uses only the stubs of tensorflow-serving-api."""

import grpc
import numpy as np
import pytest


def predict_request(inputs, *, signature="", model="lookbook", version=None, label=None, outputs=()):
    """Returns a PredictRequest with the inputs as tensors."""
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2

    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
    return request


def spin_request():
    """Returns a request that keeps a processor busy for hours, for models with the signature `spin`."""
    return predict_request({"rounds": np.int32(2**30)}, signature="spin")


def error_of(call, *args, **kwargs):
    """Returns the status code and the message of a call that must fail."""
    with pytest.raises(grpc.RpcError) as caught:
        call(*args, **kwargs)
    return caught.value.code(), caught.value.details()


class StockClient:
    """A client of the server on a port of this machine."""

    def __init__(self, port: int) -> None:
        from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", [("grpc.max_send_message_length", -1), ("grpc.enable_retries", 0)]
        )
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(self.channel)
        self.model = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def predict(self, inputs, *, timeout=30, **selected):
        return self.prediction.Predict(predict_request(inputs, **selected), timeout=timeout)

    def ask(self, inputs, *, timeout=60, **selected) -> dict[str, np.ndarray]:
        """Returns the outputs as arrays."""
        import tensorflow as tf

        outputs = self.predict(inputs, timeout=timeout, **selected).outputs
        return {name: tf.make_ndarray(proto) for name, proto in outputs.items()}

    def states(self, model="lookbook"):
        """Returns state name, gRPC code number and message by version."""
        from tensorflow_serving.apis import get_model_status_pb2

        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = model
        try:
            response = self.model.GetModelStatus(request, timeout=30)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return {}
            raise
        names = get_model_status_pb2.ModelVersionStatus.State
        return {
            v.version: (names.Name(v.state), v.status.error_code, v.status.error_message)
            for v in response.model_version_status
        }
