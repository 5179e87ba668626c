"""What a page is told of alerts that change while it is open."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.web.alerts.live import Pace, Watch
from store.sign_in import web_sessions
from store.tables.alerts import alert
from tests.api.conftest import Bank
from tests.api.web.conftest import Desk, csrf_of
from tests.api.web.serving import events, served

QUICK = Pace(poll_s=0.05, heartbeat_s=0.2, session_s=0.3, stop_s=0.05)
PATIENCE_S = 10


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    Bank(desk.store).two_branches()
    desk.app.state.pace = QUICK
    with served(desk.app) as address:
        yield address
    del desk.app.state.pace, desk.app.state.stopping, desk.app.state.watch


@contextmanager
def stream(address: str, person: TestClient, after: int | None = None, **headers: str) -> Iterator[Iterator[dict]]:
    """The events a browser is sent, from now on where nothing else is said."""
    cookies = {cookie.name: str(cookie.value) for cookie in person.cookies.jar}
    path = f"{address}/desk/events?after={position(person) if after is None else after}"
    with (
        httpx2.Client(timeout=PATIENCE_S, cookies=cookies) as browser,
        browser.stream("GET", path, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield (event for event in events(answer))


def position(person: TestClient) -> int:
    page = person.get("/").text
    return int(page.partition('data-since="')[2].partition('"')[0])


def told(found: Iterator[dict]) -> dict[str, int]:
    return json.loads(next(event["data"] for event in found if event.get("event") == "alerts"))


def acknowledge(desk: Desk, branch: str) -> str:
    """Somebody of the branch acknowledges its first alert that is open; its id."""
    with desk.store.read() as tx:
        client = {"B1": "C1", "B2": "D1"}[branch]
        alert_id = tx.scalar(sa.select(alert.c.alert_id).where(alert.c.client_id == client))
    person = desk.a("branch_staff", branch, "staff-04")
    form = {"csrf": csrf_of(person), "act": "acknowledge", "alert_ids": alert_id}
    assert person.post("/desk/alerts/bulk", data=form).status_code == 303
    return str(alert_id)


def test_a_change_is_told_to_its_branch_and_to_who_sees_all(desk, address) -> None:
    staff, other, auditor = (
        desk.a("branch_staff", "B1"),
        desk.a("branch_staff", "B2"),
        desk.a("auditor"),
    )
    with stream(address, staff) as mine, stream(address, other) as theirs, stream(address, auditor) as all_of_them:
        first = acknowledge(desk, "B1")
        second = acknowledge(desk, "B2")
        assert told(mine) == {first: 2}
        assert told(theirs) == {second: 2}
        seen: dict[str, int] = {}
        while len(seen) < 2:
            seen |= told(all_of_them)
        assert seen == {first: 2, second: 2}


def test_what_was_missed_is_told_first(desk, address) -> None:
    person = desk.a("branch_staff", "B1")
    before = position(person)
    changed = acknowledge(desk, "B1")
    with stream(address, person, before) as found:
        assert told(found) == {changed: 2}
    with stream(address, person, 0, **{"Last-Event-ID": str(before)}) as found:
        assert told(found) == {changed: 2}


def test_what_a_page_shows_already_is_no_news_to_it(desk, address) -> None:
    desk.app.state.pace = Pace(poll_s=1.5, heartbeat_s=0.2, session_s=60, stop_s=0.05)
    one, other = desk.a("branch_staff", "B1", "staff-01"), desk.a("branch_staff", "B1", "staff-02")
    with stream(address, one) as mine:
        assert next(mine)[":"].startswith("ping")  # a poll has been
        changed = acknowledge(desk, "B1")
        with stream(address, other) as theirs:  # of a page that was made after the change, before the next poll
            assert told(mine) == {changed: 2}
            assert all("event" not in next(theirs) for _ in range(3))


def test_the_database_is_read_once_for_all_who_listen(desk, address) -> None:
    people = [desk.a("branch_staff", "B1", f"staff-{number}") for number in range(5)]
    said: list[float] = []

    def note(_c, _u, statement, *_) -> None:
        if "FROM outbox" in statement and "outbox_id >" in statement:
            said.append(time.monotonic())

    with (
        stream(address, people[0]) as a,
        stream(address, people[1]),
        stream(address, people[2]),
        stream(address, people[3]),
        stream(address, people[4]) as e,
    ):
        watch: Watch = desk.app.state.watch
        deadline = time.monotonic() + PATIENCE_S
        while watch.listeners < 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert watch.listeners == 5
        sa.event.listen(desk.store.engine, "before_cursor_execute", note)
        began = time.monotonic()
        time.sleep(0.6)
        polls = len([at for at in said if at >= began])
        sa.event.remove(desk.store.engine, "before_cursor_execute", note)
        assert 1 <= polls <= 0.7 / QUICK.poll_s
        changed = acknowledge(desk, "B1")
        assert told(a) == told(e) == {changed: 2}


def test_nobody_listening_asks_nothing(desk, address) -> None:
    person = desk.a("branch_staff", "B1")
    with stream(address, person) as found:
        next(found)
    watch: Watch = desk.app.state.watch
    deadline = time.monotonic() + PATIENCE_S
    while watch.listeners and time.monotonic() < deadline:
        time.sleep(0.02)
    assert watch.listeners == 0


def test_a_quiet_stream_beats(desk, address) -> None:
    with stream(address, desk.a("branch_staff", "B1")) as found:
        assert next(found)[":"].startswith("ping")


def test_a_stream_ends_with_its_session(desk, address) -> None:
    person = desk.a("branch_staff", "B1")
    with stream(address, person) as found:
        with desk.store.write() as tx:
            web_sessions.end_all_sessions(tx, "staff-17")
        assert next(event for event in found if "event" in event)["event"] == "ended"
        assert list(found) == []
    assert httpx2.get(f"{address}/desk/events?after=0", headers={"Accept": "text/event-stream"}).status_code == 401


def test_a_stream_ends_with_the_process(desk, address) -> None:
    with stream(address, desk.a("branch_staff", "B1")) as found:
        next(found)
        began = time.monotonic()
        desk.app.state.stopping.set()
        assert [event for event in found if "event" in event] == []
        assert time.monotonic() - began < 2


def test_a_database_that_fails_once_is_asked_again(desk, address) -> None:
    person = desk.a("branch_staff", "B1")
    failures = [1]

    def fail(_c, _u, statement, *_) -> None:
        if failures and "outbox_id >" in statement and "ORDER BY" in statement:
            failures.pop()
            raise RuntimeError("not now")

    with stream(address, person) as found:
        next(found)
        sa.event.listen(desk.store.engine, "before_cursor_execute", fail)
        changed = acknowledge(desk, "B1")
        assert told(found) == {changed: 2}
        sa.event.remove(desk.store.engine, "before_cursor_execute", fail)
    assert failures == []
