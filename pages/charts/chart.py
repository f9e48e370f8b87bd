"""Renders an Altair chart as an SVG that is part of a page: accessible, in the page's colours, without addresses."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any

from pages.charts.theme import CONFIG, FONT_SIZE, SHOWN_FONT_SIZE

WIDE, MIDDLE, NARROW = 840, 640, 264  # widths in px with all labels; three narrow ones fill a row
PHONE = 320
_LABEL, _PHONE_LABEL = 260, 140  # px
_LETTER, _SYMBOL = 0.55 * FONT_SIZE, 30  # px of a letter, and of a symbol with the gap to the next one, in a legend
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_NEEDLESS = ("class", "pointer-events", "role", "style")
_DEFAULTS = {"opacity": "1", "stroke-width": "1", "font-weight": "normal", "transform": "translate(0,0)"}


@dataclasses.dataclass(frozen=True)
class Chart:
    """A rendered chart.

    Attributes:
        title: what the chart shows.
        description: what can be seen in it, for readers who do not see it.
        width: width in px.
        svg: the SVG element.
        phone_svg: the element that a narrow screen shows instead; empty if `svg` is narrow.
    """

    title: str
    description: str
    width: int
    svg: str
    phone_svg: str = ""


def render(chart: Any, *, width: int, title: str, description: str, legend: Sequence[str] = ()) -> Chart:
    """Renders a chart, and again for a narrow screen if it is wide.

    Args:
        chart: an `altair` chart with its data and its height.
        width: width in px, with all labels.
        title: caption of the chart.
        description: its content in a sentence.
        legend: names in the legend, if the chart has one; it gets several rows if they do not fit the width.
    """
    import altair as alt

    def element(width: int, kind: str) -> str:
        sized = chart.properties(width=width, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
        spec = json.dumps(sized.to_dict(), sort_keys=True)
        root = ET.fromstring(_svg(spec, width <= PHONE, _columns(legend, width)))
        _clean(root)
        viewed = {name: root.get(name, "") for name in ("viewBox", "width", "height")}
        root.attrib = {**viewed, "role": "img", "aria-label": title, **({"class": kind} if kind else {})}
        described = ET.Element("desc")
        described.text = description
        root.insert(0, described)
        return ET.tostring(root, encoding="unicode")

    is_wide = width > PHONE
    return Chart(
        title=title,
        description=description,
        width=width,
        svg=element(width, "wide" if is_wide else ""),
        phone_svg=element(PHONE, "phone") if is_wide else "",
    )


def rows(values: Sequence[Mapping[str, Any]]) -> Any:
    """Returns the data of a chart.

    Args:
        values: the rows, with numbers and strings by name.
    """
    import altair as alt

    return alt.Data(values=[dict(value) for value in values])


@functools.lru_cache(maxsize=256)
def _svg(spec: str, narrow: bool, columns: int) -> str:
    """Renders a Vega-Lite specification; a run renders the same charts twice, in its last step and at its end."""
    import vl_convert

    tree = json.loads(spec)
    labels = {**CONFIG["axisY"], "labelLimit": _PHONE_LABEL if narrow else _LABEL}
    title = {**CONFIG["axisX"], "titleAnchor": "end" if narrow else None}  # it may be longer than the axis
    legend = {**CONFIG["legend"], "columns": columns}
    tree["config"] = {**CONFIG, "axisX": title, "axisY": labels, "legend": legend}
    return vl_convert.vegalite_to_svg(tree, allowed_base_urls=[])


def _columns(names: Sequence[str], width: int) -> int:
    """Columns of a legend in a chart of this width in px; 0 for a single row.

    >>> _columns(["train", "test"], 264), _columns(["judged network", "judged network, test week"], 264)
    (0, 1)
    """
    widths = [len(name) * _LETTER + _SYMBOL for name in names]
    return 0 if sum(widths) <= width else max(int(width // max(widths)), 1)


def _clean(element: ET.Element) -> None:
    """Shows text smaller, and removes what has no effect in a page: namespaces, digits, classes, hidden shapes."""
    element.tag = element.tag.rpartition("}")[2]
    if element.get("font-size") == f"{FONT_SIZE}px":
        element.set("font-size", f"{SHOWN_FONT_SIZE}px")
    if "d" in element.attrib:
        element.set("d", _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.1f}", element.attrib["d"]))
    for name, value in list(element.attrib.items()):
        if name in _NEEDLESS or name.startswith("aria-") or _DEFAULTS.get(name) == value:
            del element.attrib[name]
    for child in list(element):
        _clean(child)
        empty = child.tag == "g" and not len(child)
        hidden = child.get("display") == "none" or (child.tag == "path" and not child.get("d"))
        if empty or hidden:
            element.remove(child)
