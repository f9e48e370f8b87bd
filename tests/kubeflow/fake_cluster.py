"""A fake server for the REST calls of Kubeflow Pipelines that `lookbook submit` makes."""

from __future__ import annotations

import email.parser
import http.server
import json
import re
import threading
import urllib.parse
from collections.abc import Sequence


class FakeCluster:
    """Serves the API on a free port.

    Attributes:
        calls: method and path of each request, in order.
        states: states of a run, one for each request; the last one is repeated.
        pipelines: ids of the pipelines by name.
        versions: pipeline id, name and file content of the versions, by id.
        runs: bodies of the created runs by id.
        recurring: bodies of the existing recurring runs by id.
        experiments: ids of the experiments by name.
        refuse: status of all answers, or None.
        tokens: authorization headers of all requests except health checks.
        details: further fields of a run.
        lose: number of the next requests for a run that fail with 503.
    """

    def __init__(self, states: Sequence[str] = ("PENDING", "RUNNING", "SUCCEEDED")) -> None:
        self.states = list(states)
        self.pipelines: dict[str, str] = {}
        self.versions: dict[str, tuple[str, str, bytes]] = {}
        self.runs: dict[str, dict] = {}
        self.recurring: dict[str, dict] = {}
        self.experiments: dict[str, str] = {}
        self.calls: list[tuple[str, str]] = []
        self.tokens: set[str | None] = set()
        self.refuse: int | None = None
        self.lose = 0
        self.details: dict = {}
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.host = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes, kind: str) -> tuple[int, dict]:
        if self.refuse is not None:
            return self.refuse, {"error": "who are you?"}
        path = path.removeprefix("/apis/v2beta1/")
        if (method, path) == ("GET", "healthz"):
            return 200, {"multi_user": False}
        if (method, path) == ("GET", "pipelines"):
            wanted = json.loads(query["filter"])["predicates"][0]["stringValue"]
            found = [{"pipeline_id": i, "display_name": n} for n, i in self.pipelines.items() if n == wanted]
            return 200, {"pipelines": found} if found else {}
        if (method, path) == ("POST", "pipelines/upload"):
            self.pipelines[query["name"]] = pipeline_id = f"pipeline-{len(self.pipelines) + 1}"
            self._version(pipeline_id, query["name"], _file(body, kind))
            return 200, {"pipeline_id": pipeline_id, "display_name": query["name"]}
        if (method, path) == ("POST", "pipelines/upload_version"):
            version_id = self._version(query["pipelineid"], query["name"], _file(body, kind))
            return 200, {"pipeline_id": query["pipelineid"], "pipeline_version_id": version_id}
        if (method, path) == ("GET", "experiments"):
            wanted = json.loads(query["filter"])["predicates"][0]["stringValue"]
            found = [{"experiment_id": i, "display_name": n} for n, i in self.experiments.items() if n == wanted]
            return 200, {"experiments": found} if found else {}
        if (method, path) == ("POST", "experiments"):
            name = json.loads(body)["display_name"]
            self.experiments[name] = f"experiment-{len(self.experiments) + 1}"
            return 200, {"experiment_id": self.experiments[name], "display_name": name}
        if (method, path) == ("POST", "runs"):
            run_id = f"run-{len(self.runs) + 1}"
            self.runs[run_id] = json.loads(body)
            return 200, {"run_id": run_id, "state": "PENDING"}
        if method == "GET" and (found := re.fullmatch(r"runs/([\w-]+)", path)):
            if self.lose:
                self.lose -= 1
                return 503, {"error": "away"}
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return 200, {"run_id": found[1], "state": state, **self.details}
        if (method, path) == ("GET", "recurringruns"):
            found = [{"recurring_run_id": i, "display_name": b["display_name"]} for i, b in self.recurring.items()]
            return 200, {"recurringRuns": found, "total_size": len(found)}
        if (method, path) == ("POST", "recurringruns"):
            recurring_id = f"recurring-{sum(call == ('POST', 'recurringruns') for call in self.calls)}"
            self.recurring[recurring_id] = json.loads(body)
            return 200, {"recurring_run_id": recurring_id}
        if method == "DELETE" and (found := re.fullmatch(r"recurringruns/([\w-]+)", path)):
            del self.recurring[found[1]]
            return 200, {}
        return 404, {"error": f"{method} {path} is not known"}

    def _version(self, pipeline_id: str, name: str, file: bytes) -> str:
        version_id = f"version-{len(self.versions) + 1}"
        self.versions[version_id] = (pipeline_id, name, file)
        return version_id


def _file(body: bytes, kind: str) -> bytes:
    """The one file of a multipart form."""
    message = email.parser.BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    (part,) = message.get_payload()
    return part.get_payload(decode=True)


def _handler(cluster: FakeCluster) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def _do(self) -> None:
            url = urllib.parse.urlsplit(self.path)
            query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            cluster.calls.append((self.command, url.path.removeprefix("/apis/v2beta1/")))
            if not url.path.endswith("/healthz"):
                cluster.tokens.add(self.headers.get("authorization"))
            status, answer = cluster.answer(self.command, url.path, query, body, self.headers.get("Content-Type", ""))
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _do  # noqa: N815 (http.server's names)

        def log_message(self, *arguments) -> None:
            pass

    return Handler
