"""The tabs of the Monday list, the money that can still be saved, and recording who is gone."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
import sqlalchemy as sa

from schemas.verdicts import Grade
from store.tables.alerts import alert
from store.tables.clients import client
from store.tables.gone_clients import gone_client
from store.tables.ledger import shard_week
from tests.api.conftest import WEEK, Bank
from tests.api.web.conftest import Desk
from tests.api.web.filling import form_to
from tests.api.web.reading import Page

GONE = "/desk/alerts/gone"
BULK = "/desk/alerts/bulk"


@pytest.fixture
def list_of(desk: Desk) -> Bank:
    """B1: C1 and C2 new, R recovered, X has closed its account, P waits for room."""
    bank = Bank(desk.store)
    bank.two_branches()
    bank.client("X", "B1", first_week=WEEK, closed_on=date(2026, 1, 9))
    bank.client("R", "B1", first_week=WEEK, shard=1)
    bank.client("P", "B1", first_week=WEEK)
    bank.alert("X", at_risk=990_000_000_00)
    bank.alert("R", week=WEEK - 7, at_risk=880_000_000_00)
    bank.alert("P", grade=Grade.PROMPT, at_risk=770_000_000_00, deferred=True)
    bank.volumes("R", {WEEK - 6: (5, 5)})
    bank.weeks({WEEK: "closed"}, home=1)
    with desk.store.write() as tx:
        tx.execute(sa.update(shard_week).where(shard_week.c.shard == 1).values(judged_revision=1))
    return bank


def _rows(person, path: str) -> list[str]:
    return re.findall(r'<a href="/desk/clients/(\w+)">', person.get(path).text)


def _tabs(page: Page) -> list[tuple[str, str]]:
    """The tabs of the page: what each says, and where it leads."""
    nav = page.html.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', nav, re.DOTALL)
    return [(" ".join(re.sub("<[^>]+>", " ", text).split()), unescape(path)) for path, text in found]


def test_an_empty_first_tab_says_what_stands_elsewhere(desk, list_of) -> None:
    person = desk.a("branch_manager", "B1")
    with desk.store.write() as tx:
        open_ones = sa.update(alert).where(alert.c.client_id.in_(("C1", "C2")))
        tx.execute(open_ones.values(state="acknowledged", touched=True))
    page = Page(person.get("/").text).text
    assert "Nothing new" in page
    assert "2 in work. 1 recovered. 1 gone. 1 waits for room." in page
    assert "Nobody is ebbing away" not in page
    person.cookies.set("language", "zh-Hans")
    assert "处理中 2 项。" in person.get("/").text


def test_each_tab_says_how_many_it_has_and_new_ones_come_first(desk, list_of) -> None:
    person = desk.a("branch_manager", "B1")
    page = Page(person.get("/").text)
    assert _tabs(page) == [
        ("New 2", "/"),
        ("In work 0", "/?bucket=in_work"),
        ("Snoozed 0", "/?bucket=snoozed"),
        ("Recovered 1", "/?bucket=recovered"),
        ("Gone 1", "/?bucket=gone"),
    ]
    assert page.one("a", aria_current="true")["href"] == "/"
    assert _rows(person, "/") == ["C1", "C2"]
    assert _rows(person, "/?bucket=recovered") == ["R"]
    assert _rows(person, "/?bucket=gone") == ["X"]
    assert "No alert stands here" in person.get("/?bucket=in_work").text
    assert _rows(person, "/?state=deferred") == ["P"]


def test_the_money_is_of_what_can_still_be_saved_on_every_tab(desk, list_of) -> None:
    person = desk.a("branch_manager", "B1")
    for path in ("/", "/?bucket=gone", "/?bucket=recovered"):
        text = Page(person.get(path).text).text
        assert "HK$170 of income a year at risk of HK$170K turnover" in text, path
        assert "1 alarm ·" in text.replace("\n", " ").replace("  ", " "), path


def test_an_alert_moves_to_the_tab_of_what_was_done_about_it(desk, list_of) -> None:
    person = desk.a("branch_staff", "B1")
    form = form_to(person.get("/?grade=alarm").text, BULK)
    ids = re.findall(r'name="alert_ids" value="([^"]+)"', person.get("/?grade=alarm").text)
    assert person.post(BULK, data=form.filled(act="acknowledge", alert_ids=ids)).status_code == 303
    assert _rows(person, "/") == ["C2"]
    assert _rows(person, "/?bucket=in_work") == ["C1"]


def test_a_tab_keeps_the_filters_and_filters_keep_the_tab(desk, list_of) -> None:
    page = Page(desk.a("branch_manager", "B1").get("/?bucket=gone&grade=alarm").text)
    assert dict(_tabs(page))["Recovered 1"] == "/?bucket=recovered&grade=alarm"
    assert page.one("input", name="bucket")["value"] == "gone"
    assert page.one("a", href="/?bucket=gone", _class="button quiet") is not None


def test_how_long_nothing_came_is_said_as_it_is(desk, list_of) -> None:
    text = Page(desk.a("branch_manager", "B1").get("/?bucket=recovered").text).text
    assert "quiet for 7 weeks" in text
    assert "no payment for 6 weeks" in text


def test_who_is_gone_is_recorded_by_a_plain_form(desk, list_of) -> None:
    person = desk.a("branch_manager", "B1")
    path = "/?bucket=gone"
    page = person.get(path).text
    assert f'formaction="{GONE}"' in page
    assert f'formaction="{GONE}"' not in person.get("/").text
    form = form_to(page, BULK)
    ids = re.findall(r'name="alert_ids" value="([^"]+)"', page)
    lacking = person.post(GONE, data=form.filled(alert_ids=ids, outcome=None))
    assert lacking.status_code == 422
    again = Page(lacking.text)
    assert again.one("select", name="outcome")["aria-invalid"] == "true"
    assert "checked" in again.one("input", name="alert_ids")
    form = form_to(lacking.text, BULK)
    sent = person.post(GONE, data=form.filled(alert_ids=ids, outcome="true_diversion", note="closed its account"))
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    assert "1 alert closed and recorded as gone." in Page(person.get(path).text).text
    assert _rows(person, path) == []
    with desk.store.read() as tx:
        assert tx.scalars(sa.select(gone_client.c.client_id)).all() == ["X"]
        assert tx.scalar(sa.select(alert.c.outcome).where(alert.c.client_id == "X")) == "true_diversion"


def test_nothing_ticked_is_said_on_the_gone_tab(desk, list_of) -> None:
    person = desk.a("branch_manager", "B1")
    form = form_to(person.get("/?bucket=gone").text, BULK)
    answer = person.post(GONE, data=form.filled(outcome="true_decline"))
    assert answer.status_code == 422
    assert "Tick the alerts that you mean first." in Page(answer.text).text


def test_a_client_in_no_total_is_told_of_in_chinese_too(desk, list_of) -> None:
    person = desk.a("branch_manager", "B1")
    person.cookies.set("language", "zh-Hans")
    page = Page(person.get("/?bucket=gone").text)
    assert [text for text, _ in _tabs(page)] == ["新增 2", "处理中 0", "稍后处理 0", "已恢复 1", "已流失 1"]
    assert "登记为已流失" in page.text


def test_a_bucket_that_is_none_shows_the_first_tab(desk, list_of) -> None:
    answer = desk.a("branch_manager", "B1").get("/?bucket=lost")
    assert answer.status_code == 422
    assert re.findall(r'<a href="/desk/clients/(\w+)">', answer.text) == ["C1", "C2"]


def test_a_client_that_closes_leaves_the_tab_and_the_money(desk, list_of) -> None:
    with desk.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(closed_on=date(2026, 1, 13)))
    text = Page(desk.a("branch_manager", "B1").get("/").text).text
    assert "HK$50K of turnover a year at risk" in text
