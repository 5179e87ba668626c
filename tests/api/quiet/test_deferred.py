"""Alerts that wait for room: found by a filter, and on a list of their own on the Monday page."""

from __future__ import annotations

import sqlalchemy as sa

from casework.alerts.episodes import alert_id_of
from schemas.verdicts import Direction
from schemas.weeks import parse_week
from store.tables.alerts import alert

ALERT = alert_id_of("C1", Direction.FALL, parse_week("2026-W02"))


def defer(bank) -> None:
    with bank.store.write() as tx:
        tx.execute(sa.update(alert).where(alert.c.alert_id == ALERT).values(deferred=True))


def ids(api, query: str = "") -> set[str]:
    return {item["alert_id"] for item in api.staff().get(f"/api/v1/alerts{query}").json()["items"]}


def test_it_is_found_by_the_filter_and_never_dropped(two_branches, api) -> None:
    defer(two_branches)
    assert ids(api, "?deferred=true") == {ALERT}
    assert ALERT not in ids(api, "?deferred=false")
    assert ALERT in ids(api)
    assert api.staff().get(f"/api/v1/alerts/{ALERT}").json()["deferred"] is True


def test_who_takes_it_up_has_let_it_in(two_branches, api) -> None:
    defer(two_branches)
    answer = api.staff().post(f"/api/v1/alerts/{ALERT}/acknowledge", json={})
    assert (answer.status_code, answer.json()["deferred"]) == (200, False)
    assert ALERT in ids(api, "?deferred=false")
