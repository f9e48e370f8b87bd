"""Posts JSON to an address, and tries again after errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pipeline.notify_config import NotifyConfig

_PASSING = (408, 425, 429, 500, 502, 503, 504)  # status codes of errors that may pass


class WebhookError(Exception):
    """A message was not accepted. The text names the host, not the address, which may hold a secret."""


def post(message: Mapping[str, Any], config: NotifyConfig) -> None:
    """Posts a message.

    After a lost connection, a timeout or a status code of `_PASSING` it tries again, so that a receiver may get a
    message twice.

    Args:
        message: content, as JSON values.
        config: address, timeout and attempts.

    Raises:
        WebhookError: no attempt was answered with a status code from 200 to 299.
    """
    assert config.url is not None
    host = urlsplit(config.url).hostname
    retries = Retry(
        total=config.attempts - 1,
        backoff_factor=config.backoff_s / 2,  # urllib3 waits factor * 2 ** (retry - 1), and not before the first
        status_forcelist=_PASSING,
        allowed_methods=None,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retries))
        try:
            # A redirection would turn the POST into a GET. The body of the answer, which may be endless, is not read.
            answer = session.post(
                config.url, json=dict(message), timeout=config.timeout_s, allow_redirects=False, stream=True
            )
            status = answer.status_code
        except (requests.RequestException, ValueError) as error:
            raise WebhookError(f"{host} did not answer: {type(error).__name__}") from error
    if not 200 <= status < 300:
        raise WebhookError(f"{host} answered with status code {status}")
