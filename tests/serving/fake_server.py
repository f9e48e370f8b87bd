"""A gRPC server whose answers to Predict are a function of the test."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import grpc

from serving import tensors, wire


@contextlib.contextmanager
def fake_server(predict):
    """Serves `predict(request, context)`, which returns arrays by name or aborts; yields the port."""

    def answer(request, context):
        response = wire.PredictResponse()
        response.model_spec.CopyFrom(request.model_spec)
        for name, values in predict(request, context).items():
            response.outputs[name].CopyFrom(tensors.to_proto(values))
        return response.SerializeToString()

    handler = grpc.unary_unary_rpc_method_handler(answer, wire.PredictRequest.FromString)
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(wire.PREDICTION_SERVICE, {"Predict": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(0).wait()


@contextlib.contextmanager
def flaky_server(failures, **outputs):
    """Answers UNAVAILABLE to the first `failures` requests, then with `outputs`; yields the port and the requests."""
    requests, lock = [], threading.Lock()

    def predict(request, context):
        with lock:
            requests.append(request)
            number = len(requests)
        if number <= failures:
            context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        return outputs

    with fake_server(predict) as port:
        yield SimpleNamespace(port=port, requests=requests)
