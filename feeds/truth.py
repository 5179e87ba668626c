"""Who leaves, how and when: drawn with the bank, written to a file, so that a run of the product can be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from feeds.population import Population
from feeds.randomness import Bools, Dice, Floats, Ints, Stream
from schemas.weeks import format_week

SETTLED_WEEKS = 40  # weeks of ordinary business before anybody leaves
STAYS = 2**31  # a week that never comes
CLOSING_SHARE = 0.02  # wound up or merged: an end that the bank is told of, and no leaving
RUN_DOWN_WEEKS = 4

KindName = Literal["gradual", "fast", "abrupt", "one_series", "closed"]
SeriesName = Literal["both", "debit", "credit"]


class Kind(IntEnum):
    """How a client goes; the course's length in weeks is drawn from COURSE_WEEKS."""

    STAYS = 0
    GRADUAL = 1
    FAST = 2
    ABRUPT = 3
    ONE_SERIES = 4
    CLOSED = 5


KIND_SHARES = {Kind.GRADUAL: 0.45, Kind.FAST: 0.15, Kind.ABRUPT: 0.15, Kind.ONE_SERIES: 0.25}
COURSE_WEEKS = np.array([[1, 1], [13, 26], [4, 8], [1, 1], [13, 26], [RUN_DOWN_WEEKS, RUN_DOWN_WEEKS]])
RESIDUALS = np.array([[1.0, 1.0], [0.0, 0.40], [0.0, 0.30], [0.0, 0.10], [0.0, 0.40], [0.0, 0.0]])


class Leaver(msgspec.Struct, frozen=True):
    """One client that goes. `onset_week`: the first week below its habit; `end_week`: the first at `residual`, the
    share of its habit that stays. `kind` closed: its business ends and the client master says so; no leaving.
    """

    client_id: str
    kind: KindName
    series: SeriesName
    onset_week: int
    end_week: int
    residual: float


@dataclass(frozen=True, slots=True)
class Fates:
    """Parallel columns, length n. Weeks are STAYS where they never come."""

    kind: Ints
    onset_week: Ints
    end_week: Ints
    residual: Floats
    touched: Bools  # (2, n): does the course reach the debits, the credits
    closed_week: Ints  # first week without an account

    def share(self, week: int) -> Floats:
        """(2, n) share of its habit that a client still brings in a week; 0 from its closing."""
        length = self.end_week - self.onset_week + 1
        gone = np.clip((week - self.onset_week + 1) / length, 0.0, 1.0)
        left = 1.0 - (1.0 - self.residual) * gone
        return np.where(week >= self.closed_week, 0.0, np.where(self.touched, left, 1.0))


def draw_fates(dice: Dice, people: Population, first_week: int, horizon: int, leaver_share: float) -> Fates:
    """Draw who goes within `horizon` weeks of `first_week`; nobody does in the first SETTLED_WEEKS weeks."""
    rng = dice.at(Stream.LIVES)
    n = len(people.size_minor)
    fate = rng.random(n)
    kind = rng.choice(list(KIND_SHARES), n, p=list(KIND_SHARES.values())).astype(np.int64)
    kind = np.where(fate < leaver_share, kind, np.where(fate < leaver_share + CLOSING_SHARE, Kind.CLOSED, 0))
    earliest = np.maximum(first_week, people.joined_week) + SETTLED_WEEKS
    onset = earliest + rng.integers(0, max(1, horizon - SETTLED_WEEKS), n)
    kind = np.where(onset < first_week + horizon, kind, Kind.STAYS)
    onset = np.where(kind == Kind.STAYS, STAYS, onset)
    shortest, longest = COURSE_WEEKS[kind].T
    end = onset + rng.integers(shortest, longest + 1) - 1
    lowest, highest = RESIDUALS[kind].T
    residual = np.where(rng.random(n) < 0.4, lowest, rng.uniform(lowest, highest))
    one = rng.integers(0, 2, n)
    touched = (kind != Kind.ONE_SERIES) | (np.arange(2)[:, None] == one)
    gone = (residual == 0.0) & touched.all(axis=0)
    closing = end + np.where(kind == Kind.CLOSED, 1, rng.integers(4, 27, n))
    return Fates(kind, onset, end, residual, touched, np.where(gone, closing, STAYS))


def leavers(fates: Fates, people: Population) -> list[Leaver]:
    """The truth, one entry for each client that goes, by client."""
    return [_leaver(fates, people, int(i)) for i in np.flatnonzero(fates.kind != Kind.STAYS)]


def _leaver(fates: Fates, people: Population, i: int) -> Leaver:
    debit, credit = fates.touched[:, i]
    kind: KindName = msgspec.convert(Kind(int(fates.kind[i])).name.lower(), KindName)
    return Leaver(
        client_id=people.client_id(i),
        kind=kind,
        series="both" if debit and credit else "debit" if debit else "credit",
        onset_week=int(fates.onset_week[i]),
        end_week=int(fates.end_week[i]),
        residual=round(float(fates.residual[i]), 6),
    )


def write_truth(path: Path, truth: Iterable[Leaver]) -> None:
    """One JSON object a line; weeks as ``2026-W02``."""
    rows = (msgspec.structs.asdict(leaver) for leaver in truth)
    named = (r | {"onset_week": format_week(r["onset_week"]), "end_week": format_week(r["end_week"])} for r in rows)
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in named))
