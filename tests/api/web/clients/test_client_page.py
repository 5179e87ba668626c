"""The page of one client: what it shows, what is done there, and the figure of its chart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import plotly.graph_objects as go
import pytest
import sqlalchemy as sa

from acts.bank import BankRules
from api.web.rendering import TEMPLATES
from casework.alerts.actions import SnoozeRules
from schemas.verdicts import Direction, Grade
from schemas.weeks import monday
from store.tables.alerts import alert
from store.tables.clients import client
from tests.api.conftest import WEEK, Bank
from tests.api.web.conftest import Desk
from tests.api.web.reading import Page

C1 = "/desk/clients/C1"
YEARS = 120


@pytest.fixture
def bank_at(desk: Desk) -> Bank:
    """C1 in B1 moves 1,000 a week each way, and half of that in the last quarter."""
    bank = Bank(desk.store)
    bank.client("C1", "B1", first_week=WEEK - YEARS + 1, industry="Retail", opened_on=date(2019, 4, 1))
    bank.client("D1", "B2", first_week=WEEK)
    bank.alert("C1")
    bank.shard(WEEK + 1)
    bank.weeks({WEEK - ago: "closed" for ago in range(YEARS)})
    bank.volumes("C1", {WEEK - ago: (50_000 if ago < 13 else 100_000,) * 2 for ago in range(YEARS)})
    return bank


def test_what_ends_with_the_account_has_not_recovered(desk, bank_at) -> None:
    person, recovered = desk.a("branch_staff", "B1"), "Alert: recovered by itself"
    with desk.store.write() as tx:
        tx.execute(sa.update(alert).values(recovered_week=WEEK))
    assert recovered in _page(person.get(C1)).text
    with desk.store.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(closed_on=monday(WEEK)))
    page = _page(person.get(C1))
    assert recovered not in page.text
    assert "Account closed" in page.text


def _page(answer, status: int = 200) -> Page:
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def _alert(desk: Desk, client_id: str = "C1"):
    with desk.store.read() as tx:
        return tx.execute(sa.select(alert).where(alert.c.client_id == client_id)).one()


def _form(page: Page, name: str, alert_id: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to that act."""
    start = page.html.index(f'action="/desk/alerts/{alert_id}/{name}"')
    hidden = re.findall(
        r'type="hidden" name="(\w+)" value="([^"]*)"', page.html[start : page.html.index("</form>", start)]
    )
    return dict(hidden)


def _send(person, desk: Desk, page: Page, name: str, **fields: str):
    alert_id = _alert(desk).alert_id
    return person.post(f"/desk/alerts/{alert_id}/{name}", data=_form(page, name, alert_id) | fields)


def test_the_head_says_who_it_is(desk, bank_at) -> None:
    page = _page(desk.a("branch_manager", "B1").get(C1))
    for said in ("C1 Trading", "Alarm", "B1", "Retail", "1 Apr 2019", "Form a task force"):
        assert said in page.text
    assert page.one("a", href="/desk/cases/new?client_id=C1")


def test_the_arithmetic_can_be_redone_from_the_page(desk, bank_at) -> None:
    page = _page(desk.a("branch_staff", "B1").get(C1))
    assert "6,200.00" in page.text
    assert "10,000.00" in page.text
    assert "−38.0%" in page.text
    assert "−25.0%" in page.text
    assert "13 Oct 2025 – 11 Jan 2026, 13 weeks" in page.text  # 2025-W42 to 2026-W02
    assert "14 Oct 2024 – 12 Oct 2025, 52 weeks" in page.text


def test_the_table_of_weeks_has_the_means_of_the_series_shown(desk, bank_at) -> None:
    page = _page(desk.a("branch_staff", "B1").get(C1 + "?weeks=13&series=debit"))
    weeks = page.html[page.html.index('<table class="weeks">') :]
    assert weeks.count('<th scope="row">') == 13
    newest = weeks[weeks.index("<tbody>") : weeks.index("</tr>", weeks.index("<tbody>"))]
    amounts = re.findall(r'<td class="amount">([^<]*)</td>', newest)
    assert amounts == ["500", "500", "500", "538", "885"]  # mean of the 13 weeks before: one of them was 1,000


@pytest.mark.parametrize("weeks", [13, 26, 52, 104, 156])
def test_each_range_is_a_link_that_works_without_scripts(desk, bank_at, weeks: int) -> None:
    page = _page(desk.a("branch_staff", "B1").get(f"{C1}?weeks={weeks}"))
    current = [link["href"] for link in page.all("a", aria_current="true")]
    assert f"{C1}?weeks={weeks}#weeks-title" in current
    assert page.html.count('<th scope="row">') == min(weeks, YEARS)
    assert page.one("figure")["data-figure"] == f"{C1}/chart.json?weeks={weeks}&series=turnover"


