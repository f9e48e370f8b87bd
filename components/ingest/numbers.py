"""Builds SQL that parses numbers and days, and SQL of the reason why a text is not one.

A number is an optional minus, ASCII digits with at most one decimal point, and an optional exponent (R writes 100000 as
`1e+05`); blanks around it are ignored. DuckDB's cast also accepts `1_000` and `+5`; these are refused. A whole number
may be written `12.0`, as pandas does in columns with gaps. A day is `YYYY-MM-DD` and nothing else.
"""

from __future__ import annotations

from transforms.columns import PRICE

FIRST_DAY = "1970-01-01"
LAST_DAY = "2099-12-31"
MAX_FLOAT = 3.4028234e38
"""The largest float32, the type of numeric features."""
MAX_PRICE = 1e15
"""Large enough for every currency; sums and squares of prices still fit float32."""
_MAX_INT = 9e15  # doubles represent all whole numbers up to here exactly


def float_sql(text: str, column: str) -> str:
    """Returns SQL that parses a number of `column`; NULL if the text is not a number or is out of range."""
    number = _number(text)
    if column == PRICE:
        return f"CASE WHEN {number} BETWEEN 0 AND {MAX_PRICE} THEN {number} END"
    return f"CASE WHEN abs({number}) <= {MAX_FLOAT} THEN {number} END"


def int_sql(text: str) -> str:
    """Returns SQL that parses a whole number; NULL if the text is not one."""
    number = _number(text)
    # A plain cast to BIGINT rounds 12.7 to 13.
    return f"CASE WHEN {number} = trunc({number}) AND abs({number}) < {_MAX_INT} THEN CAST({number} AS BIGINT) END"


def day_sql(text: str) -> str:
    """Returns SQL that parses a day; NULL if the text is not a day or is out of range."""
    return f"CASE WHEN {_day(text)} BETWEEN DATE '{FIRST_DAY}' AND DATE '{LAST_DAY}' THEN {_day(text)} END"


def float_reason_sql(text: str, column: str) -> str:
    """Returns SQL of the reason why `float_sql` is NULL."""
    number = _number(text)
    negative = f"WHEN {number} < 0 THEN 'negative'" if column == PRICE else ""
    most = f"{MAX_PRICE:g}" if column == PRICE else f"{MAX_FLOAT:g}"
    return f"""
        CASE
            WHEN {number} IS NULL THEN 'not a number'
            WHEN NOT isfinite({number}) THEN 'not finite'
            {negative}
            ELSE 'beyond {most}, the largest number that is stored'
        END
    """


def int_reason_sql(text: str) -> str:
    """Returns SQL of the reason why `int_sql` is NULL."""
    number = _number(text)
    return f"""
        CASE WHEN isfinite({number}) AND abs({number}) >= {_MAX_INT}
            THEN 'beyond {_MAX_INT:g}, the largest number that is stored' ELSE 'not a whole number' END
    """


def day_reason_sql(text: str) -> str:
    """Returns SQL of the reason why `day_sql` is NULL."""
    return f"""
        CASE WHEN {_day(text)} IS NULL THEN 'not a day (YYYY-MM-DD)'
            ELSE 'day outside {FIRST_DAY} to {LAST_DAY}' END
    """


def _number(text: str) -> str:
    refused = f"contains({text}, '_') OR (contains({text}, '+') AND regexp_matches({text}, '^\\s*[+]'))"
    return f"(CASE WHEN NOT ({refused}) THEN TRY_CAST({text} AS DOUBLE) END)"


def _day(text: str) -> str:
    written = f"regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    return f"(CASE WHEN {written} THEN TRY_CAST({text} AS DATE) END)"
