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

from ingest.arrays import Bool, UInt64
from ingest.decoding.parsing.transaction_texts import COLUMNS, TransactionTexts
from ingest.decoding.texts.text_rows import SLACK, WORD_BYTES, Bytes, Index, TextRows, pieces, words_at
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

_QUOTES, _ONES, _HIGHS = (np.uint64(byte * 0x0101010101010101) for byte in (ord('"'), 1, 0x80))
_DEBIT, _CREDIT = (np.uint64(int.from_bytes(word, "little")) for word in (b"debit", b"credit"))

_decode = msgspec.json.Decoder(Event).decode


@dataclass(frozen=True, slots=True)
class Template:
    """What stands before the first free text of a row, and behind each of them; the quotes are part of it."""

    head: bytes
    behind: tuple[bytes, ...]
    names: tuple[str, ...]  # of the fields that the free texts are
    lengths: tuple[int, ...]  # of the free texts in the row it was learnt from: many others have the same
    quotes: int  # in a row
    reversal: bool

    def read(self, rows: TextRows, at: Index) -> TransactionTexts:
        """Those of the plain rows at `at`, each with `self.quotes` quotes, that are of this form."""
        mine = rows if len(at) == len(rows) else rows.where(at)
        fields, fits = self._take_apart(mine)
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

    def _take_apart(self, rows: TextRows) -> tuple[dict[str, TextRows], Bool]:
        """The texts by field, and which rows are of this form: what is said of the others means nothing.

        All of the row's quotes are in what stands around its free texts, so where all of that is found there are
        none within them.
        """
        fits = _stands(rows.flat, rows.starts, self.head)
        fields, start = {}, rows.starts + len(self.head)
        for name, length, behind in zip(self.names, self.lengths, self.behind, strict=True):
            end = np.minimum(start + length, rows.ends)
            there = _stands(rows.flat, end, behind)
            if not there.all():
                longer = np.flatnonzero(~there)
                end[longer] = _next_quote(rows.flat, start[longer], rows.ends[longer])
                there[longer] = _stands(rows.flat, end[longer], behind)
            fields[name] = TextRows(rows.flat, start, end)
            fits &= there
            start = end + len(behind)
        return fields, fits & (start == rows.ends)


def _stands(flat: Bytes, places: Index, constant: bytes) -> Bool:
    """At which places the constant stands."""
    found = pieces(flat, places, len(constant))
    if found.tobytes() == constant * len(places):  # several times faster
        return np.ones(len(places), np.bool_)
    same: Bool = found == constant
    return same


def _next_quote(flat: Bytes, starts: Index, stops: Index) -> Index:
    """Where the next quote stands from each start on; its stop, where there is none before it."""
    places, left = starts.copy(), np.arange(len(starts))
    while len(left):
        words = words_at(flat, np.minimum(places[left], stops[left])) ^ _QUOTES
        zero_bytes = words - _ONES & ~words & _HIGHS  # above the first one it may err, but the first one is right
        skipped = np.bitwise_count((zero_bytes & -zero_bytes) - np.uint64(1)) >> 3
        places[left] += skipped
        left = left[(skipped == WORD_BYTES) & (places[left] < stops[left])]
    return np.minimum(places, stops)


def learn(value: bytes) -> Template | None:
    """The template of a transaction; None where it is no transaction, or not of a form that can be one."""
    members = _members(value) if _PLAIN.fullmatch(value) else {}
    try:
        event = _decode(value) if members else None
    except msgspec.DecodeError:
        return None
    if not isinstance(event, Transaction):
        return None
    texts = {name: bounds for name, bounds in members.items() if name != "type" and bounds[0] >= 0}
    begins, ends = zip(*texts.values(), strict=True)
    head, *behind = (value[end:begin] for end, begin in zip([0, *ends], [*begins, len(value)], strict=True))
    if max(map(len, [head, *behind])) > len(SLACK):
        return None
    lengths = tuple(end - begin for begin, end in texts.values())
    return Template(head, tuple(behind), tuple(texts), lengths, value.count(b'"'), event.reversal)


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
