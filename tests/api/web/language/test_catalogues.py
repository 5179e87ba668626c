"""English and Simplified Chinese: nothing without a translation, and a switch that needs no script."""

from __future__ import annotations

import re
from datetime import date
from itertools import chain

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from api.web.language import words
from api.web.language.formats import MINUS
from api.web.language.words import WORDS
from api.web.rendering import pages_in
from language.catalogues import FOLDER, Language, catalogue_file, texts_in

ROOT = FOLDER.parents[1]
ROOMS = ("language", "casework", "api")  # as `make messages` has them
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACE = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def texts_of_the_source() -> set[str]:
    """Every text of pages, notices and sentences, singular where there are two."""
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = chain.from_iterable(extract_from_dir(ROOT / room, methods, options, KEYWORDS) for room in ROOMS)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    with catalogue_file("zh-Hans").open("rb") as file:
        return read_po(file, locale="zh_Hans")


def _written(message: Message) -> str:
    return message.string if isinstance(message.string, str) else "".join(message.string)


def test_every_text_has_a_chinese_one_that_a_person_has_looked_at(texts_of_the_source, chinese) -> None:
    assert len(texts_of_the_source) > 100
    lacking = [text for text in sorted(texts_of_the_source) if (m := chinese.get(text)) is None or not _written(m)]
    assert lacking == []
    assert [message.id for message in chinese if message.fuzzy and message.id] == []


def test_the_catalogue_holds_nothing_that_nobody_says(texts_of_the_source, chinese) -> None:
    ids = {m.id if isinstance(m.id, str) else m.id[0] for m in chinese if m.id}
    assert ids - texts_of_the_source == set()


def test_a_translation_has_the_places_of_its_original(chinese) -> None:
    wrong = []
    for message in chinese:
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else message.id
        strings = (message.string,) if isinstance(message.string, str) else message.string
        known = {place for text in ids for place in _PLACE.findall(text)}
        wrong += [message.id for text in strings if not set(_PLACE.findall(text)) <= known]
    assert wrong == []


def test_every_code_has_a_name_in_both_languages() -> None:
    chinese = texts_in("zh-Hans")
    codes = [(kind, code) for kind, names in WORDS.items() for code in names]
    assert [place for place in codes if chinese.gettext(words.msgid(*place)) == words.msgid(*place)] == []


@pytest.mark.parametrize(
    ("language", "week", "money", "compact", "day"),
    [
        ("en", "5–11 Jan 2026", "HK$1,234,568", "HK$1.2M", "5 Jan 2026"),
        ("zh-Hans", "2026年1月5日至11日", "HK$1,234,568", "HK$123.5万", "2026年1月5日"),
    ],
)
def test_days_and_money_are_written_as_the_reader_writes_them(
    language: Language, week: str, money: str, compact: str, day: str
) -> None:
    formats = pages_in(language).formats
    assert formats.week("2026-W02") == week
    assert formats.money("1234567.89", "HKD") == money
    assert formats.compact("1234567.89", "HKD") == compact
    assert formats.day(date(2026, 1, 5)) == day


@pytest.mark.parametrize(
    ("value", "written"),
    [(-38.04, f"{MINUS}38%"), (3.33, "+3.3%"), (-9.96, f"{MINUS}10%"), (12345.0, "+12,345%"), (None, "–")],
)
def test_percentages_show_a_tenth_only_where_it_matters(value: float | None, written: str) -> None:
    assert pages_in("en").formats.percent(value) == written
