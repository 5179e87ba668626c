"""Reading a page as a browser's parser would, with what Python has."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


class Page:
    """What stands on it: `all("input", name="q")` gives attributes, `text` everything that is read."""

    def __init__(self, html: str) -> None:
        self.html = html
        reader = _Reader()
        reader.feed(html)
        self._elements = reader.elements
        self.text = re.sub(r"\s+", " ", " ".join(reader.text)).strip()

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            found
            for name, found in self._elements
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> dict[str, str | None]:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]

    def value(self, name: str) -> str:
        """Of the first field of that name."""
        return str(self.all("input", name=name)[0]["value"])

    def has_inline(self) -> list[str]:
        """What the policy would refuse: handlers and style attributes, scripts and styles within the page."""
        bad = [f"{tag} {name}" for tag, found in self._elements for name in found if name.startswith("on")]
        bad += [f"{tag} style" for tag, found in self._elements if "style" in found]
        bad += [tag for tag, found in self._elements if tag == "script" and "src" not in found]
        return bad + [tag for tag, _ in self._elements if tag == "style"]
