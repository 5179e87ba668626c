"""Filling in a form as a browser without scripts does: what stands in its fields is sent, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from fastapi.testclient import TestClient
from httpx2 import Response

Attributes = dict[str, str | None]


@dataclass
class Form:
    """One form as it stands on a page. `buttons`: the names and values it can be sent with."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Attributes] = field(default_factory=list)

    def filled(self, **changed: str | list[str] | None) -> dict[str, list[str]]:
        """What is sent with `changed` typed, chosen or ticked instead; None for left empty."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        for name, value in changed.items():
            sent[name] = [] if value is None else value if isinstance(value, list) else [value]
        return sent

    def value(self, name: str) -> str:
        return next(value for found, value in self.fields if found == name)

    def ticked(self, name: str) -> list[str]:
        return [value for found, value in self.fields if found == name]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name")
        if tag == "form":
            self._form = Form(found.get("action") or "", found.get("method") or "get")
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "button":
            self._form.buttons.append(found)
        elif tag == "input" and name and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self._form.fields.append((name, found.get("value") or ""))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((found.get("value") or "", "selected" in found))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._form and self._area:
            self._form.fields.append((self._area, self._text.removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._form and self._select:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self._form.fields.append((self._select, chosen[0]))
            self._select = None


def forms_of(html: str) -> list[Form]:
    reader = _Forms()
    reader.feed(html)
    return reader.forms


def actions_of(html: str) -> set[str]:
    """Where the page's forms that change something lead, those of its head aside."""
    found = {form.action for form in forms_of(html) if form.method == "post"}
    return found - {"/desk/language", "/sign-out"}


def form_to(html: str, action: str) -> Form:
    """The page's one form that leads there."""
    (found,) = [form for form in forms_of(html) if form.action == action]
    return found


def send(person: TestClient, page: str, action: str, *, via: str = "", **typed: str | list[str] | None) -> Response:
    """Open `page`, fill in its form that leads to `action`, and send it; `via`: another button's address."""
    form = form_to(person.get(page).text, action)
    return person.post(via or action, data=form.filled(**typed))