def test_another_branch_s_client_is_not_found(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    assert person.get("/desk/clients/D1").status_code == 404
    assert person.get("/desk/clients/D1/chart.json").status_code == 404
    assert person.get("/desk/clients/nobody").status_code == 404


def test_acknowledging_goes_back_to_the_client(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    answer = _send(person, desk, _page(person.get(C1)), "acknowledge")
    assert (answer.status_code, answer.headers["location"]) == (303, C1)
    page = _page(person.get(C1))
    assert "Acknowledged: it is in somebody's hands now." in page.text
    assert "in the hands of staff-17" in page.text
    assert f'action="/desk/alerts/{_alert(desk).alert_id}/acknowledge"' not in page.html


def test_whoever_was_quicker_is_told_of_and_the_newest_state_shown(desk, bank_at) -> None:
    person, other = desk.a("branch_staff", "B1"), desk.a("branch_staff", "B1", "staff-04")
    mine, theirs = _page(person.get(C1)), _page(other.get(C1))
    assert _send(other, desk, theirs, "assign", assignee="staff-04").status_code == 303
    answer = _send(person, desk, mine, "close", outcome="false_alarm", note="they told us of a holiday")
    page = _page(answer, 412)
    assert "Somebody else changed this meanwhile." in page.text
    assert "in the hands of staff-04" in page.text
    assert "they told us of a holiday" in page.text  # what was typed is still there
    assert page.value("revision") == "2"
    assert _alert(desk).state == "open"
    assert _send(person, desk, page, "close", outcome="false_alarm", note="they told us").status_code == 303
    assert _alert(desk).state == "closed"


def test_a_form_that_does_not_fit_comes_back_open_with_its_errors(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    answer = _send(person, desk, _page(person.get(C1)), "snooze", until="2026-13-41", reason="lull")
    page = _page(answer, 422)
    assert page.one("input", name="until")["aria-invalid"] == "true"
    assert "Write a day such as 2026-02-28." in page.text
    assert page.html.count("<details open") == 1
    assert page.one("textarea", name="reason") is not None
    assert "lull" in page.text


def test_a_snooze_that_is_too_long_is_refused_with_the_banks_own_number(desk, bank_at) -> None:
    deps = desk.app.state.deps
    desk.app.state.deps = replace(deps, rules=replace(deps.rules, snooze=SnoozeRules(longest_weeks=2)))
    person = desk.a("branch_staff", "B1")
    answer = _send(person, desk, _page(person.get(C1)), "snooze", until="2026-12-31", reason="lull")
    assert "at most 2 weeks ahead" in _page(answer, 422).text


def test_closing_needs_an_outcome(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    page = _page(_send(person, desk, _page(person.get(C1)), "close", note="x"), 422)
    assert page.one("select", name="outcome")["aria-invalid"] == "true"
    closed = _send(person, desk, page, "close", outcome="true_diversion")
    assert closed.status_code == 303
    after = _page(person.get(C1))
    assert "The alert is closed." in after.text
    assert "Alert: an ebb begins" in after.text


def test_another_branch_s_alert_is_not_acted_on(desk, bank_at) -> None:
    bank_at.alert("D1")
    person = desk.a("branch_staff", "B1")
    hidden = _form(_page(person.get(C1)), "acknowledge", _alert(desk).alert_id)
    assert person.post(f"/desk/alerts/{_alert(desk, 'D1').alert_id}/acknowledge", data=hidden).status_code == 404
    assert _alert(desk, "D1").state == "open"


def test_who_may_only_read_is_offered_no_act(desk, bank_at) -> None:
    page = _page(desk.a("auditor").get(C1))
    assert page.all("button", _class="first") == []
    assert "Form a task force" not in page.text


def test_a_client_that_has_moved_nothing_has_a_page(desk) -> None:
    Bank(desk.store).client("N1", "B1")
    person = desk.a("branch_staff", "B1")
    page = _page(person.get("/desk/clients/N1"))
    assert "This client has moved nothing yet." in page.text
    assert "Nothing: no alert, no task force, no remedy." in page.text
    assert person.get("/desk/clients/N1/chart.json").json() == {"data": [], "layout": {}}


def test_an_id_with_a_slash_has_a_page_and_a_chart(desk) -> None:
    Bank(desk.store).client("HK/0042:A", "B1", name="Slash Ltd")
    person = desk.a("branch_staff", "B1")
    assert "Slash Ltd" in _page(person.get("/desk/clients/HK/0042:A")).text
    assert person.get("/desk/clients/HK/0042:A/chart.json").status_code == 200


def test_a_client_is_found_in_the_list_and_linked(desk, bank_at) -> None:
    person = desk.a("approver")
    page = _page(person.get("/desk/clients?q=d1&state="))
    assert [link["href"] for link in page.all("a", _class="name")] == ["/desk/clients/D1"]
    assert "No client is like that" in _page(person.get("/desk/clients?q=nobody")).text
    wrong = _page(person.get("/desk/clients?state=sleeping"), 422)
    assert wrong.one("select", name="state")["aria-invalid"] == "true"


# -- the chart ---------------------------------------------------------------------------------------------------
def _figure(desk: Desk, query: str = "", language: str = "en") -> dict:
    person = desk.a("branch_staff", "B1")
    person.cookies.set("language", language)
    answer = person.get(f"{C1}/chart.json{query}")
    assert answer.status_code == 200
    return answer.json()


def _inked(value: object) -> object:
    """As static/chart.js does it: names of tokens become what they stand for."""
    if isinstance(value, str):
        return {"--sans": "sans-serif"}.get(value, "#123456") if value.startswith("--") else value
    if isinstance(value, list):
        return [_inked(each) for each in value]
    return {name: _inked(each) for name, each in value.items()} if isinstance(value, dict) else value


def _trace(figure: dict, name: str) -> dict:
    return next(trace for trace in figure["data"] if trace["name"] == name)


@pytest.mark.parametrize("query", ["", "?weeks=13", "?weeks=156&series=credit", "?series=debit"])
def test_the_figure_is_one_that_plotly_takes(desk, bank_at, query: str) -> None:
    figure = go.Figure(_inked(_figure(desk, query)))
    assert len(figure.data) >= 6


def test_weeks_are_bars_and_means_end_with_their_week(desk, bank_at) -> None:
    figure = _figure(desk)
    assert len(_trace(figure, "Debit")["x"]) == 52
    assert _trace(figure, "Debit")["x"][-1] == "2026-01-05"
    assert _trace(figure, "Credit")["y"][-14:-12] == [1000.0, 500.0]
    assert _trace(figure, "Mean of 8 weeks")["y"][-1] == 1000.0
    assert _trace(figure, "Mean of 13 weeks")["y"][-1] == 1000.0
    assert _trace(figure, "Mean of 52 weeks")["y"][-1] == 1750.0


def test_the_levels_are_where_the_quarter_would_pass_its_presets(desk, bank_at) -> None:
    figure = _figure(desk)
    year_before = 2000.0
    assert _trace(figure, "Prompt level")["y"][-1] == pytest.approx(year_before * 0.48)
    assert _trace(figure, "Alarm level")["y"][-1] == pytest.approx(year_before * 0.41)
    assert [shape["fillcolor"] for shape in figure["layout"]["shapes"] if shape["type"] == "path"] == [
        "--chart-alarm",
        "--chart-prompt",
    ]


def test_a_rise_is_held_against_the_presets_of_rises(desk, bank_at) -> None:
    person = desk.a("branch_staff", "B1")
    assert _send(person, desk, _page(person.get(C1)), "close", outcome="false_alarm").status_code == 303
    bank_at.alert("C1", direction=Direction.RISE, grade=Grade.PROMPT)
    assert _trace(_figure(desk), "Prompt level")["y"][-1] == pytest.approx(2000.0 * 2.5)


def test_holidays_and_alerts_are_marked(desk, bank_at) -> None:
    deps = desk.app.state.deps
    resting = BankRules(holidays=frozenset({date(2025, 12, 25), date(2025, 12, 27)}))
    desk.app.state.deps = replace(deps, rules=resting)
    figure = _figure(desk)
    assert _trace(figure, "Week with a public holiday")["x"] == ["2025-12-22"]  # the 27th is a Saturday
    assert _trace(figure, "Alarm begins")["x"] == ["2026-01-05"]
    page = _page(desk.a("branch_staff", "B1").get(C1))
    assert "holiday: 25 Dec" in page.text


def test_a_chart_speaks_the_reader_s_language(desk, bank_at) -> None:
    figure = _figure(desk, language="zh-Hans")
    assert _trace(figure, "13 周均值")
    assert figure["layout"]["xaxis"]["tickformat"] == "%Y年%-m月"
    assert figure["layout"]["yaxis"]["ticktext"][1] == "HK$500"


def test_every_colour_of_a_chart_is_a_token(desk, bank_at) -> None:
    tokens = set(re.findall(r"(--[\w-]+):", (TEMPLATES.parent / "static/tokens.css").read_text()))
    used = set(re.findall(r'"(--[\w-]+)"', desk.a("branch_staff", "B1").get(f"{C1}/chart.json").text))
    assert used
    assert used <= tokens


def test_an_alert_that_is_drawn_for_standard_care_says_why(desk, bank_at) -> None:
    bank_at.client("C3", "B1", first_week=WEEK)
    bank_at.alert("C3", grade=Grade.PROMPT, at_risk=50_000_00)
    drawn = BankRules(holdout_share=1.0, holdout_below_minor=1_000_000_00)
    desk.app.state.deps = replace(desk.app.state.deps, rules=drawn)
    page = _page(desk.a("branch_manager", "B1").get("/desk/clients/C3"))
    assert page.one("span", _class="state is-standard")
    assert page.text.count("Drawn by lot for standard care") == 1
    assert page.one("a", href="/desk/cases/new?client_id=C3")["class"] == "button push"
    assert "standard care" not in _page(desk.a("branch_manager", "B1").get(C1)).text
