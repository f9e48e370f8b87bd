"""Template of the places of photos: turns an article id into relative paths that stay in the data folder."""

import re
import string

DEFAULT_PATH = "images/{article_id:.3}/{article_id}.jpg"
ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
_FIELD = "article_id"
_FIRST_CHARACTERS = re.compile(r"\.[1-9][0-9]?")
_MAX_NAME_BYTES = 255  # of a file's name on Linux


class PathTemplate:
    """A relative path in which `{article_id}` is the id and `{article_id:.3}` its first three characters.

    Args:
        text: the template, with `/` between folders and an ending in `ENDINGS`.

    Raises:
        ValueError: the text could lead out of the data folder, or does not name one photo for each article.
    """

    def __init__(self, text: str):
        self._parts = _parsed(text)
        path = "".join(literal if field is None else "x" for literal, field in self._parts)
        names = path.split("/")
        if path.startswith("/") or "\\" in path or any(ord(c) < 32 for c in path):
            raise _wrong("path must be relative, with / between folders", text)
        if any(name in ("", ".", "..") for name in names):
            raise _wrong("path must not have .. or . or an empty name as a part", text)
        if 0 not in [field for _, field in self._parts]:
            raise _wrong("path must contain {article_id}", text)
        ending = next((e for e in ENDINGS if self._parts[-1][1] is None and path.endswith(e)), None)
        if ending is None:
            raise _wrong(f"path must end in one of {', '.join(ENDINGS)}", text)
        self._ending = ending

    @property
    def folder(self) -> str:
        """The folders before the first one that depends on the id, such as `images`; "" if there are none."""
        return self._parts[0][0].rpartition("/")[0] if self._parts[0][1] is None else ""

    def paths(self, article_id: str) -> list[str]:
        """Relative paths at which the photo of an article may be, the template's own ending first.

        Args:
            article_id: any text.

        Returns:
            The paths; none for an id that cannot be a file's name, such as one with a slash.
        """
        if not article_id or "/" in article_id or "\\" in article_id or "\0" in article_id:
            return []
        path = "".join(
            literal if field is None else article_id[:field] if field else article_id for literal, field in self._parts
        )
        # Also the first characters of an id may be "..".
        if any(name in ("", ".", "..") or _too_long(name) for name in path.split("/")):
            return []
        stem = path.removesuffix(self._ending)
        return [path, *(stem + ending for ending in ENDINGS if ending != self._ending)]


def _parsed(text: str) -> list[tuple[str, int | None]]:
    """Parts of a template: literal text with None, or "" with the number of characters of the id, 0 for all."""
    parts: list[tuple[str, int | None]] = []
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise _wrong(f"path is not a template ({error})", text) from error
    for literal, name, spec, conversion in parsed:
        if literal:
            parts.append((literal, None))
        if name is None:
            continue
        if name != _FIELD or conversion or (spec and not _FIRST_CHARACTERS.fullmatch(spec)):
            raise _wrong("path must have no fields but {article_id} and {article_id:.N}, N from 1 to 99", text)
        parts.append(("", int(spec[1:]) if spec else 0))
    return parts or [("", None)]


def _too_long(name: str) -> bool:
    return len(name.encode("utf-8", "surrogatepass")) > _MAX_NAME_BYTES


def _wrong(rule: str, text: str) -> ValueError:
    return ValueError(f"{rule}. Received: {text!r}; such as {DEFAULT_PATH!r}")
