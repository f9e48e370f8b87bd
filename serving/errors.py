"""The errors of serving: what a query may raise, and the status a server answers with.

ServingError                    code, message
|-- InvalidRequestError         INVALID_ARGUMENT, OUT_OF_RANGE: wrong, and asking again won't help
|-- ModelNotFoundError          NOT_FOUND: no such model or version is served
|-- SignatureNotFoundError      FAILED_PRECONDITION: the model is served, the signature is not in it
|-- RequestTooLargeError        RESOURCE_EXHAUSTED: a message above the size limit
|-- DeadlineExceededError       DEADLINE_EXCEEDED
|-- ServerUnavailableError      UNAVAILABLE: after the retries
`-- ServerFailureError          anything else

StatusError                     raised inside the server, becomes the gRPC status of the answer
"""

from __future__ import annotations

import grpc

MESSAGE_LIMIT = 1024  # characters, as TensorFlow Serving truncates them


class ServingError(Exception):
    """Base of what the query client raises.

    Attributes:
        code: the gRPC status code.
        message: what the server, or gRPC itself, said.

    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message


class InvalidRequestError(ServingError):
    """The request breaks the signature's contract."""


class ModelNotFoundError(ServingError):
    """No such model, or no such version of it, is served."""


class SignatureNotFoundError(ServingError):
    """The served model has no such signature."""


class RequestTooLargeError(ServingError):
    """A message is larger than its receiver accepts."""


class DeadlineExceededError(ServingError):
    """No answer within the deadline."""


class ServerUnavailableError(ServingError):
    """No server could be reached, or it is overloaded, also after the retries."""


class ServerFailureError(ServingError):
    """The server failed in a way that is not the request's fault."""


class StatusError(Exception):
    """A failure with the status the server answers with."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def from_rpc_error(error: grpc.RpcError) -> ServingError:
    """The typed error for a failed call."""
    code, details = error.code(), error.details() or ""
    return _BY_CODE.get(code, ServerFailureError)(code, details)


def code_of(number: int) -> grpc.StatusCode:
    """The gRPC status code of a number (TensorFlow and gRPC share the numbers)."""
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)


def truncated(message: str) -> str:
    """The message, cut to what TensorFlow Serving lets through."""
    return message if len(message) <= MESSAGE_LIMIT else message[:MESSAGE_LIMIT] + "...TRUNCATED"


_CODES = {code.value[0]: code for code in grpc.StatusCode}

_BY_CODE: dict[grpc.StatusCode, type[ServingError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.OUT_OF_RANGE: InvalidRequestError,
    grpc.StatusCode.NOT_FOUND: ModelNotFoundError,
    grpc.StatusCode.FAILED_PRECONDITION: SignatureNotFoundError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: RequestTooLargeError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    grpc.StatusCode.UNAVAILABLE: ServerUnavailableError,
}
