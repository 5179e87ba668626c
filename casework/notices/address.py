"""Where a person is told: an Apprise URL, of the schemes that the bank allows and with options that are harmless.

An address is a secret: no error here repeats any part of it but its scheme. Source: docs/decisions/0019.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote_plus

from schemas.errors import NotAllowedByRules

DEFAULT_SCHEMES = frozenset({"mailto", "mailtos", "workflows", "wecombot", "dingtalk", "json", "jsons"})
# What says whom to reach and with which credentials. Others read files of this machine (template, pgppub), weaken
# the connection (verify, redirect), change what is done at the other end (method) or how long we wait (rto, retry).
_OPTIONS = frozenset(
    {"to", "from", "name", "reply", "smtp", "mode", "user", "pass"}
    | {"id", "sig", "ver", "api-version", "route", "routeid", "pa", "powerautomate", "wrap"}
    | {"key", "token", "secret"}
)
_HEADERS = frozenset({"json", "jsons"})  # schemes whose options may name HTTP headers: +X-Token=...
_SCHEME = re.compile(r"([a-z0-9]{1,32})://", re.ASCII)
_ADDRESS = re.compile(r"([a-z0-9]{1,32})://[\x21-\x7e]+", re.ASCII)


def scheme_of(address: str) -> str:
    """What stands before ``://``: all of an address that is ever shown. ``none`` where nothing does."""
    match = _SCHEME.match(address)
    return match[1] if match else "none"


def check_address(address: str, schemes: Collection[str]) -> None:
    """Raises NotAllowedByRules where it is no URL of one of `schemes`, or has an option that is not harmless."""
    match = _ADDRESS.fullmatch(address)
    if match is None or match[1] not in schemes:
        raise NotAllowedByRules("address", f"an address begins with one of: {', '.join(sorted(schemes))}, and ://")
    names = (unquote_plus(part.partition("=")[0], errors="replace") for part in _options_in(address))
    if refused_options(match[1], names):
        raise NotAllowedByRules("address", "an option behind the question mark is not among those allowed")


def refused_options(scheme: str, names: Iterable[str]) -> bool:
    """Whether one of these options, as Apprise reads them from an address, may not be given."""
    known = (name.strip().lower() for name in names)
    return any(
        name and name not in _OPTIONS and not (scheme in _HEADERS and name.startswith("+")) for name in known
    )


def _options_in(address: str) -> list[str]:
    """`name=value` of each; a plus sign before a name means a header, and is no space there."""
    query = address.partition("?")[2].partition("#")[0]
    return [part.replace("+", "%2B", 1) if part.startswith("+") else part for part in re.split("[&;]", query)]
