"""Records to checked columns. Why so: docs/decisions/0006-decoding.md."""

from __future__ import annotations

import numpy as np

from ingest.decoding.bad_record import BadRecord
from ingest.decoding.codes import Codes
from ingest.decoding.currencies import Exchange, RateOf
from ingest.decoding.decoded import Decoded, Reject
from ingest.decoding.parsing.event_parser import EventParser
from ingest.decoding.parsing.json_events import Other, find_trace
from ingest.decoding.single_reader import SingleReader
from ingest.decoding.texts.instants import NotAnInstant, parse_instant
from ingest.decoding.transaction_reader import TransactionReader
from ingest.decoding.week_table import weeks_at
from ingest.kafka.records import RecordBatch
from schemas.events import WeeklySummary
from schemas.weeks import WeekCalendar

FUTURE_SLACK_S = 86_400.0  # clocks and zones may differ by a day, no more


class Decoder:
    """Decodes the records of one partition. `clients` and `accounts` get the codes of what it sees.

    Raises NotMoney where the base currency is none. `rate_of` gives the base units of one unit of a currency in a
    week, or None; it is asked once a currency and week of a batch.
    """

    def __init__(
        self,
        calendar: WeekCalendar,
        base_currency: str,
        clients: Codes,
        accounts: Codes,
        rate_of: RateOf,
        future_slack_s: float = FUTURE_SLACK_S,
    ) -> None:
        exchange = Exchange(base_currency, rate_of)
        self._parser = EventParser()
        self._calendar, self._future_slack_s = calendar, future_slack_s
        self._transactions = TransactionReader(calendar, exchange, clients, accounts)
        self._singles = SingleReader(calendar, exchange, clients, accounts)

    def decode(self, batch: RecordBatch, now_s: float) -> Decoded:
        """Every record as an event or as a reject; raises nothing. `now_s`: UTC seconds since 1970.

        1. Parse the JSON. 2. Check the transactions in columns. 3. Check the others one by one.
        """
        latest_s = now_s + self._future_slack_s
        texts, others = self._parser.parse(batch.values)
        keys = [batch.keys[place] for place in texts.at.tolist()] if others else batch.keys
        transactions, rejects = self._transactions.read(texts, keys, latest_s)
        decoded = Decoded(batch, transactions, [], [], rejects)
        for place, other in others:
            self._read_one(decoded, place, other, latest_s)
        rejects.sort(key=lambda reject: reject.at)
        return decoded

    def _read_one(self, decoded: Decoded, at: int, event: Other, latest_s: float) -> None:
        try:
            if isinstance(event, BadRecord):
                raise event
            if isinstance(event, WeeklySummary):
                summary = self._singles.read_summary(event, decoded.batch.keys[at], latest_s)
                decoded.summaries.append((at, summary))
            else:
                decoded.markers.append((at, self._singles.read_marker(event, latest_s)))
        except BadRecord as error:
            decoded.rejects.append(self._reject(at, decoded.batch.values[at], error, latest_s))

    def _reject(self, at: int, value: bytes | None, error: BadRecord, latest_s: float) -> Reject:
        """The reject of a record, counted in its week where that can be read."""
        found, week = find_trace(value), None
        try:
            if found.week is not None:
                week = int(self._singles.read_week(found.week, latest_s))
            elif found.booked_at is not None:
                booked_s = parse_instant(found.booked_at)
                if booked_s <= latest_s:
                    week = int(weeks_at(self._calendar, np.array([booked_s], np.int64))[0])
        except (BadRecord, NotAnInstant):
            week = None
        return Reject(at, error.reason, error.detail, week, found.event_hash)
