"""One read transaction for all that a page shows: one snapshot of the bank, however many questions it asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated

from fastapi import Depends

from api.deps import Deps
from store.unit_of_work import Store, Tx


class Snapshot:
    """Opened when it is first read, so that a form's act finds no reader of its own request in its way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open = ExitStack()
        self._tx: Tx | None = None

    @property
    def tx(self) -> Tx:
        """The transaction to read in. After `close` it is another one, of what is there by then."""
        if self._tx is None:
            self._tx = self._open.enter_context(self._store.read())
        return self._tx

    def close(self) -> None:
        """Let go of it before anything is written: a writer would wait for it."""
        self._tx = None
        self._open.close()


def _snapshot(deps: Deps) -> Iterator[Snapshot]:
    snapshot = Snapshot(deps.store)
    try:
        yield snapshot
    finally:
        snapshot.close()


# Closed before the answer is sent: a slow reader of it would keep writers waiting.
Reading = Annotated[Snapshot, Depends(_snapshot, scope="function")]
