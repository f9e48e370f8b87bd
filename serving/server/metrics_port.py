"""The HTTP port of the metrics: a limited number of threads and a timeout for each connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from serving.server.address import check_free, without_brackets

TIMEOUT_S = 5.0  # to receive a request, and to send its answer
MAX_CONNECTIONS = 8  # further connections are closed immediately


class MetricsPort:
    """Serves a registry's metrics, under any path, until stopped.

    Args:
        registry: registry of the metrics.
        host: host to listen on.
        port: 0 for any free one.

    Raises:
        OSError: the port cannot be bound; the message names the cause.
    """

    def __init__(self, registry: CollectorRegistry, host: str, port: int) -> None:
        check_free(host, port)
        self._server = _Server((without_brackets(host), port), _handler(registry))
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    @property
    def port(self) -> int:
        """The bound port."""
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Closes the port."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._free = threading.Semaphore(MAX_CONNECTIONS)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Accepts the connection if the limit is not reached; see `socketserver`."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Handles the connection, then allows another; see `socketserver`."""
        timer = threading.Timer(2 * TIMEOUT_S, _shut_down, [request])  # also ends a connection that sends single bytes
        timer.daemon = True
        timer.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            timer.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Logs nothing: a client that disconnects is no error of the server."""


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has already ended
        connection.shutdown(socket.SHUT_RDWR)


def _handler(registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT_S

        def do_GET(self) -> None:
            body = generate_latest(registry)
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    return Handler
