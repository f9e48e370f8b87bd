"""Parses a page with the standard library: its elements, its text, and what it would fetch."""

import html.parser
import re

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_ADDRESSES = ("src", "href", "xlink:href", "srcset", "action", "data", "poster", "formaction")
_IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]*)|@import\s+([^;]+)")


class PageParser(html.parser.HTMLParser):
    """Collects from a page.

    Attributes:
        elements: name and attributes of each element.
        addresses: addresses of attributes and style sheets.
        text: text of each text node.
        errors: elements that are not closed, or closed in a wrong order.
    """

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict]] = []
        self.addresses: list[str] = []
        self.text: list[str] = []
        self.errors: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        self.errors += [f"<{name}> is not closed" for name in self._open]

    def handle_starttag(self, tag, attrs):
        self._element(tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self._element(tag, attrs)

    def handle_endtag(self, tag):
        if not self._open or self._open[-1] != tag:
            self.errors.append(f"</{tag}> closes {self._open[-1:]}")
        else:
            self._open.pop()

    def handle_data(self, data):
        if self._open and self._open[-1] == "style":
            self.addresses += ["".join(found) for found in _IN_STYLE.findall(data)]
        elif data.strip():
            self.text.append(" ".join(data.split()))

    def _element(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        self.addresses += [values[name] for name in _ADDRESSES if name in values]
        self.addresses += ["".join(found) for found in _IN_STYLE.findall(values.get("style", ""))]

    def named(self, tag: str) -> list[dict]:
        """The attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]
