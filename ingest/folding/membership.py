"""Which clients are at home in this shard, since which week, and in which branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ingest.arrays import Bool, Int32, Int64
from ingest.decoding.codes import Codes
from schemas.events import NO_BRANCH
from store.clients.client_master import Place, ShardClients

_UNKNOWN, _OURS, _FOREIGN = 0, 1, 2
_NEVER = np.iinfo(np.int32).max

Places = Callable[[Sequence[str]], Mapping[str, Place]]


class Membership:
    """Arrays by client code. `places` tells what the client table says of ids seen for the first time."""

    def __init__(self, shard: int, codes: Codes, places: Places, known: ShardClients) -> None:
        self._shard = shard
        self._codes = codes
        self._places = places
        self._standing = np.zeros(256, np.int8)
        self._first_week = np.full(256, _NEVER, np.int32)
        self._branch = np.zeros(256, np.int32)
        self._branches = {NO_BRANCH: 0}
        self._first_week_changed: set[int] = set()
        mine = np.array([codes[name] for name in known.client_ids], np.int64)
        self._grow()
        self._standing[mine] = _OURS
        self._first_week[mine] = known.first_week
        self._branch[mine] = [self._branch_code(name) for name in known.branch_ids]

    def foreign(self, clients: Int32) -> Bool | None:
        """Mask of rows whose client is at home in another shard; None where there is none. NO_CODE is nobody's."""
        self._grow()
        standing = self._standing[clients]
        if (standing == _OURS).all():
            return None
        unknown = np.unique(clients[(standing == _UNKNOWN) & (clients >= 0)])
        if len(unknown):
            self._look_up_homes(unknown.tolist())
        foreign = (self._standing[clients] == _FOREIGN) & (clients >= 0)
        return foreign if foreign.any() else None

    def record_activity(self, clients: Int32, week: int) -> None:
        """These clients have events in `week`: their silence counts from their first week on."""
        earlier = clients[self._first_week[clients] > week]
        if len(earlier):
            self._first_week[earlier] = week
            self._first_week_changed.update(earlier.tolist())

    def drain(self) -> dict[str, int]:
        """Clients whose first week is new since the last drain."""
        changed = {
            self._codes.names[code]: int(self._first_week[code]) for code in sorted(self._first_week_changed)
        }
        self._first_week_changed.clear()
        return changed

    def set_branches(self, branch_of: Mapping[str, str]) -> None:
        """The client master has these branches now."""
        self._grow()
        for client_id, branch_id in branch_of.items():
            if client_id in self._codes:
                self._branch[self._codes[client_id]] = self._branch_code(branch_id)

    def by_branch(self, bookings: Int64) -> dict[str, float]:
        """Sums of a column by client code, by branch."""
        self._grow()
        sums = np.bincount(self._branch[: len(bookings)], bookings, len(self._branches)).tolist()
        return dict(zip(self._branches, sums, strict=True))

    def _branch_code(self, branch_id: str) -> int:
        return self._branches.setdefault(branch_id, len(self._branches))

    def _look_up_homes(self, codes: list[int]) -> None:
        names = [self._codes.names[code] for code in codes]
        places = self._places(names)
        for code, name in zip(codes, names, strict=True):
            place = places.get(name)
            home = None if place is None else place.shard
            self._standing[code] = _OURS if home is None or home == self._shard else _FOREIGN
            if place is not None:
                self._branch[code] = self._branch_code(place.branch_id)

    def _grow(self) -> None:
        more = len(self._codes.names) - len(self._standing)
        if more > 0:
            more += len(self._standing)
            self._standing = np.pad(self._standing, (0, more))
            self._first_week = np.pad(self._first_week, (0, more), constant_values=_NEVER)
            self._branch = np.pad(self._branch, (0, more))
