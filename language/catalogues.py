"""The languages that Ebbwatch speaks: one catalogue each, which holds every text of the pages, notices and alerts.

English is what the source says. Any other language is a file, ``<FOLDER>/<locale>/LC_MESSAGES/ebbwatch.po``, and
nothing more: the folder says which languages there are. A file is compiled in memory when its language is first
asked for, so there is no build step to forget.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

Language = str  # a tag of BCP 47, such as "zh-Hans"
SOURCE: Language = "en"  # the language of the texts in the source
FOLDER = Path(__file__).parent / "locale"
_REMEMBERED = 4096  # counts, percentages and days: a list says the same ones again and again
_FILE = Path("LC_MESSAGES") / "ebbwatch.po"
# British dates: a day is written before its month in every branch that reads the desk in English.
_SOURCE_LOCALE = Locale("en", "GB")


class UnknownLanguage(KeyError):
    """A tag that no catalogue has."""


@dataclass(frozen=True, slots=True)
class Texts:
    """One language: its tag for ``<html lang>``, what it calls itself, its locale, and its catalogue.

    `plain_locale` is the language without a country: sentences that are published are read in all of them.
    """

    tag: Language
    name: str
    locale: Locale
    plain_locale: Locale
    translations: NullTranslations

    def gettext(self, text: str, **places: object) -> str:
        """The text in this language, with its places such as ``%(client)s`` filled in."""
        return _filled(self.translations.gettext(text), places)

    def ngettext(self, one: str, many: str, n: int, **places: object) -> str:
        """The form for `n` of something; its place ``%(n)s`` is the number as this language writes it."""
        return _filled(self.translations.ngettext(one, many, n), places | {"n": self.number(n)})

    def number(self, value: int) -> str:
        """A count, grouped: 1,234."""
        return _number(value, self.plain_locale)

    def signed(self, value: int) -> str:
        """A change, with its sign: +1,234."""
        return str(format_decimal(value, format="+#,##0;-#,##0", locale=self.plain_locale))

    def percent(self, whole: int) -> str:
        """Whole percent: 38%."""
        return _percent(whole, self.plain_locale)

    def day(self, value: date) -> str:
        """Oct 6, 2025."""
        return _day(value, self.plain_locale)

    def listed(self, items: Sequence[str]) -> str:
        """a, b, and c."""
        return str(format_list(items, locale=self.plain_locale))


def languages() -> tuple[Language, ...]:
    """The tags of all languages, English first."""
    return _languages(FOLDER)


def texts_in(language: Language) -> Texts:
    """The language, with its catalogue read. Raises UnknownLanguage."""
    return _texts(FOLDER, language)


def all_texts() -> list[Texts]:
    """Every language, in the order in which they are offered."""
    return [texts_in(language) for language in languages()]


def find_language(tag: str) -> Language | None:
    """The language that a reader of `tag` reads best: the same one, else another of the same name.

    So any Chinese is read by the Chinese there is: its readers are nearer to it than to English.
    """
    wanted, known = tag.strip().lower(), languages()
    same = (each for each in known if each.lower() == wanted)
    near = (each for each in known if _primary(each) == _primary(wanted))
    return next(same, None) or next(near, None)


def catalogue_file(language: Language) -> Path:
    """Where the catalogue of a language other than English is."""
    return FOLDER / language.replace("-", "_") / _FILE


@cache
def _languages(folder: Path) -> tuple[Language, ...]:
    found = sorted(path.parents[1].name.replace("_", "-") for path in folder.glob(f"*/{_FILE}"))
    return (SOURCE, *found)


@cache
def _texts(folder: Path, language: Language) -> Texts:
    if language not in _languages(folder):
        raise UnknownLanguage(language)
    if language == SOURCE:
        return _made(language, _SOURCE_LOCALE, NullTranslations())
    locale = Locale.parse(language, sep="-")
    return _made(language, locale, _compiled(folder / str(locale) / _FILE, locale))


def _made(language: Language, locale: Locale, translations: NullTranslations) -> Texts:
    plain = Locale(locale.language, script=locale.script)
    return Texts(language, locale.languages.get(str(plain), str(plain)), locale, plain, translations)


def _compiled(file: Path, locale: Locale) -> Translations:
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(_REMEMBERED)
def _number(value: int, locale: Locale) -> str:
    return str(format_decimal(value, locale=locale))


@lru_cache(_REMEMBERED)
def _percent(whole: int, locale: Locale) -> str:
    return str(format_percent(Decimal(whole).scaleb(-2), locale=locale))


@lru_cache(_REMEMBERED)
def _day(value: date, locale: Locale) -> str:
    return str(format_date(value, "medium", locale=locale))


def _filled(text: str, places: Mapping[str, object]) -> str:
    return text % places if places else text


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]
