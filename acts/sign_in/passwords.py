"""Passwords of local accounts: argon2id, as argon2-cffi does it (RFC 9106, 4: its second recommended option)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from schemas.errors import EbbwatchError

LEAST_CHARS = 12
MOST_CHARS = 200
_AT_ONCE = 4  # each takes 64 MiB for a tenth of a second: guesses must not take the memory of the rest
_PATIENCE_S = 5.0


class SignInBusy(EbbwatchError):
    """More people sign in at once than passwords can be checked."""


class Passwords:
    """Hashes and checks. Safe to share between threads; fails closed: what cannot be checked now raises."""

    def __init__(
        self, hasher: PasswordHasher | None = None, *, at_once: int = _AT_ONCE, patience_s: float = _PATIENCE_S
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._free, self._patience_s = BoundedSemaphore(at_once), patience_s

    def hash(self, password: str) -> str:
        """What is stored of it: parameters and salt are part of the text."""
        with self._in_turn():
            return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether it is the one. For `stored` None, of a user there is not, it takes as long and is false."""
        nobodys = self._nobodys
        with self._in_turn():
            try:
                self._hasher.verify(stored or nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether it was hashed with other parameters than are used now."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _nobodys(self) -> str:
        """Made when the first password is checked, whoever's it is: so that the first guess tells nothing."""
        return self.hash(secrets.token_urlsafe())

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._free.acquire(timeout=self._patience_s):
            raise SignInBusy("too many are signing in at once")
        try:
            yield
        finally:
            self._free.release()
