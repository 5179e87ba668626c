"""The simulated bank's people leave cases in every state, with figures measured from the clients' own volumes."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic, sleep

import pytest
import sqlalchemy as sa
from fastapi import Response

from acts.callers import Caller
from acts.roles import Role
from acts.sign_in.local_key import LocalKey
from api.cases.case_routes import CaseQuery, get_case, list_cases
from api.deps import ApiDeps
from api.desk_config import DeskConfig
from api.remedies.reading import RemedyQuery, search_remedies
from casework.cases.missed_departure import missed_departure
from schemas.http_remedies import RemedyBody
from services.simulation.staff import staff_work, stage
from store.cases import case_rows
from store.tables.ledger import shard_week
from store.unit_of_work import Store
from telemetry.metrics import Metrics
from tests.api.conftest import CALENDAR, WEEK, Bank

pytestmark = pytest.mark.slow  # every test stages ten cases
NOW = datetime(2026, 1, 13, 2, tzinfo=UTC)
REGION = Caller("region", Role.APPROVER, None)
AGES = (40, 38, 12, 6, 5, 4, 3, 3, 2, 1)  # weeks since each client's alert began


@pytest.fixture
def deps(store: Store, tmp_path) -> ApiDeps:
    """Ten clients with an alert each; the volume of the oldest came back after a month, no other one did."""
    bank = Bank(store)
    first = WEEK - 120
    for number, age in enumerate(AGES):
        client_id, began = f"C{number}", WEEK - age
        bank.client(client_id, "B1", first_week=first)
        bank.alert(client_id, week=began)
        fallen = range(began - 4, WEEK + 1) if number else range(began - 4, began + 4)
        bank.volumes(client_id, {w: (100, 40_00 if w in fallen else 100_00) for w in range(first, WEEK + 1)})
    bank.shard(WEEK + 1)
    bank.weeks(dict.fromkeys(range(first, WEEK + 1), "closed"))
    return ApiDeps(store, Metrics(), lambda: NOW, CALENDAR, "HKD", LocalKey(tmp_path), dict, desk=DeskConfig())


def _remedies(deps: ApiDeps, **wanted: object) -> list[RemedyBody]:
    with deps.store.read() as tx:
        return search_remedies(tx, deps, REGION, RemedyQuery.model_validate(wanted)).items


def test_there_is_a_case_in_every_state(deps: ApiDeps) -> None:
    assert len(list(stage(deps.performer))) == len(AGES)
    states = [case.state for case in list_cases(REGION, deps, CaseQuery.model_validate({})).items]
    assert set(states) == {
        "forming", "in_review", "plan", "executing", "monitoring", "suspended", "reopened", "closed",
    }  # fmt: skip
    waiting = _remedies(deps, state=["submitted"])
    assert [remedy.type for remedy in waiting] == ["fee_waiver"]


def test_one_remedy_paid_off_and_one_did_not_as_measured(deps: ApiDeps) -> None:
    list(stage(deps.performer))
    closed = list_cases(REGION, deps, CaseQuery.model_validate({"state": ["closed"]})).items
    assert {case.client_id: case.retention for case in closed}["C0"] == "saved"
    effects = {}
    for case in closed:
        found = _remedies(deps, client_id=case.client_id)
        effects[case.client_id] = [effect.change_pct for effect in found[0].effects if effect.weeks == 13]
    (came_back,) = effects.pop("C0")
    ((did_not,),) = effects.values()
    assert came_back > 20
    assert did_not <= 0


def test_nobody_approved_what_they_proposed(deps: ApiDeps) -> None:
    list(stage(deps.performer))
    for remedy in _remedies(deps):
        assert remedy.maker not in {approval.checker for approval in remedy.approvals}


def test_nothing_happened_in_the_future(deps: ApiDeps) -> None:
    list(stage(deps.performer))
    for case in list_cases(REGION, deps, CaseQuery.model_validate({})).items:
        timeline = get_case(REGION, deps, case.case_id, Response()).timeline
        assert [event.at for event in timeline] == sorted(event.at for event in timeline)
        assert timeline[-1].at <= NOW


def test_a_case_that_time_alone_opened_does_not_keep_them_from_it(deps: ApiDeps) -> None:
    stop = Event()
    Bank(deps.store).client("G1", "B1")
    with deps.store.write() as tx:
        case_rows.save(tx, missed_departure("G1", "B1", at=NOW, today=deps.today(), week=WEEK))
        tx.execute(sa.update(shard_week).values(judged_revision=1))
    people = Thread(target=staff_work(deps.performer, WEEK), args=(stop,))
    people.start()
    try:
        deadline = monotonic() + 60
        while len(list_cases(REGION, deps, CaseQuery.model_validate({})).items) <= len(AGES):
            assert monotonic() < deadline
            sleep(0.1)
    finally:
        stop.set()
        people.join(60)


def test_without_alerts_nothing_is_told(store: Store, tmp_path) -> None:
    empty = ApiDeps(store, Metrics(), lambda: NOW, CALENDAR, "HKD", LocalKey(tmp_path), dict)
    assert list(stage(empty.performer)) == []
