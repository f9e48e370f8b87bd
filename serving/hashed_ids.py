"""Keyed hashes of customer ids: the same id and salt give the same hash, and a hash does not give the id away.

The hash is HMAC-SHA256 in hexadecimal (RFC 2104). A plain hash of an id would be no protection: whoever has a list of
ids can hash it. Keep the salt secret.
"""

from __future__ import annotations

import hmac
import pathlib

MIN_SALT_BYTES = 16


def hashed_id(salt: bytes, customer_id: bytes) -> bytes:
    """64 hexadecimal digits; b"" (no customer) stays b""."""
    return hmac.digest(salt, customer_id, "sha256").hex().encode() if customer_id else b""


def read_salt(path: pathlib.Path) -> bytes:
    """Reads a salt from a file; white space at its ends is no part of it.

    Raises:
        ValueError: the salt is too short.
        OSError: the file cannot be read.
    """
    salt = path.read_bytes().strip()
    if len(salt) < MIN_SALT_BYTES:
        raise ValueError(
            f"the salt in {path} must have at least {MIN_SALT_BYTES} bytes. Received: {len(salt)}. "
            "Make one with: openssl rand -hex 32"
        )
    return salt
