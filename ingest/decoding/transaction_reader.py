"""Transactions to checked columns: every check is made once, on all events of a batch together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ingest.arrays import Bool, Int32, Int64
from ingest.decoding.bad_record import printable
from ingest.decoding.body_hash import TRANSACTION, hash_columns
from ingest.decoding.codes import Codes
from ingest.decoding.currencies import Currencies, Exchange
from ingest.decoding.decoded import Reject, Transactions
from ingest.decoding.parsing.transaction_texts import TransactionTexts
from ingest.decoding.texts.amounts import parse_amounts
from ingest.decoding.texts.id_table import IdTable
from ingest.decoding.texts.instants import parse_instants
from ingest.decoding.texts.text_rows import TextRows, byte_rows, same_texts
from ingest.decoding.week_table import weeks_at
from schemas.weeks import WeekCalendar, format_week


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
        self._client_table, self._account_table = IdTable(clients), IdTable(accounts)
        self._currencies = Currencies(exchange.base)

    def read(
        self, texts: TransactionTexts, keys: Sequence[bytes | None], latest_s: float
    ) -> tuple[Transactions, list[Reject]]:
        """Columns of n transactions less those refused; `keys` (n,) are those of their records.

        1. Check column by column. 2. Convert. 3. Leave out what is refused. Booked after `latest_s` is refused.
        """
        if not len(texts):
            return _NO_TRANSACTIONS, []
        faults = _Faults()
        client, account = self._read_ids(texts, keys, faults)
        currency = self._read_currencies(texts, faults)
        own_minor = self._read_amounts(texts, currency, faults)
        booked_s, week, dated = self._read_times(texts, latest_s, faults)
        minor = self._convert(own_minor, currency, week, faults)
        is_debit, reversal = texts.is_debit, texts.reversal
        sign = np.where(reversal, np.int8(-1), np.int8(1))
        words = (self._clients.hashes()[client], self._accounts.hashes()[account], self._currencies.words[currency])
        how = booked_s * 4 + is_debit * 2 + reversal
        transactions = Transactions(
            at=texts.at.astype(np.int32),
            client=client,
            account=account,
            event_hash=texts.event_hash,
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
        client_id, account_id = texts.column("client_id"), texts.column("account_id")
        client, account = self._client_table.find(client_id), self._account_table.find(account_id)
        faults.mark(client < 0, "bad_id", lambda row: f"client_id {client_id.text(row)!r} is no id")
        faults.mark(account < 0, "bad_id", lambda row: f"account_id {account_id.text(row)!r} is no id")
        differ = ~_same(keys, client_id)
        faults.mark(differ, "bad_key", lambda row: f"the key is {keys[row]!r}, not the client_id")
        return client, account

    def _read_currencies(self, texts: TransactionTexts, faults: _Faults) -> Int64:
        currency = texts.column("currency")
        words = currency.words(0)  # a text that is longer has more than three bytes in its word, and one of its own
        if (words == words[0]).all():
            code = np.full(len(texts), self._currencies[currency.text(0)], np.int64)
        else:
            _, first, which = np.unique(words, return_index=True, return_inverse=True)
            code = np.array([self._currencies[currency.text(row)] for row in first.tolist()], np.int64)[which]
        faults.mark(code < 0, "bad_currency", lambda row: f"{currency.text(row)!r} is no currency of an account")
        return code

    def _read_amounts(self, texts: TransactionTexts, currency: Int64, faults: _Faults) -> Int64:
        """Minor units in each one's own currency. An unknown currency is a fault before and is not seen again."""
        digits = self._currencies.digits[currency]
        minor, bad = parse_amounts(texts.column("amount"), texts.column("currency"), digits)
        for row, fault in bad.items():
            faults.setdefault(row, fault)
        return minor

    def _read_times(self, texts: TransactionTexts, latest_s: float, faults: _Faults) -> tuple[Int64, Int32, Bool]:
        """Seconds, weeks, and which of the weeks are to be believed."""
        booked_at = texts.column("booked_at")
        booked_s, bad = parse_instants(booked_at)
        for row, detail in bad.items():
            faults.setdefault(row, ("bad_time", detail))
        early = booked_s <= latest_s
        faults.mark(~early, "in_future", lambda row: f"booked at {booked_at.text(row)}, which is still to come")
        early[list(bad)] = False
        return booked_s, weeks_at(self._calendar, booked_s), early

    def _convert(self, own_minor: Int64, currency: Int64, week: Int32, faults: _Faults) -> Int64:
        """Minor units in the base currency, by currency: the base is code 0."""
        minor = own_minor.copy()
        if not currency.any():
            return minor
        good = faults.good(len(currency))
        for code in np.unique(currency[good & (currency != 0)]).tolist():
            name, rows = self._currencies.names[code], np.flatnonzero(good & (currency == code))
            minor[rows], no_rate, too_big = self._exchange.convert_column(own_minor[rows], name, week[rows])
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


def _same(keys: Sequence[bytes | None], client_ids: TextRows) -> Bool:
    """Which keys are the client ids."""
    try:
        return same_texts(byte_rows(keys), client_ids)  # type: ignore[arg-type]  # None is a TypeError
    except TypeError:
        there = np.array([key is not None for key in keys], np.bool_)
        return there & same_texts(byte_rows([key or b"" for key in keys]), client_ids)


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
