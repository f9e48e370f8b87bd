"""The links and images of a page."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit


class PageLinks(HTMLParser):
    """Addresses of links and images, and the alternative texts of the images.

    Attributes:
        links: addresses of `a`.
        images: addresses of `img`.
        alts: texts of `img`.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links, self.images, self.alts = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a":
            self.links.append(given["href"])
        if tag == "img":
            self.images.append(given["src"])
            self.alts.append(given.get("alt", ""))

    def values(self, path: str, name: str) -> set[str]:
        """The values of a parameter in the links to a path."""
        return set(self.in_order(path, name))

    def in_order(self, path: str, name: str) -> list[str]:
        """The values of a parameter in the links to a path, in their order."""
        parsed = [urlsplit(address) for address in self.links]
        return [value for each in parsed if each.path == path for value in parse_qs(each.query).get(name, [])]
