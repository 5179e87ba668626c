"""Reading by template against reading one by one with msgspec: the same columns, the same rejects, to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.decoding.parsing import event_parser, template_reader
from ingest.decoding.parsing.templates import LIMITS, learn
from schemas.events import Transaction
from tests.ingest.decoding.event_json import NOW_S, TRANSACTION, batch_of, marker, new_decoder, summary, transaction
from tests.ingest.decoding.test_decoder import rows

COMPACT, SPACED = (",", ":"), (", ", ": ")

TEXT = st.text("C1/'{}[]:, \x7f\\\"\n\t\0é€\U0001f600", max_size=12)
VALUE = {
    "event_id": st.one_of(st.sampled_from(["E1", "E2", "core-1", "x" * 200, "x" * 201, ""]), TEXT),
    "client_id": st.one_of(st.sampled_from(["C1", "C2", "C000123", "C1\0", "x" * 64, "x" * 65, "no id"]), TEXT),
    "account_id": st.one_of(st.sampled_from(["A1", "A2", "A00045", "A1\0", "é" * 64, ""]), TEXT),
    "booked_at": st.sampled_from(
        ["2026-01-05T10:00:00+08:00", "2026-01-05T02:00:00Z", "2026-01-05T02:00:00.25Z", "2026-01-05", "9" * 36]
    ),
    "direction": st.sampled_from(["debit", "credit", "debi", "debit ", "Credit", "debitdebit", "credit\0\0"]),
    "amount": st.sampled_from(["1", "1.5", "0.01", "0.005", "123456789012.34", "9" * 15, "9" * 21, "", ".5", "٣"]),
    "currency": st.sampled_from(["HKD", "HKD", "USD", "JPY", "KWD", "XXX", "HK", "HKDD", "€€€", "H\0D"]),
    "reversal": st.sampled_from([True, False, False, None, 0, "false"]),
    "type": st.sampled_from(["transaction", "week_closed", "weekly_summary", "gift", "transactioN"]),
    "channel": st.sampled_from(["branch", "", 'a","reversal":true,"b":"c', {"a": '"}{'}, [1, '"'], None, 7, -1.5]),
}
GOOD = ({"event_id": "E7", "client_id": "C1"}, {"client_id": "C2", "amount": "7", "direction": "credit"})


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A transaction with a few fields changed, left out, put in another order or written twice, in any spacing."""
    event = dict(TRANSACTION | draw(st.sampled_from(GOOD)))
    for name in draw(st.lists(st.sampled_from(sorted(VALUE)), max_size=2)):
        event[name] = draw(VALUE[name])
    for name in draw(st.lists(st.sampled_from(["reversal", "reversal", "amount", "type"]), max_size=1)):
        event.pop(name, None)
    if draw(st.integers(0, 4)) == 0:
        event = {name: event[name] for name in draw(st.permutations(sorted(event)))}
    text = json.dumps(
        event,
        separators=draw(st.sampled_from([COMPACT, COMPACT, SPACED])),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, None, None, 1])),
    )
    if draw(st.integers(0, 9)) == 0:
        text = text[:-1] + ',"amount":"' + draw(VALUE["amount"]) + '"}'
    return text.encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The same with some bytes cut out and others put in."""
    whole = draw(written())
    cut = draw(st.integers(0, len(whole)))
    put = draw(
        st.one_of(st.binary(max_size=3), st.sampled_from([b'"', b"}", b"{", b",", b" ", b"\n", b'\\"', b'""']))
    )
    return whole[:cut] + put + whole[cut + draw(st.integers(0, 3)) :]


ANYTHING = st.one_of(
    written(),
    written(),
    damaged(),
    st.sampled_from([None, b"", b"{", b"{}", b"[]", b"null", b" ", b"\n", b'"', marker(), summary(), b"x" * 300]),
)


@contextmanager
def without_templates() -> Iterator[None]:
    """Each record is parsed by msgspec, as if no form were known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(template_reader, "learn", lambda _: None)
        yield


def read(values: Sequence[bytes | None], taught: Sequence[bytes | None]) -> list[tuple[object, ...]]:
    decoder = new_decoder()
    decoder.decode(batch_of(taught), NOW_S)
    return rows(decoder.decode(batch_of(values), NOW_S))


@settings(max_examples=400, deadline=None)
@given(values=st.lists(ANYTHING, max_size=12), taught=st.lists(ANYTHING, max_size=3))
@example([transaction(), transaction(direction="credit", reversal=True), transaction(amount="")], [])
@example([transaction(client_id="C1\0"), transaction(client_id="C1")], [transaction(client_id="C1")])
@example([b'{"type":"transaction"\n}', transaction()], [transaction()])
def test_record_is_read_by_template_as_msgspec_reads_it(
    values: list[bytes | None], taught: list[bytes | None]
) -> None:
    by_template = read(values, taught)
    with without_templates():
        one_by_one = read(values, taught)
    assert by_template == one_by_one


def test_rows_of_a_known_form_are_parsed_by_nobody() -> None:
    parser = event_parser.EventParser()
    parser.parse([transaction()])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_parser, "parse_event", lambda value: pytest.fail(f"{value!r} was parsed"))
        texts, others = parser.parse([transaction(event_id=f"E{n}", amount="1" * (n % 9 + 1)) for n in range(50)])
    assert (len(texts), others) == (50, [])


def test_templates_that_match_most_outlive_a_crowd_of_others() -> None:
    parser = event_parser.EventParser()
    for number in range(20):
        crowd = [transaction(sequence=10 * number + n) for n in range(5)]
        parser.parse([*crowd, *[transaction()] * 9])
    assert parser.templates.known[0] == learn(transaction())


@pytest.mark.parametrize(
    "value",
    [
        marker(),
        summary(),
        transaction(amount="1" * 21),
        transaction(note={"deep": 1}),
        transaction(note="\\"),
        transaction(note="é"),
        transaction()[:-1] + b',"currency":"HKD"}',
        transaction().replace(b",", b",\n"),
        transaction() + b" " * 300,
        b"",
    ],
)
def test_what_is_no_plain_flat_transaction_teaches_nothing(value: bytes) -> None:
    assert learn(value) is None


def test_everything_that_msgspec_checks_of_a_transaction_is_checked_of_a_template() -> None:
    """A new field, or a new kind of rule in schemas.events, has to be brought to the templates."""
    fields = {field.name: field for field in msgspec.structs.fields(Transaction)}
    assert set(fields) - set(LIMITS) == {"direction", "reversal"}
    for name, (least, most) in LIMITS.items():
        (meta,) = fields[name].type.__metadata__
        assert (meta.min_length, meta.max_length) == (least, most)
        assert [meta.pattern, meta.gt, meta.ge, meta.lt, meta.le, meta.multiple_of] == [None] * 6
