"""Transactions to checked columns: every check is made once, on all events of a batch together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xxhash

from ingest.amounts import parse_amounts
from ingest.bad_record import printable
from ingest.body_hash import TRANSACTION, hash_columns
from ingest.columns import Bool, Codes, Int32, Int64, Reject, Transactions
from ingest.currencies import Currencies, Exchange
from ingest.event_types import TransactionTexts
from ingest.instants import parse_instants
from schemas.weeks import WeekCalendar, format_week

_IS_DEBIT = {"debit": True, "credit": False}


class _Faults(dict[int, tuple[str, str]]):
    """Reason and detail by row. A row's first fault is its reason: the order of the checks decides."""

    def mark(self, bad: Bool, reason: str, detail: Callable[[int], str]) -> None:
        for row in np.flatnonzero(bad).tolist():
            self.setdefault(row, (reason, detail(row)))

    def good(self, count: int) -> Bool:
        mask = np.ones(count, np.bool_)
        mask[list(self)] = False
        return mask


class TransactionReader:
    """Checks in this order: ids, key, currency, amount, time, rate."""

    def __init__(self, calendar: WeekCalendar, exchange: Exchange, clients: Codes, accounts: Codes) -> None:
        self._calendar, self._exchange = calendar, exchange
        self._clients, self._accounts = clients, accounts
        self._currencies = Currencies(exchange.base)

    def read(
        self, texts: TransactionTexts, at: Int32, keys: Sequence[bytes | None], latest_s: float
    ) -> tuple[Transactions, list[Reject]]:
        """Columns of n transactions less those refused; `at` (n,) are their places in the batch.

        1. Check column by column. 2. Convert. 3. Leave out what is refused. Booked after `latest_s` is refused.
        """
        if not len(at):
            return _NO_TRANSACTIONS, []
        faults = _Faults()
        event_hash = np.fromiter(map(xxhash.xxh3_64_intdigest, map(str.encode, texts.event_id)), np.uint64, len(at))
        client, account = self._read_ids(texts, keys, faults)
        currency = self._read_currencies(texts, faults)
        own_minor = self._read_amounts(texts, currency, faults)
        booked_s, week, dated = self._read_times(texts, latest_s, faults)
        minor = self._convert(own_minor, currency, week, faults)
        is_debit = np.fromiter(map(_IS_DEBIT.__getitem__, texts.direction), np.bool_, len(at))
        reversal = np.array(texts.reversal, np.bool_)
        sign = np.where(reversal, np.int8(-1), np.int8(1))
        words = (self._clients.hashes()[client], self._accounts.hashes()[account], self._currencies.words[currency])
        how = booked_s * 4 + is_debit * 2 + reversal
        transactions = Transactions(
            at=at,
            client=client,
            account=account,
            event_hash=event_hash,
            body_hash=hash_columns(TRANSACTION, *words, own_minor.view(np.uint64), how.view(np.uint64)),
            booked_s=booked_s,
            week=week,
            debit_minor=minor * sign * is_debit,
            credit_minor=minor * sign * ~is_debit,
            sign=sign,
            is_debit=is_debit,
        )
        return _part(transactions, faults, dated) if faults else (transactions, [])

    def _read_ids(
        self, texts: TransactionTexts, keys: Sequence[bytes | None], faults: _Faults
    ) -> tuple[Int32, Int32]:
        client = np.fromiter(map(self._clients.__getitem__, texts.client_id), np.int32, len(keys))
        account = np.fromiter(map(self._accounts.__getitem__, texts.account_id), np.int32, len(keys))
        faults.mark(client < 0, "bad_id", lambda row: f"client_id {texts.client_id[row]!r} is no id")
        faults.mark(account < 0, "bad_id", lambda row: f"account_id {texts.account_id[row]!r} is no id")
        if faults or not _same(keys, texts.client_id):
            differ = [key != name.encode() for key, name in zip(keys, texts.client_id, strict=True)]
            faults.mark(np.array(differ), "bad_key", lambda row: f"the key is {keys[row]!r}, not the client_id")
        return client, account

    def _read_currencies(self, texts: TransactionTexts, faults: _Faults) -> Int64:
        count, first = len(texts.currency), texts.currency[0]
        if texts.currency.count(first) == count:
            code = np.full(count, self._currencies[first], np.int64)
        else:
            code = np.fromiter(map(self._currencies.__getitem__, texts.currency), np.int64, count)
        faults.mark(code < 0, "bad_currency", lambda row: f"{texts.currency[row]!r} is no currency of an account")
        return code

    def _read_amounts(self, texts: TransactionTexts, currency: Int64, faults: _Faults) -> Int64:
        """Minor units in each one's own currency. An unknown currency is a fault before and is not seen again."""
        minor, bad = parse_amounts(texts.amount, texts.currency, self._currencies.digits[currency])
        for row, fault in bad.items():
            faults.setdefault(row, fault)
        return minor

    def _read_times(self, texts: TransactionTexts, latest_s: float, faults: _Faults) -> tuple[Int64, Int32, Bool]:
        """Seconds, weeks, and which of the weeks are to be believed."""
        booked_s, bad = parse_instants(texts.booked_at)
        for row, detail in bad.items():
            faults.setdefault(row, ("bad_time", detail))
        early = booked_s <= latest_s
        faults.mark(~early, "in_future", lambda row: f"booked at {texts.booked_at[row]}, which is still to come")
        early[list(bad)] = False
        return booked_s, self._calendar.weeks_at(booked_s), early

    def _convert(self, own_minor: Int64, currency: Int64, week: Int32, faults: _Faults) -> Int64:
        """Minor units in the base currency, by currency: the base is code 0."""
        minor = own_minor.copy()
        if not currency.any():
            return minor
        good = faults.good(len(currency))
        for code in np.unique(currency[good & (currency != 0)]).tolist():
            name, rows = self._currencies.names[code], np.flatnonzero(good & (currency == code))
            minor[rows], no_rate, too_big = self._exchange.column(own_minor[rows], name, week[rows])
            for row in rows[no_rate].tolist():
                faults[row] = ("no_rate", f"no rate of {name} for {format_week(int(week[row]))}")
            for row in rows[too_big].tolist():
                faults[row] = ("too_big", f"{name} {own_minor[row]} minor units are more than a payment can be")
        return minor


def _part(rows: Transactions, faults: _Faults, dated: Bool) -> tuple[Transactions, list[Reject]]:
    """The good rows, and a reject for each of the others."""
    rejects = []
    for row, (reason, detail) in sorted(faults.items()):
        week = int(rows.week[row]) if dated[row] else None
        rejects.append(Reject(int(rows.at[row]), reason, printable(detail), week, int(rows.event_hash[row])))
    return rows.where(faults.good(len(rows.at))), rejects


def _same(keys: Sequence[bytes | None], client_ids: list[str]) -> bool:
    """Whether all keys are the client ids. These are valid ids, without a newline, so one comparison will do."""
    try:
        return b"\n".join(keys) == "\n".join(client_ids).encode()  # type: ignore[arg-type]  # None is a TypeError
    except TypeError:
        return False


_NO_TRANSACTIONS = Transactions(
    at=np.empty(0, np.int32),
    client=np.empty(0, np.int32),
    account=np.empty(0, np.int32),
    event_hash=np.empty(0, np.uint64),
    body_hash=np.empty(0, np.uint64),
    booked_s=np.empty(0, np.int64),
    week=np.empty(0, np.int32),
    debit_minor=np.empty(0, np.int64),
    credit_minor=np.empty(0, np.int64),
    sign=np.empty(0, np.int8),
    is_debit=np.empty(0, np.bool_),
)
