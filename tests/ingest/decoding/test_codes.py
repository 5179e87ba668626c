"""Codes: dense numbers for ids, in the order of their coming."""

from __future__ import annotations

import numpy as np
import pytest
import xxhash

from ingest.decoding.codes import NO_CODE, Codes


def test_id_keeps_the_code_it_got_first() -> None:
    codes = Codes(["C2", "C1"])
    assert [codes[name] for name in ("C1", "C9", "C2", "C9")] == [1, 2, 0, 2]
    assert codes.names == ["C2", "C1", "C9"]


@pytest.mark.parametrize("name", ["", "a b", "A\0", "A\n", "-A", "é", "٣", "x" * 65])
def test_text_that_is_no_id_has_no_code_and_is_not_stored(name: str) -> None:
    codes = Codes()
    assert codes[name] == NO_CODE
    assert not codes
    assert not codes.names


def test_hash_of_a_code_is_the_xxh3_of_its_name_however_many_there_are() -> None:
    codes = Codes(["C0"])
    assert codes.hashes()[0] == xxhash.xxh3_64_intdigest(b"C0")
    for number in range(5_000):
        codes[f"C{number}"]
    expected = np.array([xxhash.xxh3_64_intdigest(name.encode()) for name in codes.names], np.uint64)
    assert (codes.hashes()[: len(codes)] == expected).all()
