"""A limit of concurrent Predict requests; used only in the front's event loop."""

from __future__ import annotations

from collections.abc import Callable

import grpc
from prometheus_client import Gauge

from serving.errors import StatusError
from serving.server.served_worker import Worker


class RequestSlots:
    """Slots for the requests in flight.

    Args:
        limit: number of slots.
        in_flight: metric of the taken slots.
    """

    def __init__(self, limit: int, in_flight: Gauge) -> None:
        self._limit, self._in_flight, self._taken = limit, in_flight, 0

    def take(self) -> Slot:
        """Takes a slot for one request.

        Raises:
            StatusError: UNAVAILABLE, no slot is free.
        """
        if self._taken >= self._limit:
            message = f"more than {self._limit} requests at once; try again"
            raise StatusError(grpc.StatusCode.UNAVAILABLE, message)
        self._taken += 1
        self._in_flight.inc()
        return Slot(self._free)

    def _free(self) -> None:
        self._taken -= 1
        self._in_flight.dec()


class Slot:
    """The slot of one request, free when the request and its workers are done.

    A worker may be done later than its caller: a cancelled request keeps its slot while its rows are computed.

    Args:
        free: called when the slot becomes free.
    """

    def __init__(self, free: Callable[[], None]) -> None:
        self._free, self._holders = free, 1

    def hold(self, worker: Worker) -> Callable[[], None]:
        """Holds the slot for a leased worker; call the returned function when the worker is done with the request."""
        self._holders += 1

        def done() -> None:
            worker.release()
            self.release()

        return done

    def release(self) -> None:
        """Removes one holder."""
        self._holders -= 1
        if not self._holders:
            self._free()
