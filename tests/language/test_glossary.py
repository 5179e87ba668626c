"""One word for one thing: the catalogues keep to docs/glossary.md."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from acts.roles import Role
from api.web.language.words import DEAD_LETTER_REASONS, WORDS, msgid
from language.catalogues import catalogue_file, texts_in
from language.names import DEADLINES_IN_SENTENCES, LEVELS_IN_SENTENCES, REMEDIES_IN_SENTENCES
from schemas.buckets import BUCKETS
from schemas.explanations import FindingKind, Label, Strength
from schemas.verdicts import Baseline, Direction, GroupKind, Series
from schemas.vocabulary import AlertState, Level, NoticeKind, Outcome, RemedyState, RemedyType, Step

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs/glossary.md"
PLACE = re.compile(r"%\(\w+\)s")
# Where Chinese says a term in another way, by the term. For where its word cannot stand, and for nothing else.
AGREED: dict[str, set[str]] = {
    "alert": {"Close the alert", "next alert, previous alert"},  # 结案; a help line of keys
    "case": {
        "Close the case",  # 结案 has the case in it
        "Close the case…",
        "There is nothing to carry out yet: the case needs a remedy first, be it no action with its reason.",
    },
    "deadline": {  # what is due is said by the verb
        "%(n)s deadline due soon",
        "%(n)s deadline overdue",
        "%(n)s overdue deadline, escalated",
        "A branch left a deadline undone",
    },
    "gone": {"%(least)s and %(most)s weeks, less the %(gone)s gone by"},  # of weeks
    "lead": {  # a verb here
        "%(client)s (%(number)s) left without a warning. Nobody leads the review yet.",
        "You lead the task force for %(client)s (%(number)s).",
    },
    "minutes": {  # of an hour
        "It took longer than ten minutes, was used before, or began in another browser. Sign in once more.",
    },
    "remedy": {"the remedy of a complaint"},  # 投诉补救, as on the desk
    "task": {"Ask somebody whose task it is."},  # whose business
    "tier": {  # the letter stands within the word
        "%(n)s client of %(branch)s in %(industry)s, tier %(tier)s; the last quarter against the year before:",
        "Tier %(tier)s",
        "Too few clients of this branch, tier and industry have a year and a quarter of history.",
        "tier %(tier)s",
    },
    "turnover": {  # 净 stands within the word
        "Net turnover of %(amount)s a week over eight weeks is %(change)s",
        "Net turnover of %(amount)s a week over the quarter is %(change)s",
        "Net turnover of %(amount)s in the week is %(change)s",
    },
    "weeks left": {  # the numbers stand within the words
        "%(least)s to %(most)s weeks left",
        "Lower since about the week of %(onset)s (%(earliest)s to %(latest)s), %(least)s to %(most)s weeks left.",
    },
}


def lines_of(section: str) -> list[tuple[str, str, str]]:
    """The rows of a section's table: term, Chinese, sentence."""
    text = GLOSSARY.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = [
        tuple(cell.strip() for cell in line.strip("|\n").split("|")) for line in text.splitlines() if "|" in line
    ]
    return rows[2:]


@cache
def words_for() -> dict[str, str]:
    """The Chinese of each English word, longest first: a task force is no task."""
    found = {}
    for names, chinese, _ in lines_of("Domain") + lines_of("Code"):
        found |= dict.fromkeys(names.split(", "), chinese)
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def terms_in(text: str) -> set[str]:
    """The terms that an English text names, in any number and tense."""
    left, found = PLACE.sub(" ", text.lower()), set()
    for term in words_for():
        left, times = re.subn(rf"(?<![\w-]){re.escape(term)}(s|es|d|ed)?(?![\w-])", " ", left)
        found |= {term} if times else set()
    return found


@pytest.mark.parametrize("section", ["Domain", "Code", "Verbs"])
def test_a_line_is_a_term_its_chinese_and_a_sentence(section: str) -> None:
    rows = lines_of(section)
    assert len(rows) > 20
    assert [row for row in rows if len(row) != 3 or not all(row)] == []
    assert [row for row in rows if not re.search(r"[\u4e00-\u9fff]", row[1]) or not row[2].endswith(".")] == []


def test_no_word_stands_for_two_things() -> None:
    rows = lines_of("Domain") + lines_of("Code")
    names = [name for row in rows for name in row[0].split(", ")]
    assert len(set(names)) == len(names)
    assert len({row[1] for row in rows}) == len(rows)


def test_a_term_has_its_word_wherever_a_text_names_it() -> None:
    with catalogue_file("zh-Hans").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    chinese, wrong, excused = words_for(), [], set()
    for message in catalogue:
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else message.id
        text = message.string if isinstance(message.string, str) else "".join(message.string)
        for term in terms_in(ids[0]):
            if chinese[term] in text:
                continue
            if ids[0] in AGREED.get(term, set()):
                excused.add((term, ids[0]))
            else:
                wrong.append((term, chinese[term], ids[0], text))
    assert wrong == []
    assert excused == {(term, text) for term, texts in AGREED.items() for text in texts}, "agreed for nothing"


# Codes as the rest of the house writes them, by the kind of word.
CODES = {
    "grade": {"prompt", "alarm"},
    "alert_state": set(get_args(AlertState)),
    "bucket": set(BUCKETS),
    "outcome": set(get_args(Outcome)),
    "truth": set(get_args(Outcome)),
    "direction": set(Direction),
    "series": set(Series),
    "baseline": set(Baseline),
    "label": set(Label),
    "strength": set(Strength),
    "finding": set(FindingKind),
    "group": {*GroupKind, "client"},
    "beside": set(GroupKind),
    "role": set(Role),
    "remedy_type": set(get_args(RemedyType)),
    "remedy_state": set(get_args(RemedyState)),
    "level": set(get_args(Level)),
    "deadline": set(get_args(Step)),
    "notice_kind": {*get_args(get_args(NoticeKind)[0]), "test"},
}


def test_every_code_has_a_label_and_every_label_a_code() -> None:
    for kind, codes in CODES.items():
        assert WORDS[kind].keys() == codes, kind


def test_a_name_within_a_sentence_stands_beside_every_heading() -> None:
    for kind, names in (
        ("remedy_type", REMEDIES_IN_SENTENCES),
        ("level", LEVELS_IN_SENTENCES),
        ("deadline", DEADLINES_IN_SENTENCES),
    ):
        assert names.keys() == WORDS[kind].keys()


def test_every_label_is_reachable_from_a_page() -> None:
    """Its kind is looked up by a template or a module of the desk, and its code leads to it."""
    files = [*ROOT.glob("api/web/**/*.html"), *ROOT.glob("api/web/**/*.py")]
    source = "\n".join(path.read_text() for path in files if path.name not in ("words.py", "case_words.py"))
    assert [kind for kind in WORDS if f'"{kind}"' not in source] == []
    for kind, labels in {**WORDS, "dead_letter": DEAD_LETTER_REASONS}.items():
        for code, label in labels.items():
            assert msgid(kind, code) == label
            assert texts_in("zh-Hans").gettext(label) != label
