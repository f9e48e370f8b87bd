"""Recognises files that are not CSV in UTF-8 by their first bytes, and names the remedy."""

from __future__ import annotations

import re

_SAVE = "save it again as CSV UTF-8, delimited by commas"
_MAGIC = (
    (b"\x1f\x8b", "is a gzip file: unpack it, or let its name end in .csv.gz"),
    (b"PK\x03\x04", "is a ZIP file: unpack it"),
    (b"PK\x05\x06", "is a ZIP file with nothing in it: copy the file again"),
    (b"PAR1", "is a Parquet file: write it as CSV"),
    (b"ARROW1", "is an Arrow file: write it as CSV"),
    (b"Obj\x01", "is an Avro file: write it as CSV"),
    (b"ORC", "is an ORC file: write it as CSV"),
    (b"SQLite format 3\x00", "is an SQLite database: export its table as CSV"),
    (b"\xd0\xcf\x11\xe0", f"is an Excel workbook (xls): {_SAVE}"),
    (b"BZh", "is a bzip2 file: unpack it"),
    (b"\xfd7zXZ\x00", "is an xz file: unpack it"),
    (b"\x28\xb5\x2f\xfd", "is a Zstandard file: unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip file: unpack it"),
    (b"Rar!", "is a RAR file: unpack it"),
    (b"%PDF", "is a PDF file: export the table as CSV"),
    (b"version https://git-lfs", "is a Git LFS pointer, not the file itself: run `git lfs pull`"),
)
_UTF_32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def describe_non_csv(beginning: bytes) -> str | None:
    """Describes what is wrong with a file, as the end of a sentence; None if it may be a CSV in UTF-8.

    Args:
        beginning: first bytes of the file, up to a few thousand.
    """
    return describe_other_format(beginning) or _first_line(beginning.removeprefix(BYTE_ORDER_MARK))


def describe_other_format(beginning: bytes, *, delimited: bool = True) -> str | None:
    """Describes the format of a file that is not text in UTF-8, as the end of a sentence; None if it may be text.

    Args:
        beginning: first bytes of the file, up to a few thousand.
        delimited: whether the first line of the file must hold a comma; a list of ids has none.
    """
    if beginning.startswith(_UTF_32):
        return "line 1 is not UTF-8: the file is UTF-32; save it again as UTF-8"
    if beginning.startswith(_UTF_16):
        return "line 1 is not UTF-8: the file is UTF-16; save it again as UTF-8"
    for magic, what in _MAGIC:
        # A header of a CSV may begin with the letters of a short magic.
        if beginning.startswith(magic) and not (magic.isalnum() and _is_text(beginning, delimited)):
            if magic == b"PK\x03\x04" and (b"xl/" in beginning or b"[Content_Types].xml" in beginning):
                return f"is an Excel workbook (xlsx): {_SAVE}"
            return what
    if beginning[257:264] in (b"ustar\0" + b"0", b"ustar  "):  # a text may hold the word "mustard" there
        return "is a tar archive: unpack it"
    if beginning and not beginning.strip(b"\0"):
        return "consists of NUL bytes: its copy or download failed; copy the file again"
    if _is_utf_16(beginning):
        return "line 1 is not UTF-8: the file is UTF-16 without a byte order mark; save it again as UTF-8"
    text = beginning.removeprefix(BYTE_ORDER_MARK).lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<body")):
        return "is an HTML page, such as an error or login page: download the file again"
    if text.startswith((b"<?xml", b"<")):
        return "is an XML file: write it as CSV"
    if re.match(rb'[\[{]\s*(["{\[\]}]|$)', text):
        return "is a JSON file: write it as CSV"
    return None


def _is_text(beginning: bytes, delimited: bool) -> bool:
    """Whether the first line is readable text, with a comma in it if it must have one."""
    line = beginning.split(b"\n", 1)[0].rstrip(b"\r")
    return (b"," in line or not delimited) and line.decode("utf-8", "replace").isprintable() and b"\xff" not in line


def _is_utf_16(beginning: bytes) -> bool:
    """Returns whether most of every second byte is NUL, as in ASCII text encoded as UTF-16."""
    even = beginning[: len(beginning) // 2 * 2]
    if len(even) < 4:
        return False
    half = len(even) // 2
    first, second = even[0::2].count(0), even[1::2].count(0)
    return max(first, second) > 0.7 * half and min(first, second) < 0.1 * half


def _first_line(text: bytes) -> str | None:
    line = text.split(b"\n", 1)[0]
    if b"\r" in line.removesuffix(b"\r"):
        return "has line ends that are \\r alone (old Macintosh): save it again with \\n or \\r\\n"
    line = line.removesuffix(b"\r")
    if line.strip(b'" ').lower().startswith(b"sep="):
        return "begins with Excel's `sep=` line: delete line 1, because the header must come first"
    if text and not line.strip():
        return "begins with an empty line: delete it, because the header must come first"
    return None
