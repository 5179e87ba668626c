"""Whatever is sent, the answer is of a kind that the document tells of, and never a crash."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casework.alerts.episodes import alert_id_of
from casework.cases.case_lifecycle import Task
from schemas.verdicts import Direction
from schemas.weeks import parse_week
from tests.api.policy_desk import KEPT, a_kept_policy, content
from tests.api.remedy_desk import RUNNING, WAITING, WAIVER, two_remedies

ALERT = alert_id_of("C1", Direction.FALL, parse_week("2026-W02"))
CASE = "00000000-0000-4000-8000-00000000000c"
DEAD = "00000000-0000-5000-8000-000000000001"
_SOME = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

_NAMES = (
    "limit cursor branch tier state q grade week assignee topic partition reason replayed actor action kind key"
)
_TERMS = "from to type level list_price starts_on ends_on concession_pct service_cost"
names = st.sampled_from(
    [*_NAMES.split(), *_TERMS.split(), "since", "until", "weeks", "colour", "client_id", "lead", "member", "owner"]
)
values = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "200", "99999999999999999999", "open", "alarm", "2026-W02", "0000-W01", "9999-W52"]
    ),
    st.sampled_from(["true", "B1", "%", "\x00", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "AAAAAAAAAA"]),
    st.text(max_size=20),
)
paths = st.one_of(
    st.sampled_from(
        ["clients", "clients/C1", "clients/C1/activity", "clients/C1/alerts", "alerts", f"alerts/{ALERT}"]
    ),
    st.sampled_from(["dead-letters", f"dead-letters/{DEAD}", "held-weeks", "audit", "alerts/../clients", "//"]),
    st.sampled_from(["cases", f"cases/{CASE}", f"cases/{CASE}/tasks", f"cases/{CASE}/reviews", "tasks"]),
    st.sampled_from(["remedies", f"remedies/{WAITING}", f"remedies/{WAITING}/what-if"]),
    st.sampled_from([f"cases/{CASE}/remedies", f"cases/{CASE}/what-if"]),
    st.sampled_from(["notices", "notices/preferences", "policies", f"policies/{KEPT}"]),
    st.sampled_from(["figures", "figures.csv", "figures.xlsx", "alerts.csv", "cases.xlsx"]),
    st.text(max_size=30).map(lambda text: f"clients/{text}"),
)
posts = st.sampled_from(
    [f"alerts/{ALERT}/{act}" for act in ("acknowledge", "snooze", "close", "assign")]
    + ["alerts/bulk", "alerts/gone", "cases"]
    + [f"cases/{CASE}/{act}" for act in ("transitions", "alerts", "close", "members", "members/leave", "lead")]
    + [f"cases/{CASE}/{act}" for act in ("tasks", f"tasks/{CASE}/done", f"tasks/{CASE}/cancel", "reviews")]
    + [f"remedies/{WAITING}/{act}" for act in ("revise", "submit", "approve", "reject", "return", "withdraw")]
    + [f"remedies/{RUNNING}/revoke", f"cases/{CASE}/remedies"]
    + ["notices/preferences", "notices/preferences/test"]
    + ["policies", "policies/preview", f"policies/{KEPT}/apply"]
    + [f"dead-letters/{DEAD}/replay", "held-weeks/0/2026-W02/release", "held-weeks/-1/x/release"]
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10),
    st.sampled_from(["2026-02-01", "0001-01-01", "9999-12-31", "false_alarm", "recovered", "\ud800", "\x00"]),
    st.sampled_from(["0", "1.5", "999999999999999", "fee_reduction", "no_action", WAITING, RUNNING]),
    st.sampled_from(["json://h/\ud800", "mailto://u:p@h?to=a@b.example", "22:00", "en", "new_alarm"]),
)  # fmt: skip
_FIELDS = (
    "until reason outcome note assignee again colour act alert_ids client_id members to user role lead title owner"
    " due_on evidence minutes decision held_on truth retention cause swot"
    " type starts_on ends_on cost expected_effect fee_code list_price concession_pct volume_commitment break_even"
    " renews address language kinds quiet_from quiet_until policy version name tiers"
)
fields = st.sampled_from(_FIELDS.split())
waivers = st.builds(lambda field, value: WAIVER | {field: value}, fields, scalars)
drafts = st.builds(lambda field, value: {"policy": content() | {field: value}}, fields, scalars)
bodies = st.one_of(
    waivers, drafts, scalars, st.lists(scalars, max_size=2), st.dictionaries(fields, scalars, max_size=3)
)
headers = st.dictionaries(
    st.sampled_from(["If-Match", "Idempotency-Key", "X-Request-ID", "Accept"]),
    st.one_of(st.sampled_from(['"1"', "*", "", "k1", '"9"', "W/"]), st.text("abc\"', /*", max_size=12)),
    max_size=2,
)


@pytest.fixture
def api(store, bank_on):
    """On each database: what PostgreSQL refuses is not what SQLite does."""
    bank, api = bank_on(store)
    bank.two_branches()
    bank.case("C2", CASE, tasks=(Task(CASE, "call", "staff-17", date(2026, 2, 1)),))
    two_remedies(bank)
    a_kept_policy(bank)
    return api


def test_reading_never_breaks(api) -> None:
    @_SOME
    @given(path=paths, query=st.lists(st.tuples(names, values), max_size=3))
    def check(path: str, query: list[tuple[str, str]]) -> None:
        answer = person.get(f"/api/v1/{_quoted(path)}", params=query)
        assert answer.status_code in {200, 400, 403, 404, 422}, (path, query, answer.text)
        _is_told(answer)

    person = api.staff("B1")
    check()


@pytest.mark.parametrize("role", ["auditor", "operations", "branch_manager", "approver"])
def test_changing_never_breaks(api, role) -> None:
    @_SOME
    @given(path=posts, body=bodies, extra=headers)
    def check(path: str, body: Any, extra: dict[str, str]) -> None:
        answer = person.post(
            f"/api/v1/{path}", content=_json(body), headers=extra | {"Content-Type": "application/json"}
        )
        assert answer.status_code in {200, 400, 403, 404, 409, 412, 422}, (path, body, extra, answer.text)
        _is_told(answer)

    person = api.a(role, "B1")
    check()


@pytest.mark.parametrize(
    "path",
    [
        "dead-letters",
        "held-weeks",
        "audit",
        "alerts",
        "clients",
        "cases",
        "tasks",
        "remedies",
        "notices",
        "policies",
        "figures",
    ],
)
def test_lists_never_break(api, path) -> None:
    @_SOME
    @given(query=st.lists(st.tuples(names, values), max_size=2))
    def check(query: list[tuple[str, str]]) -> None:
        answer = person.get(f"/api/v1/{path}", params=query)
        assert answer.status_code in {200, 400, 422}, (query, answer.text)
        _is_told(answer)

    person = api.a("auditor")
    check()


def _is_told(answer) -> None:
    assert answer.headers["X-Request-ID"]
    if answer.status_code != 200:
        assert answer.headers["Content-Type"] == "application/problem+json"


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "replace"), safe="/")


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()
