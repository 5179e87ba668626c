"""The few events that are not transactions, one by one: weekly summaries and markers."""

from __future__ import annotations

from ingest.decoding.bad_record import BadRecord
from ingest.decoding.body_hash import SUMMARY, hash_words
from ingest.decoding.codes import NO_CODE, Codes
from ingest.decoding.currencies import Exchange
from ingest.decoding.decoded import MarkerEvent, SummaryEvent
from ingest.decoding.parsing.json_events import hash_id
from schemas.events import WeekClosed, WeeklySummary
from schemas.money import MAX_MINOR, NotMoney, minor_digits, parse_amount
from schemas.weeks import NotAWeek, Week, WeekCalendar, parse_week


class SingleReader:
    """Checks a summary as a transaction is: ids, key, currency, amounts, week, rate."""

    def __init__(self, calendar: WeekCalendar, exchange: Exchange, clients: Codes, accounts: Codes) -> None:
        self._calendar, self._exchange = calendar, exchange
        self._clients, self._accounts = clients, accounts

    def read_summary(self, event: WeeklySummary, key: bytes | None, latest_s: float) -> SummaryEvent:
        """One account's week in the base currency. Raises BadRecord."""
        client, account = self._clients[event.client_id], self._accounts[event.account_id]
        if NO_CODE in (client, account):
            name = event.client_id if client == NO_CODE else event.account_id
            raise BadRecord("bad_id", f"{name!r} is no id")
        if key != event.client_id.encode():
            raise BadRecord("bad_key", f"the key is {key!r}, not the client_id")
        debit, credit = self._amounts(event)
        week = self.read_week(event.week, latest_s)
        words = (
            int(self._clients.hashes()[client]),
            int(self._accounts.hashes()[account]),
            int.from_bytes(event.currency.encode(), "big"),
            week,
            event.revision,
            debit,
            event.debit_count,
            credit,
            event.credit_count,
        )
        return SummaryEvent(
            client=client,
            client_id=event.client_id,
            account_id=event.account_id,
            week=week,
            currency=event.currency,
            revision=event.revision,
            debit_minor=self._convert(debit, event.currency, week),
            credit_minor=self._convert(credit, event.currency, week),
            debit_count=event.debit_count,
            credit_count=event.credit_count,
            event_hash=hash_id(event.event_id),
            body_hash=hash_words(SUMMARY, *words),
        )

    def read_marker(self, event: WeekClosed, latest_s: float) -> MarkerEvent:
        """A week the sender is through with. Raises BadRecord."""
        week = self.read_week(event.week, latest_s)
        return MarkerEvent(week=week, expected_events=event.expected_events, event_hash=hash_id(event.event_id))

    def read_week(self, text: str, latest_s: float) -> Week:
        """A week that has begun by `latest_s`. Raises BadRecord."""
        try:
            week = parse_week(text)
        except NotAWeek as error:
            raise BadRecord("bad_week", str(error)) from None
        if week < 0:
            raise BadRecord("bad_week", f"{text} is before 1970")
        if self._calendar.start_s(week) > latest_s:
            raise BadRecord("in_future", f"{text} is still to come")
        return week

    def _amounts(self, event: WeeklySummary) -> tuple[int, int]:
        try:
            minor_digits(event.currency)
        except NotMoney as error:
            raise BadRecord("bad_currency", str(error)) from None
        try:
            amounts = [parse_amount(text, event.currency) for text in (event.debit_amount, event.credit_amount)]
        except NotMoney as error:
            raise BadRecord("bad_amount", str(error)) from None
        if max(amounts) > MAX_MINOR:
            raise BadRecord(
                "too_big", f"{max(amounts)} minor units of {event.currency} are more than a week can be"
            )
        return amounts[0], amounts[1]

    def _convert(self, minor: int, currency: str, week: int) -> int:
        try:
            base_minor = self._exchange.convert_one(minor, currency, week)
        except LookupError as error:
            raise BadRecord("no_rate", str(error)) from None
        if base_minor > MAX_MINOR:
            raise BadRecord("too_big", f"{minor} minor units of {currency} are more than a week can be")
        return base_minor
