"""A third language is a file: with a catalogue in the folder, sentences, notices and pages are in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from casework.alerts.sentence import sentence_facts, whole_sentence
from casework.notices.notice_facts import ApprovalWaiting, Digest, Facts, NewAlarm, Several
from casework.notices.text import notice_text
from language import catalogues
from language.catalogues import UnknownLanguage, catalogue_file, find_language, languages, texts_in
from schemas.explanations import Explanation, Finding, FindingKind, Label, Span, Strength
from schemas.messages import Summary
from schemas.verdicts import Baseline, Comparison, Direction, Grade, Series, Verdict
from schemas.weeks import Week, parse_week
from tests.api.web.conftest import Desk

MARK = "¤"  # what stands before every text of the language of this test
W = parse_week("2025-W50")
SPANS = (Span(Week(W - 61), Week(W - 10)), Span(Week(W - 9), W))


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which French is the only language beside English: each text is the English one with a mark."""
    with catalogue_file("zh-Hans").open("rb") as file:
        chinese = read_po(file, locale="zh_Hans")
    made = Catalog(locale="fr")
    for message in chinese:
        if message.id:
            ids = message.id
            made.add(ids, MARK + ids if isinstance(ids, str) else tuple(MARK + text for text in ids))
    file = tmp_path / "fr" / "LC_MESSAGES" / "ebbwatch.po"
    file.parent.mkdir(parents=True)
    with file.open("wb") as opened:
        write_po(opened, made)
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)


def an_explained_verdict() -> tuple[Verdict, Explanation]:
    compared = (
        Comparison(
            Series.CREDIT, Baseline.WEEK_VS_RECENT, 1, 8, 31_000_000, 50_000_000, -38.0, -30.0, Grade.PROMPT
        ),
    )
    findings = (Finding(FindingKind.CREDITS, *SPANS, 100, 50, -60.2),)
    return (
        Verdict("C1", W, Direction.FALL, Grade.PROMPT, compared, 120_000_000, "standard-1", 1),
        Explanation(
            week=W,
            onset_week=Week(W - 9),
            onset_earliest=Week(W - 12),
            onset_latest=Week(W - 8),
            label=Label.LEAVING,
            strength=Strength.STRONG,
            support=(1.0, 0.0, 0.0, 0.0),
            findings=findings,
            version=1,
        ),
    )


@pytest.mark.usefixtures("french")
def test_the_folder_says_which_languages_there_are() -> None:
    assert languages() == ("en", "fr")
    assert [texts_in(tag).name for tag in languages()] == ["English", "français"]
    assert (find_language("fr-CA"), find_language("FR"), find_language("zh")) == ("fr", "fr", None)
    with pytest.raises(UnknownLanguage):
        texts_in("zh-Hans")


@pytest.mark.usefixtures("french")
def test_the_sentence_of_an_alert_is_in_it_with_its_numbers() -> None:
    verdict, explanation = an_explained_verdict()
    text = whole_sentence(sentence_facts(verdict, "HKD", explanation), texts_in("fr"))
    plain = text.replace(MARK, "").replace("\u00a0", " ").replace("\u202f", " ")
    assert plain == (
        "Credits of 310 k HKD in the week are 38 % below their 8-week average; about 1,2 M HKD of turnover "
        "a year at risk. Lower since about the week of 6 oct. 2025 (15 sept. 2025 to 13 oct. 2025), 3 to 16 weeks "
        "left. Looks like business leaving us (strong evidence): since then, against the 52 weeks before, "
        "credits 60 % lower."
    )


@pytest.mark.usefixtures("french")
def test_the_notice_of_an_alarm_says_the_sentence_in_it() -> None:
    verdict, explanation = an_explained_verdict()
    made_of, published = sentence_facts(verdict, "HKD", explanation), Summary("It ebbs.", "下降。")
    facts = NewAlarm("a-1", "C1", "Harbour Trading", published, made_of)
    stored = msgspec.convert(msgspec.to_builtins(facts), Facts)
    assert stored == facts
    on_one_line = " ".join(whole_sentence(made_of, texts_in("fr")).split())
    assert on_one_line in notice_text("new_alarm", stored, "fr", currency="HKD").body
    earlier = msgspec.structs.replace(facts, sentence=None)
    assert "It ebbs." in notice_text("new_alarm", earlier, "fr", currency="HKD").body


@pytest.mark.usefixtures("french")
def test_a_notice_is_in_it_with_its_plural_forms() -> None:
    waiver = ApprovalWaiting("r-1", "c-1", "Harbour Trading", "fee_waiver", "head_office", 3_600_00)
    text = notice_text("approval_waiting", waiver, "fr", currency="HKD")
    assert text.title == f"{MARK}Approval waiting: Harbour Trading"
    assert f"{MARK}a fee waiver" in text.body
    assert f"{MARK}head office" in text.body
    for number, title in ((1, "1 new alarm"), (1200, "1 200 new alarms")):
        several = notice_text("new_alarm", Several(number, ("Harbour Trading",)), "fr", currency="HKD")
        assert several.title.replace("\u202f", " ") == MARK + title
    digest = notice_text("weekly_digest", Digest(date(2026, 1, 12), None, 3, 7, 0, 4, 2, 1), "fr", currency="HKD")
    assert [line[0] for line in (digest.title, *digest.body.splitlines())] == [MARK] * 3


@pytest.mark.usefixtures("french")
def test_a_page_is_in_it_and_offers_the_other_languages(desk: Desk) -> None:
    person = desk.a("branch_manager", "B1")
    page = person.get("/", headers={"Accept-Language": "fr-CA,en;q=0.5"}).text
    assert '<html lang="fr">' in page
    assert f"{MARK}Skip to the content" in page
    assert f"{MARK}Nobody is ebbing away" in page
    assert "English</button>" in page
    assert "français</button>" in person.get("/", headers={"Accept-Language": "en"}).text
    chosen = desk.anyone().post("/desk/language", data={"language": "fr"})
    assert chosen.cookies["language"] == "fr"
    assert desk.anyone().post("/desk/language", data={"language": "zh-Hans"}).status_code == 422
