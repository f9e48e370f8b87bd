"""Parses a client's target and resolves it into addresses.

A target is one or more `host:port` joined by commas, with brackets around an IPv6 address, or a gRPC target:
`dns:///host:port`, `ipv4:a:1,b:2`, `ipv6:[a]:1,[b]:2`. A name resolves to all of its addresses. Targets of gRPC's other
schemes (`unix:`, `unix-abstract:`, `vsock:`, `xds:`, `dns://authority/`) are passed to gRPC as one address.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import socket
from collections.abc import Sequence

MAX_PORT = 65535
_HOST_AND_PORT = re.compile(r"(?:\[(?P<v6>[^\]]*:[^\]]*)\]|(?P<host>[^:\[\]/]+)):(?P<port>[0-9]{1,5})")
_PARSED_SCHEME = re.compile(r"dns:///|ipv4:|ipv6:")
_PASSED_ON = re.compile(r"(?:unix:|unix-abstract:|vsock:|xds:|dns://[^/]+/)[^,]+")


@dataclasses.dataclass(frozen=True)
class Address:
    """One server.

    Attributes:
        uri: target for gRPC, such as `ipv4:127.0.0.1:8500`.
        name: the `host:port` that resolved to this address; None if the target is the address itself.
    """

    uri: str
    name: str | None = None

    @property
    def resolved(self) -> bool:
        """Whether it is an address; False for a name that does not resolve now."""
        return self.uri != self.name

    @property
    def host(self) -> str | None:
        """The host of `name`, which the certificate must name."""
        return self.name.rpartition(":")[0] if self.name else None


class Target:
    """A parsed target.

    Args:
        text: as given to the client.

    Raises:
        ValueError: the target has none of these forms.
    """

    def __init__(self, text: str) -> None:
        self._literal: list[Address] = []
        self._names: list[tuple[str, int]] = []
        if _PASSED_ON.fullmatch(text):
            self._literal.append(Address(text))
            return
        scheme = _PARSED_SCHEME.match(text)
        for part in text[scheme.end() if scheme else 0 :].split(","):
            match = _HOST_AND_PORT.fullmatch(part.strip())
            if match is None or int(match["port"]) > MAX_PORT:
                raise ValueError(
                    f"target must be host:port, or several joined by commas, with ports up to {MAX_PORT} and brackets "
                    f"around IPv6 addresses. Received: {text!r}."
                )
            host, port = match["v6"] or match["host"], int(match["port"])
            literal = _literal(host, port)
            if literal:
                self._literal.append(literal)
            else:
                self._names.append((host, port))

    @property
    def has_names(self) -> bool:
        """Whether another resolution may give other addresses."""
        return bool(self._names)

    def unresolved(self) -> list[Address]:
        """Unresolved names, used while there are no addresses; gRPC resolves them or reports the error."""
        names = [f"{host}:{port}" for host, port in self._names]
        return self._literal + [Address(name, name) for name in names]

    def resolve(self) -> list[Address]:
        """All distinct addresses. A name that does not resolve is passed to gRPC, which reports the error."""
        found = list(self._literal)
        for host, port in self._names:
            found += _resolved(host, port)
        return list(dict.fromkeys(found))


def _literal(host: str, port: int, name: str | None = None) -> Address | None:
    try:
        version = ipaddress.ip_address(host.partition("%")[0]).version
    except ValueError:
        return None
    return Address(f"ipv4:{host}:{port}" if version == 4 else f"ipv6:[{host}]:{port}", name)


def _resolved(host: str, port: int) -> Sequence[Address]:
    name = f"{host}:{port}"
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return [Address(name, name)]
    addresses = (_literal(str(answer[4][0]), port, name) for answer in answers)
    return [address for address in addresses if address]
