"""The desk says why: the label and weeks left in the list, the evidence and its arithmetic on the client's page."""

from __future__ import annotations

import re
from datetime import date

import plotly.graph_objects as go
import pytest
import sqlalchemy as sa

from schemas.explanations import Finding, FindingKind, Label, Strength
from schemas.verdicts import Direction
from schemas.weeks import Week, monday
from store.tables.ledger import shard_week
from tests.api.conftest import WEEK, Bank
from tests.api.explained import an_explanation
from tests.api.web.conftest import Desk
from tests.api.web.reading import Page

C1 = "/desk/clients/C1"


@pytest.fixture
def bank_at(desk: Desk) -> Bank:
    """C1 leaves since ten weeks, C2 has a season long over, C3 rises; all in B1, with two years of weeks."""
    bank = Bank(desk.store)
    for client_id in ("C1", "C2", "C3"):
        bank.client(client_id, "B1", first_week=WEEK - 103, industry="Retail")
        bank.volumes(client_id, {WEEK - ago: (100_000, 90_000 if ago > 9 else 40_000) for ago in range(104)})
    bank.shard(WEEK + 1)
    bank.weeks({WEEK - ago: "closed" for ago in range(104)})
    last = WEEK - 30
    bank.alert("C1", explained=an_explanation(WEEK))
    bank.alert("C2", week=last, explained=an_explanation(last, label=Label.SEASONAL, strength=Strength.WEAK))
    bank.alert("C3", direction=Direction.RISE)
    return bank


def _page(desk: Desk, path: str, language: str = "en") -> Page:
    answer = desk.a("branch_manager", "B1").get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def _rows(page: Page) -> list[str]:
    return re.findall(r'<a href="/desk/clients/(\w+)">', page.html)


def test_the_list_shows_the_label_and_the_weeks_left_by_the_newest_judged_week(desk, bank_at) -> None:
    with desk.store.write() as tx:
        tx.execute(sa.update(shard_week).values(judged_revision=1))
    page = _page(desk, "/?state=all")
    assert "Falling · since 3 Nov 2025" in page.text  # the onset, not the alert's first week
    assert "Leaving strong evidence · 3 to 16 weeks left" in page.text
    assert "Seasonal weak evidence · the six months are over" in page.text


def test_the_list_says_the_comparisons_and_leaves_the_rest_to_the_column(desk, bank_at) -> None:
    page = _page(desk, "/")
    assert "below the year before" in page.text
    assert "Lower since about" not in page.text


def test_the_list_is_narrowed_to_a_label_and_sorted_by_it(desk, bank_at) -> None:
    assert _rows(_page(desk, "/?label=seasonal")) == ["C2"]
    assert _rows(_page(desk, "/?sort=label")) == ["C1", "C2", "C3"]
    assert re.search(r'<option value="seasonal" selected', _page(desk, "/?label=seasonal").html)


def test_the_list_speaks_chinese(desk, bank_at) -> None:
    page = _page(desk, "/", "zh-Hans")
    assert "业务流失 证据较强 · 尚余 3 至 16 周" in page.text
    assert "约自" not in page.text


def test_the_page_says_since_when_how_long_is_left_and_how_that_is_worked_out(desk, bank_at) -> None:
    page = _page(desk, C1)
    assert "Why we think so" in page.text
    assert "Lower since about 3 Nov 2025 four chances in five: 13 Oct 2025 to 17 Nov 2025" in page.text
    assert "3 to 16 weeks left 13 and 26 weeks, less the 10 gone by" in page.text
    assert "HK$120,000 52 × (19,000.00 − 12,595.00)" in page.text
    assert (
        "Looks like business leaving us (strong evidence): since then, against the 52 weeks before, "
        "credits 60% lower, debits 4% lower" in page.text
    )
    assert "Leaving 0.93 · Seasonal 0.10 · Shrinking 0.00 · Fault in the feed 0.00" in page.text


def test_each_finding_stands_with_its_weeks_values_and_change(desk, bank_at) -> None:
    page = _page(desk, C1)
    assert (
        "Credits 10,000.00 4 Nov 2024 – 2 Nov 2025, 52 weeks 4,000.00 3 Nov 2025 – 11 Jan 2026, 10 weeks −60.0%"
        in page.text
    )
    for said in (
        "median of 34 clients",
        "a week, of 30 clients",
        "+2.1%",
        "median of the largest week in each five",
    ):
        assert said in page.text


def test_weeks_that_were_left_out_are_counted(desk, bank_at) -> None:
    span = an_explanation(WEEK).findings[0]
    left_out = Finding(FindingKind.WITHOUT_FEED_GAPS, span.before_weeks, span.after_weeks, 1_000, None, None, 10)
    bank_at.client("C4", "B1", first_week=WEEK)
    bank_at.alert("C4", explained=an_explanation(WEEK, label=Label.FEED_FAULT, findings=(left_out,)))
    page = _page(desk, "/desk/clients/C4")
    assert "10 weeks left out" in page.text
    assert "Fault in the feed" in page.text


def test_the_peers_stand_beside_it(desk, bank_at) -> None:
    html = _page(desk, C1).html
    assert html.index('id="why-title"') < html.index('id="peers-title"') < html.index('id="weeks-title"')


def test_a_client_whose_alert_is_not_explained_has_its_page_as_before(desk, bank_at) -> None:
    html = _page(desk, "/desk/clients/C3").html
    assert "why-title" not in html
    assert html.index('id="weeks-title"') < html.index('id="peers-title"')


def test_the_page_speaks_chinese(desk, bank_at) -> None:
    page = _page(desk, C1, "zh-Hans")
    for said in ("判断依据", "业务流失", "证据较强", "尚余 3 至 16 周", "固定借方（如工资）"):
        assert said in page.text


def _inked(value):
    """With a colour for every token, as static/chart.js puts them in."""
    if isinstance(value, str):
        return "#123456" if value.startswith("--") else value
    if isinstance(value, list):
        return [_inked(each) for each in value]
    return {name: _inked(each) for name, each in value.items()} if isinstance(value, dict) else value


def test_the_chart_marks_the_onset_and_the_weeks_it_may_be(desk, bank_at) -> None:
    figure = desk.a("branch_staff", "B1").get(f"{C1}/chart.json").json()
    drawable = _inked(figure)
    go.Figure(drawable["data"], drawable["layout"])
    (mark,) = [trace for trace in figure["data"] if trace["name"] == "Lower since about this week"]
    assert mark["x"] == [str(monday(Week(WEEK - 9)))] == [str(date(2025, 11, 3))]
    (band,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert (band["x0"], band["x1"]) == ("2025-10-13", "2025-11-24")
    short = desk.a("branch_staff", "B1").get(f"{C1}/chart.json?weeks=4").json()
    assert not any(trace["name"] == "Lower since about this week" for trace in short["data"])
