"""Rules for ids: an id is accepted if every later store can hold it as one line.

Vocabularies, hash tables and id files store one id a line. Transform leaves out values with a line break. Many text
readers also split at other separators or strip blanks at the ends. So an id is accepted if it

- is not empty,
- holds no control character (Unicode category Cc: line feed, carriage return, NUL, tab, U+0085 ...),
- holds no line or paragraph separator (U+2028, U+2029),
- neither begins nor ends with white space of any kind (Unicode White_Space: blanks, U+00A0, U+3000 ...),
- takes at most `MAX_ID_BYTES` bytes of UTF-8.

Rows with other ids are set aside. Ids are not trimmed, because other systems use the untrimmed ids.
"""

from __future__ import annotations

MAX_ID_BYTES = 256
"""Fits Kafka keys, HTTP headers and file names of other systems. H&M's longest id has 64 bytes."""

_CONTROL = r"\x{00}-\x{1F}\x{7F}-\x{9F}"
_SEPARATORS = r"\x{2028}\x{2029}"
_BLANKS = r"\x{20}\x{A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}"

_UNLINED = f"[{_CONTROL}{_SEPARATORS}]"
_PADDED = f"^[{_BLANKS}]|[{_BLANKS}]$"
_BLANK = f"[{_BLANKS}]"

MISSING = "missing value"


def accepted_sql(text: str) -> str:
    """Returns SQL that is true if the string `text` is an accepted id, else false or NULL."""
    return f"({text} <> '' AND strlen({text}) <= {MAX_ID_BYTES} AND NOT regexp_matches({text}, '{_UNLINED}|{_PADDED}'))"


def reason_sql(text: str) -> str:
    """Returns SQL of the reason why the string `text` is not accepted; NULL if it is accepted."""
    return f"""
        CASE
            WHEN {text} IS NULL OR NOT regexp_matches({text}, '[^{_BLANKS}]') THEN '{MISSING}'
            WHEN regexp_matches({text}, '[{_CONTROL}]')
                THEN 'holds a control character, such as a line break, tab or NUL; remove it'
            WHEN regexp_matches({text}, '[{_SEPARATORS}]') THEN 'holds a line separator (U+2028 or U+2029); remove it'
            WHEN regexp_matches({text}, '{_PADDED}')
                THEN 'begins or ends with white space; remove it, in all three files'
            WHEN strlen({text}) > {MAX_ID_BYTES} THEN 'longer than {MAX_ID_BYTES} bytes'
        END
    """


def is_name_sql(text: str, column: str) -> str:
    """Returns SQL that is true if the id `text` is the name of its column, as in files joined with their headers."""
    return f"(ltrim({text}, '\ufeff') = '{column}')"


def stripped_sql(text: str) -> str:
    """Returns SQL of `text` without white space and control characters at its ends."""
    ends = f"[{_CONTROL}{_SEPARATORS}{_BLANKS}]+"
    return f"regexp_replace({text}, '^{ends}|{ends}$', '', 'g')"


def has_blank_sql(text: str) -> str:
    """Returns SQL that is true if the accepted id `text` holds white space."""
    return f"regexp_matches({text}, '{_BLANK}')"
