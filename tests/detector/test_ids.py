from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.ids import IdIndex, encode, one_width

IDS = st.lists(st.text("ABZ019._:/-", min_size=1, max_size=64), unique=True, max_size=40)


@given(batches=st.lists(IDS, max_size=5), width=st.integers(1, 9))
def test_every_id_keeps_its_row_whatever_joins_later(batches: list[list[str]], width: int) -> None:
    index, rows = IdIndex.empty(), dict[str, int]()
    for batch in (*batches, [f"{k:0{width}d}" for k in range(5)]):
        new = [client_id for client_id in batch if client_id not in rows]
        index = index.extended(encode(new), len(rows))
        rows |= {client_id: len(rows) + k for k, client_id in enumerate(new)}
    asked = [*rows, "unknown", "~" * 80]
    assert index.find(encode(asked)).tolist() == [*rows.values(), -1, -1]
    assert index.find(index.ids).tolist() == index.rows.tolist()


@pytest.mark.parametrize("ids", [[], ["a"], ["ab", "cd"], ["ab", "c", "d"], ["a\nb", "c"], ["a\n", "\nb"]])
def test_encoding_keeps_ids_of_one_width_and_of_many(ids: list[str]) -> None:
    assert [client_id.decode() for client_id in encode(ids)] == ids


def test_an_id_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(ValueError, match="ascii"):
        encode(["Ü1"])


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        IdIndex.empty().extended(encode(["a", "b", "a"]), 0)


def test_the_index_costs_its_bytes_and_a_row_number() -> None:
    index = IdIndex.empty().extended(encode([f"C{k:07d}" for k in range(1000)]), 0)
    assert index.nbytes == 1000 * (8 + np.dtype(np.int32).itemsize)


@pytest.mark.parametrize("texts", [["a", "b"], ["a", ""], ["", ""], ["é"], ["a", "bcd", ""], ["\n", "a"], []])
def test_texts_of_one_width_are_told_from_others(texts: list[str]) -> None:
    lines = one_width(texts)
    alike = len({len(text) for text in texts}) == 1 and "".join(texts).isascii() and "\n" not in "".join(texts)
    assert (lines is not None) == alike
    if lines is not None:
        assert [bytes(line).decode() for line in lines] == texts
