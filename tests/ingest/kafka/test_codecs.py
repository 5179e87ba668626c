from __future__ import annotations

import importlib

import pytest

from ingest.kafka.kafka_python.codecs import REQUIRED, require_codecs
from schemas.errors import BadSetting


def test_every_codec_is_here() -> None:
    assert require_codecs() is None  # type: ignore[func-returns-value] # that it returns is the point


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_codec_refuses_the_start_in_one_line_that_says_what_to_install(missing: str) -> None:
    def load(name: str) -> object:
        if name == missing:
            raise ImportError(name)
        return importlib.import_module(name)

    with pytest.raises(BadSetting) as refused:
        require_codecs(load)
    line = str(refused.value)
    assert f"pip install {REQUIRED[missing]}" in line
    assert "\n" not in line
