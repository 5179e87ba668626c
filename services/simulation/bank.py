"""The simulated bank of a data folder: the same one every time the folder is used again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import msgspec

from feeds.publishing import Publisher, Sender
from feeds.simulated_bank import SimulatedBank
from feeds.truth import write_truth
from schemas.errors import BadSetting
from schemas.weeks import WeekCalendar, format_week, parse_week
from services.parts import Parts

BANK_FILE = "simulated-bank.json"
TRUTH_FILE = "simulated-truth.jsonl"
FRESH_WEEKS = 26  # who has been leaving for half a year is gone
SEEN_AFTER_WEEKS = 6  # a fall that has just begun is not seen


class BankClock:
    """The simulated bank's time: the end of the newest week it published, or now where that is later.

    Its live weeks come faster than the world's, so the product's clock has to run with them.
    """

    def __init__(self, calendar: WeekCalendar) -> None:
        self._calendar = calendar
        self._newest = datetime.min.replace(tzinfo=UTC)

    def reached(self, week: int) -> None:
        """A week is published, or about to be."""
        self._newest = max(self._newest, self._calendar.end(week))

    def __call__(self) -> datetime:
        return max(datetime.now(UTC), self._newest)


class _Made(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a bank was made with: another seed or size would be another bank under the same client ids."""

    seed: int
    clients: int
    branches: int
    currency: str
    time_zone: str
    first_week: str


def open_bank(parts: Parts, first_week: int) -> SimulatedBank:
    """The bank of the data folder, or a new one whose history begins with `first_week`.

    Writes who leaves and when to TRUTH_FILE. Raises BadSetting where the folder has a bank of other settings.
    """
    settings = parts.settings
    wanted = _Made(
        settings.simulated_seed,
        settings.simulated_clients,
        settings.simulated_branches,
        settings.base_currency,
        settings.time_zone,
        format_week(first_week),
    )
    file = settings.data_dir / BANK_FILE
    if file.exists():
        made = msgspec.json.decode(file.read_bytes(), type=_Made)
        if msgspec.structs.replace(wanted, first_week=made.first_week) != made:
            raise BadSetting(
                f"EBBWATCH_SIMULATED_*: {file} holds a bank made with other settings; use another EBBWATCH_DATA_DIR"
            )
        wanted = made
    bank = SimulatedBank(
        wanted.seed,
        wanted.clients,
        wanted.branches,
        first_week=parse_week(wanted.first_week),
        currency=wanted.currency,
        zone=settings.zone,
    )
    write_truth(settings.data_dir / TRUTH_FILE, bank.truth())
    file.write_bytes(msgspec.json.encode(wanted))
    return bank


def falling_branch(bank: SimulatedBank, week: int) -> str:
    """The branch that most clients have lately begun to leave, as can be seen in `week`; the first of several."""
    branch_of = dict(zip(bank.client_ids, bank.branch_ids, strict=True))
    begun = range(week - FRESH_WEEKS, week - SEEN_AFTER_WEEKS)
    falling = Counter(
        branch_of[leaver.client_id]
        for leaver in bank.truth()
        if leaver.kind != "closed" and leaver.onset_week in begun
    )
    return max(sorted(set(bank.branch_ids)), key=lambda branch: falling[branch])


def publish_clients(bank: SimulatedBank, sender: Sender, before: int) -> None:
    """The client master as it stood before a week: what a compacted topic would still hold."""
    publisher = Publisher(sender, bank.source)
    if before > bank.first_week:
        publisher.publish_clients(bank.client_records())
    for week in range(bank.first_week + 1, before):
        publisher.publish_clients(bank.client_changes(week))
