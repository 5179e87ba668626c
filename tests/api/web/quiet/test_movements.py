"""The movements on the desk: one line for what a group did as one."""

from __future__ import annotations

import re

import pytest

from detector.groups import BANK, Group, Movement
from schemas.verdicts import Baseline, Common, Direction, Grade, GroupKind, Series, Verdict
from schemas.weeks import Week
from store.quiet import movements
from tests.api.conftest import WEEK, Bank
from tests.api.web.conftest import Desk
from tests.api.web.reading import Page

MOVEMENTS = "/desk/movements"
B1, RETAIL = Group(GroupKind.BRANCH, "B1"), Group(GroupKind.INDUSTRY, "Retail & food")


def keep(desk: Desk, week: int, *groups: Group, spared: tuple[str, ...] = ()) -> None:
    """In that week these groups moved, B1 resting, and for these clients B1 explains it."""
    rest = Baseline.WEEK_VS_RECENT
    found = [
        Movement(
            group, Week(week), rest if group == B1 else Baseline.QUARTER_VS_YEAR, Series.TURNOVER, size, 1240, 905
        )
        for group, size in zip(groups, (-82.46, 24.0, -31.0), strict=False)
    ]
    common = Common(GroupKind.BRANCH, "B1", -82.46, 1)
    verdicts = [
        Verdict(client_id, Week(week), Direction.FALL, Grade.NONE, (), 0, "p-1", 1, common) for client_id in spared
    ]
    with desk.store.write() as tx:
        movements.save_movements(tx, 0, week, found, verdicts)


@pytest.fixture
def moved(desk: Desk) -> Desk:
    Bank(desk.store).two_branches()
    keep(desk, WEEK, B1, RETAIL, BANK, spared=("C1", "C2"))
    keep(desk, WEEK - 1, Group(GroupKind.BRANCH, "B2"))
    return desk


def page_of(person, query: str = "", status: int = 200) -> Page:
    answer = person.get(MOVEMENTS + query)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def names(page: Page) -> list[str]:
    return re.findall(r'scope="row"><b>([^<]+)</b>', page.html)


def test_each_line_says_who_moved_when_how_far_and_how_many_alerts_it_stands_for(moved) -> None:
    page = page_of(moved.a("branch_staff", "B1"))
    assert names(page) == ["The whole bank", "Branch B1", "Retail &amp; food"]
    assert (
        "Branch B1 its clients 5–11 Jan 2026 2026-W02 Falling −82.5% This week against the recent weeks "
        "a week of rest: it counts as usual 905 of 1,240 2" in page.text
    )
    assert "Rising +24.0% Last quarter against the year before 905 of 1,240 0" in page.text
    assert page.one("a", href="/desk/clients?branch=B1")["aria-label"] == "Clients of B1"
    assert page.has_inline() == []


def test_a_branch_sees_its_own_and_the_region_all(moved) -> None:
    other = page_of(moved.a("branch_manager", "B2"))
    assert names(other) == ["The whole bank", "Retail &amp; food", "Branch B2"]
    for role in ("approver", "auditor", "operations"):
        assert len(names(page_of(moved.a(role)))) == 4
    assert moved.anyone().get(MOVEMENTS).status_code == 303


def test_the_list_is_narrowed_by_each_of_its_filters(moved) -> None:
    person = moved.a("approver")
    assert names(page_of(person, "?kind=branch")) == ["Branch B1", "Branch B2"]
    assert names(page_of(person, "?name=Retail+%26+food")) == ["Retail &amp; food"]
    assert "Branch B2" not in names(page_of(person, "?since=2026-W02"))
    nothing = page_of(person, "?kind=branch&name=B9")
    assert "No movement is like that" in nothing.text
    assert nothing.value("name") == "B9"


@pytest.mark.parametrize(
    ("query", "said"),
    [("?since=soon", "Choose a week, or write one"), ("?kind=planet", "Choose one of those offered.")],
)
def test_a_filter_that_is_none_is_told_at_its_field(moved, query, said) -> None:
    page = page_of(moved.a("auditor"), query, 422)
    assert said in page.text
    assert len(names(page)) == 4


def test_a_long_list_goes_on_on_the_next_page(desk) -> None:
    for ago in range(60):
        keep(desk, WEEK - ago, BANK)
    person = desk.a("auditor")
    first = page_of(person, "?kind=bank")
    assert len(names(first)) == 50
    after = str(first.one("a", rel="next")["href"])
    second = page_of(person, after.removeprefix(MOVEMENTS))
    assert len(names(second)) == 10
    assert second.one("a", href=f"{MOVEMENTS}?kind=bank")


def test_an_empty_list_says_what_would_stand_there(desk) -> None:
    assert "Nobody has moved as one When most clients of a branch" in page_of(desk.a("branch_staff", "B1")).text


def test_the_page_is_chinese_for_who_reads_chinese(moved) -> None:
    person = moved.a("branch_staff", "B1")
    person.cookies.set("language", "zh-Hans")
    page = page_of(person)
    for said in ("整体变动", "B1 支行", "全行", "905 / 1,240", "停歇周：按平常计", "免发预警"):
        assert said in page.text


def test_the_client_says_at_the_week_that_it_moved_with_its_branch(moved) -> None:
    Bank(moved.store).volumes("C1", {WEEK: (1_000_00, 500_00)})
    text = Page(moved.a("branch_staff", "B1").get("/desk/clients/C1").text).text
    assert "explained by its branch: no alert of its own" in text
