"""Certificates of the server: checks the files and reloads them when they change."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from pathlib import Path

import grpc

from serving.server.config import TlsConfig

_log = logging.getLogger(__name__)


class Certificates:
    """The PEM files of a configuration.

    Args:
        tls: settings with the paths of the files.

    Raises:
        ValueError: a file cannot be read or is invalid; the message names it.
    """

    def __init__(self, tls: TlsConfig) -> None:
        self._tls = tls
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._read()  # raises before the server starts

    def credentials(self) -> grpc.ServerCredentials:
        """Credentials of the port; each handshake checks whether the files have changed."""
        return grpc.dynamic_ssl_server_credentials(
            self._read(), self._changed, require_client_authentication=self._tls.client_ca is not None
        )

    def _changed(self) -> grpc.ServerCertificateConfiguration | None:
        """The new certificates; None if unchanged or invalid, which keeps the current ones."""
        with self._lock:
            stamp = self._stamp()
            if stamp == self._seen:
                return None
            self._seen = stamp
            try:
                configuration = self._read()
            except ValueError as error:
                _log.error("the new certificates are invalid, keeping the old ones: %s", error)
                return None
            _log.info("loaded new certificates from %s", self._tls.certificate)
            return configuration

    def _read(self) -> grpc.ServerCertificateConfiguration:
        certificate = _bytes("certificate", self._tls.certificate)
        key = _bytes("key", self._tls.key)
        root = None if self._tls.client_ca is None else _bytes("client_ca", self._tls.client_ca)
        _check_certificates("certificate", self._tls.certificate, certificate)
        if root is not None:
            _check_certificates("client_ca", self._tls.client_ca, root)
        self._check_key(certificate, key)
        return grpc.ssl_server_certificate_configuration([(key, certificate)], root_certificates=root)

    def _check_key(self, certificate: bytes, key: bytes) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        chain_file, key_file = os.memfd_create("certificate"), os.memfd_create("key")
        try:
            for descriptor, content in ((chain_file, certificate), (key_file, key)):
                os.write(descriptor, content)
            context.load_cert_chain(f"/proc/self/fd/{chain_file}", f"/proc/self/fd/{key_file}", password=lambda: b"")
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                message = f"key must belong to the certificate {self._tls.certificate}. Received: {self._tls.key}."
            else:
                message = (
                    f"key must be a PEM file with a private key that has no passphrase. Received: {self._tls.key}."
                )
            raise ValueError(message) from error
        finally:
            os.close(chain_file)
            os.close(key_file)

    def _stamp(self) -> tuple[object, ...]:
        stamps: list[object] = []
        for path in filter(None, (self._tls.certificate, self._tls.key, self._tls.client_ca)):
            try:
                found = os.stat(path)
                stamps.append((found.st_ino, found.st_size, found.st_mtime_ns))
            except OSError:
                stamps.append(None)
        return tuple(stamps)


def _bytes(name: str, path: Path | str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{name} must be a file that can be read. Received: {path}: {error.strerror}.") from error


def _check_certificates(name: str, path: Path | str | None, content: bytes) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=content.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:  # UnicodeDecodeError is a ValueError
        raise ValueError(f"{name} must be a PEM file with a certificate. Received: {path}.") from error
