"""Forms that rest on numbers are refused when a week was judged again, and say what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.verdicts import Grade
from schemas.weeks import Week
from store.alerts import alert_rows
from tests.api.conftest import NOW, WEEK, Bank
from tests.api.web.conftest import Desk
from tests.api.web.filling import form_to
from tests.api.web.reading import Page

C1 = "/desk/clients/C1"
SAID = {
    "en": "New figures came meanwhile: grade from Prompt to Alarm; value at risk from HK$120,000 to HK$150,000; "
    "last week with evidence from 5–11 Jan 2026 to 12–18 Jan 2026. Nothing of yours was done: "
    "decide by what you see now.",
    "zh-Hans": "其间数据已更新：等级由提示变为警报；流失风险由 HK$120,000 变为 HK$150,000；最近有证据的一周由",
}


@pytest.fixture
def alert_id(desk: Desk) -> str:
    bank = Bank(desk.store)
    bank.client("C1", "B1", first_week=WEEK)
    return bank.alert("C1", grade=Grade.PROMPT)


def judge_again(desk: Desk, alert_id: str) -> None:
    """Another week passed, as an alarm."""
    with desk.store.write() as tx:
        before = alert_rows.get(tx, alert_id)
        week = Week(before.last_week + 1)
        verdict = replace(before.newest, week=week, grade=Grade.ALARM, value_at_risk_minor=150_000_00)
        after = replace(
            before, revision=before.revision + 1, grade=Grade.ALARM, last_week=week, value_at_risk_minor=150_000_00,
            evidence={**before.evidence, week: verdict}, unsaved_weeks=frozenset({week}),
        )  # fmt: skip
        alert_rows.save(tx, after, alert_rows.load_client_facts(tx, ["C1"])["C1"], "HKD", NOW)


@pytest.mark.parametrize(("act", "typed"), [("acknowledge", {}), ("assign", {"assignee": "staff-04"})])
def test_who_takes_it_is_never_refused_for_a_week_judged_again(desk, alert_id, act, typed) -> None:
    person = desk.a("branch_staff", "B1")
    path = f"/desk/alerts/{alert_id}/{act}"
    form = form_to(person.get(C1).text, path)
    judge_again(desk, alert_id)
    assert person.post(path, data=form.filled(**typed)).status_code == 303


@pytest.mark.parametrize(
    ("act", "typed"),
    [("snooze", {"until": "2026-02-01", "reason": "lull"}), ("close", {"outcome": "false_alarm"})],
)
@pytest.mark.parametrize("language", SAID)
def test_a_decision_that_rests_on_numbers_is_refused_and_told_what_changed(
    desk, alert_id, act, typed, language
) -> None:
    person = desk.a("branch_staff", "B1")
    person.cookies.set("language", language)
    path = f"/desk/alerts/{alert_id}/{act}"
    form = form_to(person.get(C1).text, path)
    judge_again(desk, alert_id)
    answer = person.post(path, data=form.filled(**typed))
    assert answer.status_code == 412
    assert SAID[language] in Page(answer.text).text
    again = form_to(answer.text, path)
    assert person.post(path, data=again.filled(**typed)).status_code == 303
