"""Development tokens: signed with a key of this installation, which the API then checks them against."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

from acts.sign_in.claims import decode_token
from schemas.errors import BadSetting

LOCAL_ISSUER = "ebbwatch-development"
LOCAL_AUDIENCE = "ebbwatch"
KEY_FILE = "development.key"
_KEY_BYTES = 32  # RFC 7518, 3.2: HS256 needs a key as long as its hash


class LocalKey:
    """HS256 under a key kept in the data folder, so that `ebbwatch token` and the API share it."""

    def __init__(self, data_dir: Path) -> None:
        self._secret = _read_or_make(data_dir / KEY_FILE)

    def claims(self, token: str) -> Mapping[str, Any]:
        return decode_token(token, self._secret, ("HS256",), LOCAL_ISSUER, LOCAL_AUDIENCE, 0)

    def sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self._secret, algorithm="HS256")


def issue_token(
    key: LocalKey, user: str, role: str, branch: str | None, ttl: timedelta, now: datetime | None = None
) -> str:
    """A development token for `user`, valid for `ttl` from `now` (the machine's clock when not given)."""
    at = now or datetime.now(UTC)
    claims = {"iss": LOCAL_ISSUER, "aud": LOCAL_AUDIENCE, "sub": user, "role": role, "iat": at, "exp": at + ttl}
    return key.sign(claims | ({"branch": branch} if branch else {}))


def _read_or_make(path: Path) -> bytes:
    """The key in `path`, made by whoever comes first. Raises BadSetting for a file others may read."""
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise BadSetting(f"EBBWATCH_DATA_DIR: {path} may be read by others; chmod 600 it or delete it")
    secret = path.read_bytes()
    if len(secret) != _KEY_BYTES:
        raise BadSetting(f"EBBWATCH_DATA_DIR: {path} is not a key; delete it and one is made anew")
    return secret


def _make(path: Path) -> None:
    """A link, unlike a rename, leaves the file of whoever was first, and never shows one half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
