"""Hashes of customer ids are keyed, stable and hexadecimal."""

import hashlib

import pytest

from serving.hashed_ids import hashed_id, read_salt

SALT = b"0123456789abcdef"


def test_the_hash_is_hmac_sha256():
    """By the definition of RFC 2104, for a key shorter than a block of 64 bytes."""
    inner, outer = (bytes(byte ^ pad for byte in SALT.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    expected = hashlib.sha256(outer + hashlib.sha256(inner + b"c1").digest()).hexdigest()
    assert hashed_id(SALT, b"c1") == expected.encode()


def test_no_customer_has_no_hash():
    assert hashed_id(SALT, b"") == b""


def test_a_salt_is_read_without_the_end_of_its_line(tmp_path):
    (tmp_path / "salt").write_bytes(SALT + b"\n")
    assert read_salt(tmp_path / "salt") == SALT


def test_a_short_salt_is_an_error(tmp_path):
    (tmp_path / "salt").write_bytes(b"short\n")
    with pytest.raises(ValueError, match=r"must have at least 16 bytes. Received: 5. Make one with: openssl rand"):
        read_salt(tmp_path / "salt")
