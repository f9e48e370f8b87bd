"""Changes of the versions: a token against forged requests, and a log."""

from __future__ import annotations

import datetime
import json
import pathlib
import secrets
from urllib.parse import parse_qs

LOG = "console_changes.jsonl"
ACTIONS = {"rollback": "Serve again", "delete": "Delete"}


class ChangeToken:
    """A secret of this process that each form has; pages of other sites cannot read it."""

    def __init__(self) -> None:
        self.text = secrets.token_urlsafe(32)

    def matches(self, given: str) -> bool:
        """Whether a form has the secret."""
        return secrets.compare_digest(self.text.encode(), given.encode("utf-8", "replace"))


def parse_form(body: bytes) -> dict[str, str]:
    """The fields of a form; the first value of a repeated one.

    >>> parse_form(b"version=5&token=a%20b")
    {'version': '5', 'token': 'a b'}
    """
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def record(out: pathlib.Path, *, action: str, version: int, result: str, client: str) -> None:
    """Appends a change to `OUT/console_changes.jsonl`, one JSON object a line.

    Args:
        out: folder that the pipeline writes to.
        action: one of `ACTIONS`.
        version: number of the version.
        result: what happened.
        client: address of the client.
    """
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    line = {"time": now, "action": action, "version": version, "result": result, "client": client}
    with (out / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
