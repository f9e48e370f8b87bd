"""The errors of serving: those that a query raises, and the status that a server answers.

ServingError                    code, message
|-- InvalidRequestError         INVALID_ARGUMENT, OUT_OF_RANGE: the request is wrong; a retry does not help
|-- ModelNotFoundError          NOT_FOUND: no such model or version is served
|-- SignatureNotFoundError      FAILED_PRECONDITION: the served model has no such signature
|-- RequestTooLargeError        RESOURCE_EXHAUSTED: a message exceeds the size limit
|-- DeadlineExceededError       DEADLINE_EXCEEDED
|-- ServerUnavailableError      UNAVAILABLE, after the retries
`-- ServerFailureError          any other code

StatusError                     raised inside the server; becomes the gRPC status of the answer
"""

from __future__ import annotations

import grpc

MAX_MESSAGE_LENGTH = 1024  # characters; TensorFlow Serving truncates messages to this length


class ServingError(Exception):
    """Base class of the query client's errors.

    Attributes:
        code: gRPC status code.
        message: message of the server, or of gRPC itself.
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
    """No answer arrived within the deadline."""


class ServerUnavailableError(ServingError):
    """After the retries, no server could be reached, or all were overloaded."""


class ServerFailureError(ServingError):
    """The server failed for a reason that is not in the request."""


class StatusError(Exception):
    """A failure inside the server, with the gRPC status of the answer.

    Attributes:
        code: gRPC status code.
        message: message of the status.
    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid_argument(message: str) -> StatusError:
    """A StatusError with INVALID_ARGUMENT."""
    return StatusError(grpc.StatusCode.INVALID_ARGUMENT, message)


def deadline_exceeded() -> StatusError:
    """A StatusError with DEADLINE_EXCEEDED and gRPC's own message."""
    return StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")


def from_rpc_error(error: grpc.RpcError) -> ServingError:
    """Converts the error of a failed call into a typed error."""
    code, details = error.code(), error.details() or ""
    return _BY_CODE.get(code, ServerFailureError)(code, details)


def code_of(number: int) -> grpc.StatusCode:
    """The gRPC status code of a number; TensorFlow and gRPC use the same numbers."""
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)


def truncated(message: str) -> str:
    """The message, truncated as TensorFlow Serving does it."""
    return message if len(message) <= MAX_MESSAGE_LENGTH else message[:MAX_MESSAGE_LENGTH] + "...TRUNCATED"


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
