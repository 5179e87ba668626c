"""Where the desk's own doors are, and which addresses a person may be sent on to."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from fastapi import Request

HOME = "/"
SIGN_IN = "/sign-in"
CALLBACK = "/sign-in/callback"
SIGN_OUT = "/sign-out"
SIGNED_OUT = "/signed-out"
_DOORS = frozenset({SIGN_IN, CALLBACK, SIGN_OUT, SIGNED_OUT})
_LONGEST = 2000
# Printable ASCII alone; a backslash is a slash to a browser, and a second slash would begin another host.
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


def local_path(value: str | None, *, doors: bool = False) -> str:
    """`value` where it is a path on this host, else the desk's first page.

    So too for the ways in and out, which would lead whoever signs in round in circles, unless `doors` is asked for.
    """
    if not value or len(value) > _LONGEST or not _LOCAL.fullmatch(value):
        return HOME
    return HOME if value.partition("?")[0] in _DOORS and not doors else value


def sign_in_path(back_to: str) -> str:
    """The sign-in page that leads back to `back_to`."""
    return f"{SIGN_IN}?next={quote(back_to, safe='/')}"


def path_of(request: Request) -> str:
    """What was asked for, with its query, as a path on this host."""
    return local_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""), doors=True)


def referring_path(request: Request) -> str:
    """The page that a form was sent from, where the browser says so and it is one of ours."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host"):
        return HOME
    return local_path(came.path + (f"?{came.query}" if came.query else ""))
