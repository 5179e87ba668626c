"""Booking times in columns against datetime.fromisoformat, text by text."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.decoding.texts.instants import NotAnInstant, parse_instant, parse_instants
from ingest.decoding.texts.text_rows import text_rows

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)
NUMBER = st.integers(0, 99).map("{:02d}".format)
YEAR = st.one_of(st.integers(1968, 2202), st.integers(0, 9999)).map("{:04d}".format)
FRACTION = st.one_of(st.sampled_from(["", "."]), st.text("0123456789", min_size=1, max_size=9).map(".{}".format))
OFFSET = st.sampled_from(
    ["Z", "+08:00", "-05:30", "-00:00", "+23:59", "-23:59", "+24:00", "+05:60", ",08:00", "z", ""]
)
ANY_TIME = st.tuples(YEAR, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, FRACTION, OFFSET).map(
    lambda p: f"{p[0]}-{p[1]}-{p[2]}T{p[3]}:{p[4]}:{p[5]}{p[6]}{p[7]}"
)
REAL_TIME = st.tuples(st.datetimes(datetime(1969, 12, 30), datetime(2201, 1, 1)), FRACTION, OFFSET).map(  # noqa: DTZ001 - the offset is put behind it as text
    lambda p: f"{p[0]:%Y-%m-%dT%H:%M:%S}{p[1]}{p[2]}"
)
TEXT = st.one_of(REAL_TIME, REAL_TIME, ANY_TIME, st.text("0123456789-:T.Z+ \n\0\u0661", max_size=36))


def one_by_one(text: str) -> int | None:
    """What the standard library says of it, where it is of RFC 3339's form, not 24:00, and not before 1970."""
    if RFC_3339.fullmatch(text) is None or text[11:13] == "24":
        return None
    try:
        seconds = datetime.fromisoformat(text.upper()).replace(microsecond=0).timestamp()
    except ValueError:
        return None
    return int(seconds) if seconds >= 0 else None


@given(st.lists(TEXT, max_size=12))
@example(["2026-01-05T10:00:00+08:0", "02026-01-05T10:00:00+08:00"])
@example(["2026-01-05T10:00:00.1234Z", "2026-01-05T10:00:00+08:00", "2026-01-05T10:00:00.123-08:00"])
@example(["2026-01-05T10:00:00+08:00\n", "\n2026-01-05T10:00:00+08:00", ""])
@example(["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00+00:01"])
def test_column_of_times_is_what_each_text_alone_says(texts: list[str]) -> None:
    seconds, bad = parse_instants(text_rows(texts))
    read = [None if at in bad else int(seconds[at]) for at in range(len(texts))]
    assert read == [one_by_one(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:59:60Z",  # a leap second
        "2026-01-05T24:00:00+08:00",
        "2026-02-29T10:00:00+08:00",
        "1969-12-31T23:59:59Z",
        "2026-01-05T10:00:00",
        "2026-01-05 10:00:00+08:00",
        "2026-01-05T10:00+08:00",
        "20260105T100000+0800",
        "2026-W02-1T10:00:00Z",
        "2026-01-05T10:00:00,5Z",
    ],
)
def test_text_that_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(NotAnInstant):
        parse_instant(text)
    assert list(parse_instants(text_rows(["2026-01-05T10:00:00+08:00", text]))[1]) == [1]


def test_offset_is_taken_off_and_a_fraction_dropped() -> None:
    texts = ["2026-01-05T10:00:00+08:00", "2026-01-05T02:00:00Z", "2026-01-04T20:30:00.999-05:30"]
    assert parse_instants(text_rows(texts))[0].tolist() == [1_767_578_400] * 3
