"""Texts laid end to end are the texts that went in, whatever they hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding.texts.text_rows import same_texts, text_rows

TEXT = st.one_of(st.text(max_size=20), st.text("a\n\0é\ud800", max_size=20), st.sampled_from(["x" * 64, "x" * 999]))


@given(st.lists(TEXT, max_size=12))
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    laid = text_rows(texts)
    assert [laid.text(row) for row in range(len(laid))] == texts


@given(st.lists(TEXT, min_size=1, max_size=12))
def test_word_holds_eight_bytes_and_zeros_behind_the_end(texts: list[str]) -> None:
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    for place in (0, 8, 24, 1000):
        expected = [int.from_bytes(one[place : place + 8], "little") for one in raw]
        assert text_rows(texts).words(place).tolist() == expected


@given(st.lists(st.tuples(TEXT, TEXT), max_size=12))
def test_texts_are_the_same_where_every_byte_is(pairs: list[tuple[str, str]]) -> None:
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    assert same_texts(text_rows(ones), text_rows(others)).tolist() == [one == other for one, other in pairs]
    assert same_texts(text_rows(ones), text_rows(ones)).all()
