"""The lanes of the client master and of the exchange rates: of each key the newest record counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ingest.decoding.bad_record import BadRecord
from ingest.decoding.reference_records import decode_client, decode_client_key, decode_rate, decode_rate_key
from ingest.kafka.records import RecordBatch, Unreadable
from schemas.events import ClientRecord
from store.clients import client_master
from store.ledger import offsets, rates
from store.operations import refused_events
from store.operations.refused_events import DeadLetter
from store.unit_of_work import Store, Tx
from telemetry.metrics import Metrics

CHECK_OFFSET_S = 5.0  # how soon a moved offset is noticed where no record comes


class Reference(Protocol):
    """What a reference topic brought since the last checkpoint."""

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """Read one record; without a value it takes back what was known under its key. Raises BadRecord."""

    def write(self, tx: Tx) -> None:
        """Bring the database up to it. May be called again when the transaction failed."""

    def clear(self) -> None:
        """Forget it: it has been saved."""


class ClientMaster:
    """Topic corebank.clients."""

    def __init__(self) -> None:
        self._newest: dict[str, ClientRecord | None] = {}

    def take(self, key: bytes | None, value: bytes | None) -> None:
        if value is None:
            self._newest[decode_client_key(key)] = None
        else:
            record = decode_client(value)
            if key != record.client_id.encode():
                raise BadRecord("bad_key", f"the key is {key!r}, not the client_id {record.client_id}")
            self._newest[record.client_id] = record

    def write(self, tx: Tx) -> None:
        client_master.save_records(tx, [record for record in self._newest.values() if record is not None])
        for client_id in [client_id for client_id, record in self._newest.items() if record is None]:
            client_master.forget_client(tx, client_id)

    def clear(self) -> None:
        self._newest = {}


class Rates:
    """Topic corebank.rates. `base`: the base currency."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._newest: dict[tuple[str, int], str | None] = {}

    def take(self, key: bytes | None, value: bytes | None) -> None:
        if value is None:
            self._newest[decode_rate_key(key)] = None
        else:
            currency, week, rate = decode_rate(key, value, self._base)
            self._newest[currency, week] = rate

    def write(self, tx: Tx) -> None:
        rates.save_rates(tx, [(*key, rate) for key, rate in self._newest.items() if rate is not None])
        for currency, week in [key for key, rate in self._newest.items() if rate is None]:
            rates.forget_rate(tx, currency, week)

    def clear(self) -> None:
        self._newest = {}


class ReferenceLane:
    """One partition of a compacted topic. Raises what the store raises, and is then thrown away."""

    def __init__(
        self,
        store: Store,
        topic: str,
        topic_id: str,
        partition: int,
        reference: Reference,
        metrics: Metrics,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._topic = topic
        self._topic_id = topic_id
        self._partition = partition
        self._reference = reference
        self._metrics = metrics
        self._stopwatch = stopwatch
        self._checked_at = stopwatch()
        with store.read() as tx:
            self.next_offset = offsets.load_offsets(tx, topic).get(partition, (topic_id, 0))[1]
        self._from_offset = self.next_offset
        self._letters: list[DeadLetter] = []

    def take(self, batch: RecordBatch, _now: datetime) -> None:
        """Read each record; a bad one becomes a dead letter."""
        for offset, key, value in zip(batch.offsets, batch.keys, batch.values, strict=True):
            try:
                self._reference.take(key, value)
            except BadRecord as bad:
                self._refuse(offset, key, value, bad.reason, bad.detail)
            self.next_offset = offset + 1

    def take_unreadable(self, record: Unreadable, _now: datetime) -> None:
        """A dead letter takes the place of a record that the client could not read."""
        self._refuse(record.offset, None, None, "unreadable_record", record.detail)
        self.next_offset = record.offset + 1

    def tick(self, _now: datetime, _caught_up: bool) -> None:
        """Now and then: raises LostPartition where the offset was moved."""
        moment = self._stopwatch()
        if moment - self._checked_at < CHECK_OFFSET_S:
            return
        self._checked_at = moment
        with self._store.read() as tx:
            offsets.check_stands(tx, self._topic, self._topic_id, self._partition, self._from_offset)

    def save_checkpoint(self, now: datetime) -> bool:
        """All of it in one transaction, behind the compare-and-set of the offset. Raises LostPartition."""
        if self.next_offset == self._from_offset:
            return False
        self._store.transact(lambda tx: self._write(tx, now))
        for letter in self._letters:
            self._metrics.dead_letters.labels(letter.reason).inc()
        self._from_offset, self._letters = self.next_offset, []
        self._reference.clear()
        return True

    def update_gauges(self) -> None:
        """Position and lag say it all."""

    def _write(self, tx: Tx, now: datetime) -> None:
        offsets.advance(tx, self._topic, self._topic_id, self._partition, self._from_offset, self.next_offset)
        self._reference.write(tx)
        refused_events.save_refused(tx, self._topic_id, self._letters, now)

    def _refuse(self, offset: int, key: bytes | None, value: bytes | None, reason: str, detail: str) -> None:
        self._letters.append(DeadLetter(self._topic, self._partition, offset, key, value, reason, detail))
