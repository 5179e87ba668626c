"""Whose turn it is: of several processes that do the same thing one works, and the others stand by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from store.operations import lease
from store.unit_of_work import Store, is_transient


class Turn:
    """One process's hold on a lease, over many rounds. Goes by the real clock, whatever the bank's.

    `renew_before_end` is the longest that one step may take: a holder that asks before each step works alone.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        owner: str,
        clock: Callable[[], datetime],
        *,
        ttl: timedelta,
        renew_before_end: timedelta,
    ) -> None:
        self._store = store
        self._name = name
        self._owner = owner
        self._clock = clock
        self._ttl = ttl
        self._renew_before_end = renew_before_end
        self._held_until: datetime | None = None

    def is_mine(self) -> bool:
        """Whether it is this process's turn; takes or keeps it where it can."""
        now = self._clock()
        if self._held_until is not None and now < self._held_until - self._renew_before_end:
            return True
        with self._store.read() as tx:
            free = lease.is_free(tx, self._name, self._owner, now)
        taken = free and self._store.transact(lambda tx: lease.acquire(tx, self._name, self._owner, now, self._ttl))
        self._held_until = now + self._ttl if taken else None
        return taken

    def release(self) -> None:
        """At a stop: the next one need not wait for the lease to run out. Fails open where the database is away."""
        self._held_until = None
        try:
            with self._store.write() as tx:
                lease.release(tx, self._name, self._owner)
        except Exception as error:
            if not is_transient(error):
                raise
