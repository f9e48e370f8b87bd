"""The theme of all charts: Vega's configuration. Colours are CSS variables of `pages/style.css`, light and dark."""

from __future__ import annotations

from typing import Any

INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--line)"
SERIES = ("var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)")
GOOD, BAD, NEUTRAL = "var(--good)", "var(--bad)", "var(--muted)"
BANDS = ("var(--band-1)", "var(--band-2)", "var(--band-3)")
# Vega measures text in this font. The page shows it smaller, because a reader's font may be a sixth wider: DejaVu Sans.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
FONT_SIZE, SHOWN_FONT_SIZE = 14, 12
SHORT = "format(datum.value, '~s')"  # labels of an axis of counts, such as 1.5k

CONFIG: dict[str, Any] = {
    "aria": False,
    "background": "transparent",
    "font": FONT,
    "padding": 4,
    "axis": {
        "domain": False,
        "gridColor": GRID,
        "gridWidth": 1,
        "labelColor": MUTED,
        "labelFontSize": FONT_SIZE,
        "labelFontWeight": "normal",
        "labelPadding": 6,
        "tickColor": GRID,
        "tickSize": 4,
        "titleColor": MUTED,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    },
    "axisX": {"grid": False, "domain": True, "domainColor": GRID},
    "axisY": {"ticks": False},
    "legend": {
        "labelColor": INK,
        "labelFontSize": FONT_SIZE,
        "labelLimit": 240,
        "orient": "top",
        "padding": 0,
        "offset": 12,
        "symbolStrokeWidth": 2.5,
        "title": None,
    },
    "header": {"labelColor": INK, "labelFontSize": FONT_SIZE, "titleColor": MUTED},
    "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
    "range": {"category": list(SERIES)},
    "text": {"color": INK, "fontSize": FONT_SIZE},
    "view": {"stroke": None},
}
