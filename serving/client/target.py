"""Resolves a client's target into addresses.

A target is one or more `host:port` joined by commas, or gRPC's `dns:///host:port`, `ipv4:a:1,b:2` or
`ipv6:[a]:1,[b]:2`. A name gives all addresses that it resolves to. Any other target (`unix:...`) is passed to gRPC as
one address.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import socket
from collections.abc import Sequence

_HOST_AND_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]/]+)):(?P<port>\d+)$")


@dataclasses.dataclass(frozen=True)
class Address:
    """One server.

    Attributes:
        uri: target for gRPC, such as `ipv4:127.0.0.1:8500`.
        name: the `host:port` that resolved to it; None if the target is the address itself.

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
        ValueError: one of several addresses is not `host:port`.

    """

    def __init__(self, text: str) -> None:
        scheme = re.match(r"(dns:///|ipv4:|ipv6:)", text)
        self._literal: list[Address] = []
        self._names: list[tuple[str, int]] = []
        parts = text[scheme.end() :].split(",") if scheme else text.split(",")
        matches = [_HOST_AND_PORT.match(part.strip()) for part in parts]
        if not all(matches):
            if len(parts) > 1:
                raise ValueError(f"target must be host:port, or several joined by commas. Received: {text!r}.")
            self._literal.append(Address(text))
            return
        for match in filter(None, matches):
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
