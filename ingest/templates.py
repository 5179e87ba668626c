"""Events of one form, found and taken apart by comparing bytes: the same JSON with other string contents.

A template is learnt from an event that msgspec has accepted as a transaction. Of a row that has as many quotes and
the same bytes outside of its string values, msgspec would say the same, provided that it is plain: ASCII without
control characters and backslashes. Why so: docs/decisions/0006-decoding.md.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

import msgspec
import numpy as np
import xxhash

from ingest.columns import Bool, UInt64
from ingest.event_columns import COLUMNS, TransactionTexts
from ingest.text_rows import SLACK, Index, TextRows, pieces
from schemas.events import Event, Transaction


def _limits() -> dict[str, tuple[int, int]]:
    """Fewest and most characters of each text of a transaction, from its annotation."""
    event = msgspec.inspect.type_info(Transaction)
    assert isinstance(event, msgspec.inspect.StructType)  # noqa: S101 - for the type checker
    bare = ((f.name, f.type.type if isinstance(f.type, msgspec.inspect.Metadata) else f.type) for f in event.fields)
    texts = ((name, kind) for name, kind in bare if isinstance(kind, msgspec.inspect.StrType))
    return {name: (kind.min_length or 0, kind.max_length or sys.maxsize) for name, kind in texts}


LIMITS = _limits()

_PLAIN = re.compile(rb"[ -\[\]-~]*")
_MEMBER = re.compile(rb'[{,] *"([A-Za-z0-9_]+)" *: *(?:"([^"]*)"|[a-z]+|-?[0-9]+) *')
_END = re.compile(rb"} *")

_DEBIT, _CREDIT = (np.uint64(int.from_bytes(word, "little")) for word in (b"debit", b"credit"))

_decode = msgspec.json.Decoder(Event).decode


class Quotes:
    """Where the quotes of rows are."""

    def __init__(self, rows: TextRows) -> None:
        self.places: Index = np.flatnonzero(rows.flat == ord('"'))
        stops = np.searchsorted(self.places, rows.ends)
        self.first: Index = np.zeros_like(stops)  # of each row; there are none between rows
        self.first[1:] = stops[:-1]
        self.counts: Index = stops - self.first


@dataclass(frozen=True, slots=True)
class Template:
    """`constants[k]` stands before the k-th free text, the last one behind all of them; quotes included."""

    constants: tuple[bytes, ...]
    names: tuple[str, ...]  # of the fields that the free texts are
    closing: tuple[int, ...]  # which quote of the row ends each of them
    quotes: int  # in a row
    reversal: bool

    def read(self, rows: TextRows, quotes: Quotes, at: Index) -> TransactionTexts:
        """Those of the plain rows at `at`, each with `self.quotes` quotes, that are of this form."""
        mine = rows if len(at) == len(rows) else rows.where(at)
        fields, fits = self._take_apart(mine, quotes, at)
        for name, (least, most) in LIMITS.items():
            lengths = fields[name].lengths
            fits &= (lengths >= least) & (lengths <= most)
        direction = fields["direction"].words(0)  # 0 bytes behind its end, and none in it
        is_debit = direction == _DEBIT
        fits &= is_debit | (direction == _CREDIT)
        if not fits.all():
            at, is_debit = at[fits], is_debit[fits]
            fields = {name: texts.where(fits) for name, texts in fields.items()}
        return TransactionTexts(
            at=at,
            event_hash=_hashes(fields["event_id"]),
            is_debit=is_debit,
            reversal=np.full(len(at), self.reversal, np.bool_),
            flat=rows.flat,
            starts=np.array([fields[name].starts for name in COLUMNS]),
            ends=np.array([fields[name].ends for name in COLUMNS]),
        )

    def _take_apart(self, rows: TextRows, quotes: Quotes, at: Index) -> tuple[dict[str, TextRows], Bool]:
        """The texts by field, and which rows are of this form: what is said of the others means nothing."""
        fields, end, first = {}, rows.starts, quotes.first[at]
        fits = np.ones(len(rows), np.bool_)
        for name, constant, closing in zip(self.names, self.constants, self.closing, strict=False):
            fits &= pieces(rows.flat, end, len(constant)) == constant
            start, end = end + len(constant), quotes.places[first + closing]
            fields[name] = TextRows(rows.flat, start, end)
        last = self.constants[-1]
        fits &= (pieces(rows.flat, end, len(last)) == last) & (end + len(last) == rows.ends)
        return fields, fits


def learn(value: bytes) -> Template | None:
    """The template of a transaction; None where it is no transaction, or not of a form that can be one."""
    members = _members(value) if _PLAIN.fullmatch(value) else {}
    try:
        event = _decode(value) if members else None
    except msgspec.DecodeError:
        return None
    if not isinstance(event, Transaction):
        return None
    constants, taken, closing, start = [], [], [], 0
    for name, (begin, end) in members.items():
        if name != "type" and begin >= 0:
            constants.append(value[start:begin])
            taken.append(name)
            closing.append(value.count(b'"', 0, end))
            start = end
    constants.append(value[start:])
    if max(map(len, constants)) > len(SLACK):
        return None
    return Template(tuple(constants), tuple(taken), tuple(closing), value.count(b'"'), event.reversal)


def _members(value: bytes) -> dict[str, tuple[int, int]]:
    """Bounds of each member's text, -1 where it is none. Empty where value is no flat object or repeats a name."""
    found: dict[str, tuple[int, int]] = {}
    at = len(value) - len(value.lstrip(b" "))
    while (member := _MEMBER.match(value, at)) is not None:
        name = member[1].decode()
        if name in found:
            return {}
        found[name] = member.span(2)
        at = member.end()
    return found if _END.fullmatch(value, at) else {}


def _hashes(texts: TextRows) -> UInt64:
    """The xxh3 of texts without zero bytes, length by length."""
    lengths = texts.lengths
    hashes = np.empty(len(texts), np.uint64)
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        mine = np.flatnonzero(lengths == length)
        same = pieces(texts.flat, texts.starts[mine], length).tolist()
        hashes[mine] = np.fromiter(map(xxhash.xxh3_64_intdigest, same), np.uint64, len(mine))
    return hashes
