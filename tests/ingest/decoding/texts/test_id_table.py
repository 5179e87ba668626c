"""The table of codes against the dict of codes, text by text."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ingest.decoding.codes import Codes
from ingest.decoding.texts.id_table import IdTable
from ingest.decoding.texts.text_rows import text_rows

ID = st.one_of(
    st.text("AB1/-", min_size=1, max_size=3),
    st.integers(0, 30).map("C00000000000000{}".format),
    st.sampled_from(["x" * length for length in (7, 8, 9, 16, 17, 63, 64, 65, 80)]),
    st.sampled_from(["", "A\0", "A\0\0", "\0", "é", "A b", "€" * 64]),
)


@given(before=st.lists(ID, max_size=5), batches=st.lists(st.lists(ID, max_size=30), max_size=5))
@example(before=["A"], batches=[["A\0", "A"], ["A\0"]])
def test_table_gives_every_text_the_code_that_the_dict_gives_it(
    before: list[str], batches: list[list[str]]
) -> None:
    codes, expected = Codes(before), Codes(before)
    table = IdTable(codes)
    for batch in batches:
        assert table.find(text_rows(batch)).tolist() == [expected[text] for text in batch]
    assert codes.names == expected.names


def test_table_grows_and_still_tells_its_ids_apart() -> None:
    codes = Codes()
    table = IdTable(codes)
    names = [f"A{number:07d}-{number % 3}" for number in range(20_000)]
    for start in range(0, len(names), 3_000):
        assert table.find(text_rows(names[start : start + 3_000])).tolist() == [
            codes[name] for name in names[start : start + 3_000]
        ]
    assert table.find(text_rows(names)).tolist() == list(range(len(names)))
