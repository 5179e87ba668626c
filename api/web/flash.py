"""What came of a form, told once on the page that follows it.

The text travels in a cookie as its msgid. One that no catalogue knows was not written here and is dropped, so that
nobody who can plant a cookie can put words into the bank's mouth.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

import msgspec
from fastapi import Request, Response

from api.desk_config import DeskConfig
from language.catalogues import SOURCE, languages, texts_in

COOKIE = "ebbwatch_told"
_KEPT_S = 60
Tone = Literal["done", "warning"]


class Flash(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`text` is a msgid, `many` the one for any number but 1; `n` is put into them where it is given."""

    text: str
    tone: Tone = "done"
    many: str | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class FlashText:
    """A flash in the reader's language."""

    text: str
    tone: Tone


def leave(response: Response, config: DeskConfig, flash: Flash) -> None:
    """Leave it for the next page."""
    value = base64.urlsafe_b64encode(msgspec.json.encode(flash)).decode().rstrip("=")
    response.set_cookie(
        COOKIE, value, max_age=_KEPT_S, path="/", httponly=True, samesite="lax", secure=config.is_https
    )


def read(request: Request) -> Flash | None:
    """What a form left behind, None where there is nothing that can be read."""
    value = request.cookies.get(COOKIE)
    if not value:
        return None
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        flash = msgspec.json.decode(raw, type=Flash)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None
    return flash if _is_ours(flash.text) and _is_ours(flash.many or flash.text) else None


def _is_ours(msgid: str) -> bool:
    return any(texts_in(tag).gettext(msgid) != msgid for tag in languages() if tag != SOURCE)


def forget(response: Response, config: DeskConfig) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=config.is_https)
