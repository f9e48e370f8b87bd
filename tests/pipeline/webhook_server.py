"""An HTTP server on this machine that records what is posted to it and answers as it is told."""

import contextlib
import http.server
import json
import threading


class Receiver:
    """Received messages, and the status codes of the next answers; `None` is an answer that never comes."""

    def __init__(self):
        self.messages = []
        self.statuses = []
        self.url = ""
        self.released = threading.Event()


@contextlib.contextmanager
def webhook_server(*statuses):
    """Yields a `Receiver`, whose `url` is its address. It answers with `statuses` in turn, then with 204."""
    receiver = Receiver()
    receiver.statuses = list(statuses)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            receiver.messages.append(json.loads(body))
            status = receiver.statuses.pop(0) if receiver.statuses else 204
            if status is None:
                receiver.released.wait()
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/s3cret"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown()
            thread.join()
