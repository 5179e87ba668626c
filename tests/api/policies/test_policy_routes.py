"""Policies: proposed by one, seen and applied by another, never unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import numpy as np
import pytest
import sqlalchemy as sa

from detector.leaver.model import load_model
from detector.leaver.sharpen import Scores
from detector.policies.policy import TierPolicy
from schemas.weeks import format_week
from store.leaver import leaver_models, leaver_scores
from store.ledger.shard_weeks import Claim
from store.policies import judgings, policy_versions
from store.tables.alerts import alert_opening
from store.tables.ledger import shard_week
from store.tables.policies import policy_preview
from tests.api.conftest import NOW
from tests.api.policy_desk import LAST, SHIPPED, content, judged_bank, looked_at, proposed

POLICIES = "/api/v1/policies"


@pytest.fixture
def model_in_use(bank):
    """`model_in_use(first, chances)`: the weeks from `first` to LAST judged by a model, with the same scores."""
    shipped = load_model((files("detector.leaver") / "default_model.json").read_bytes())
    model = replace(shipped, prompt_at=0.4, alarm_at=0.95)

    def judge(first: int, chances: dict[str, float], revision: int = 1) -> None:
        said = Scores(np.array(list(chances.values())), model.prompt_at, model.alarm_at, model.version)
        with bank.store.write() as tx:
            leaver_models.save(tx, model, NOW)
            tx.execute(sa.update(shard_week).where(shard_week.c.week >= first).values(judged_revision=revision))
            for week in range(first, LAST + 1):
                claim = Claim(0, week, revision, 0)
                judgings.save_judging(tx, claim, SHIPPED, model.version)
                leaver_scores.save_scores(tx, claim, list(chances), said, np.zeros(len(chances), np.bool_))

    return judge


@pytest.fixture
def desk(bank, api):
    judged_bank(bank)
    return api


def applied(api, version: str, who: str = "approver-2", **headers: str):
    return api.a("approver", user=who).post(f"{POLICIES}/{version}/apply", json={}, headers=headers)


def test_a_proposed_policy_is_kept_and_told(desk) -> None:
    answer = desk.a("approver", user="approver-1").post(POLICIES, json={"policy": content(), "note": "less noise"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["version"].startswith("quieter-")
    assert (told["proposed_by"], told["note"], told["in_force"], told["revision"]) == (
        "approver-1", "less noise", False, 1,
    )  # fmt: skip
    read = desk.a("auditor").get(f"{POLICIES}/{told['version']}")
    assert read.json() == told
    assert read.headers["ETag"] == '"1"'
    assert told["policy"] == content() | {"minor_digits": 2}


def test_a_policy_that_says_nothing_of_paid_weeks_and_noise_has_the_detectors_own(desk) -> None:
    tier = {"tier": "C", "minimum_effect": 0, "presets": []}
    given = {"name": "bare", "default_tier": "C", "tiers": [tier]}
    told = desk.a("approver").post(POLICIES, json={"policy": given}).json()["policy"]["tiers"][0]
    bare = TierPolicy("C", 0, ())
    assert (told["fewest_paid_weeks"], told["own_noise"]) == (bare.fewest_paid_weeks, bare.own_noise)


def test_the_same_policy_again_stays_whose_it_was(desk) -> None:
    assert proposed(desk, "approver-1") == proposed(desk, "approver-2")
    (one,) = desk.a("approver").get(POLICIES).json()["items"]
    assert one["proposed_by"] == "approver-1"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "a b"}, "/policy/name"),
        ({"default_tier": "Z"}, "/policy"),
        ({"minor_digits": 3}, "/policy"),
        ({"colour": "red"}, "/policy/colour"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_its_field(desk, change, pointer) -> None:
    answer = desk.a("approver").post(POLICIES, json={"policy": content() | change})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_limit_of_the_wrong_sign_is_refused(desk) -> None:
    answer = desk.a("approver").post(POLICIES, json={"policy": content(prompt_pct=30.0)})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/policy")


def test_a_preview_shows_a_year_under_both_policies(desk) -> None:
    shown = looked_at(desk, proposed(desk))
    assert (shown["last_week"], shown["weeks"], shown["branches"], shown["seen"]) == ("2026-W01", 52, 2, True)
    assert shown["in_force"]["version"] == SHIPPED
    assert shown["scores_from"] is None  # no model has judged
    under, beside = shown["proposed"], shown["in_force"]
    assert (under["load"]["alerts"], beside["load"]["alerts"]) == (1, 2)  # L1; with the shipped one F1, too
    assert under["load"]["alerts_per_branch_week"] == 1 / 104
    assert sum(under["load"]["alerts_by_week"]) == 1
    assert under["leavers"]["leavers"] == beside["leavers"]["leavers"] == 1
    assert (under["leavers"]["caught"], under["leavers"]["caught_before"]) == (1, 0)
    assert under["fading"]["copies"] == 11
    assert under["fading"]["caught_in_26"] <= beside["fading"]["caught_in_26"] == 11


def test_a_policy_that_is_not_kept_can_be_looked_at_and_leaves_nothing(desk) -> None:
    answer = desk.a("approver").post(f"{POLICIES}/preview", json={"policy": content()})
    assert (answer.status_code, answer.json()["seen"]) == (200, False)
    with desk.store.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(policy_preview)) == 0
    assert desk.a("auditor").get("/api/v1/audit").json()["items"] == []


@pytest.mark.parametrize("body", [{}, {"version": "a", "policy": content()}])
def test_a_preview_is_of_one_policy(desk, body) -> None:
    assert desk.a("approver").post(f"{POLICIES}/preview", json=body).status_code == 422


def test_a_bank_without_judged_weeks_has_no_preview(api) -> None:
    version = proposed(api)
    answer = api.a("approver").post(f"{POLICIES}/preview", json={"version": version})
    assert answer.status_code == 409


def test_who_has_seen_a_policy_and_did_not_propose_it_applies_it(desk) -> None:
    version = proposed(desk)
    looked_at(desk, version)
    answer = applied(desk, version)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["in_force"], told["revision"], answer.headers["ETag"]) == (True, 2, '"2"')
    assert told["applications"] == [
        {"from_week": "2026-W02", "applied_by": "approver-2", "applied_at": told["applications"][0]["applied_at"]}
    ]
    with desk.store.read() as tx:
        found = [policy_versions.find_for_week(tx, week) for week in (LAST, LAST + 1)]
    assert [each.name for each in found] == ["default", "quieter"]
    items = desk.a("auditor").get(POLICIES).json()["items"]
    assert {each["name"]: each["in_force"] for each in items} == {"quieter": True, "default": False}
    actions = [each["action"] for each in desk.a("auditor").get("/api/v1/audit").json()["items"]]
    assert actions == ["policy.apply", "policy.preview", "policy.propose"]


def test_a_policy_is_never_applied_unseen(desk) -> None:
    version = proposed(desk)
    assert applied(desk, version).status_code == 409
    looked_at(desk, version, who="approver-3")  # another pair of eyes than who applies
    assert applied(desk, version).status_code == 409


def test_a_look_at_another_policy_does_not_count(desk) -> None:
    version = proposed(desk)
    looked_at(desk, proposed(desk, prompt_pct=-80.0))
    assert applied(desk, version).status_code == 409


def test_a_look_beside_a_policy_that_is_no_longer_in_force_does_not_count(desk) -> None:
    first, second = proposed(desk), proposed(desk, prompt_pct=-80.0)
    looked_at(desk, first)
    looked_at(desk, second)
    assert applied(desk, second).status_code == 200
    assert applied(desk, first).status_code == 409


def test_a_look_of_five_weeks_ago_does_not_count(desk) -> None:
    version = proposed(desk)
    looked_at(desk, version)
    desk.clock.now += timedelta(weeks=5)
    assert applied(desk, version).status_code == 409


def test_who_proposed_a_policy_does_not_apply_it(desk) -> None:
    version = proposed(desk, "approver-1")
    looked_at(desk, version, who="approver-1")
    assert applied(desk, version, who="approver-1").status_code == 403


def test_the_policy_in_force_is_not_applied_again(desk) -> None:
    version = proposed(desk)
    looked_at(desk, version)
    assert applied(desk, version).status_code == 200
    looked_at(desk, version)
    assert applied(desk, version).status_code == 409


def test_another_revision_than_the_one_meant_is_not_applied(desk) -> None:
    version = proposed(desk)
    looked_at(desk, version)
    assert applied(desk, version, **{"If-Match": '"7"'}).status_code == 412
    assert applied(desk, version, **{"If-Match": '"1"'}).status_code == 200


def test_applying_twice_with_one_key_is_applying_once(desk) -> None:
    version = proposed(desk)
    looked_at(desk, version)
    first, again = (applied(desk, version, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    with desk.store.read() as tx:
        assert len(policy_versions.load_applications(tx, version)) == 1


def test_a_policy_tells_how_its_alerts_ended(desk, bank) -> None:
    version = proposed(desk)
    none = {"opened": 0, "closed_by_people": 0, "false_alarms": 0}
    assert desk.a("auditor").get(f"{POLICIES}/{version}").json()["record"] == none
    of_b1, of_b2, _ = (bank.alert(client_id) for client_id in ("L1", "F1", "S3"))
    with desk.store.write() as tx:
        tx.execute(sa.update(alert_opening).values(policy_version=version))
    for branch, alert_id, outcome in (("B1", of_b1, "false_alarm"), ("B2", of_b2, "true_decline")):
        closed = desk.staff(branch).post(f"/api/v1/alerts/{alert_id}/close", json={"outcome": outcome})
        assert closed.status_code == 200
    found = desk.a("auditor").get(f"{POLICIES}/{version}").json()["record"]
    assert found == {"opened": 3, "closed_by_people": 2, "false_alarms": 1}


def test_an_unknown_policy_is_404_everywhere(desk) -> None:
    person = desk.a("approver")
    assert person.get(f"{POLICIES}/none").status_code == 404
    assert person.post(f"{POLICIES}/none/apply", json={}).status_code == 404
    assert person.post(f"{POLICIES}/preview", json={"version": "none"}).status_code == 404


def test_the_list_is_paged_by_the_time_of_proposing(desk) -> None:
    names = []
    for number in range(5):
        desk.clock.now += timedelta(minutes=number % 2)
        names.append(proposed(desk, name=f"p{number}"))
    found, cursor = [], None
    while True:
        page = desk.a("approver").get(POLICIES, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [each["version"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert sorted(found) == sorted(names)
    assert found[-1] in names[:1]


def test_a_known_answer_is_not_worked_out_again_until_a_week_has_been_judged(desk, bank) -> None:
    version = proposed(desk)
    first = looked_at(desk, version)
    kept = dict(desk.app.state.deps.replays._figures)
    assert looked_at(desk, version) == first
    assert list(map(id, desk.app.state.deps.replays._figures.values())) == list(map(id, kept.values()))


def test_scores_of_weeks_judged_since_are_in_the_next_answer(desk, model_in_use) -> None:
    version = proposed(desk)
    assert looked_at(desk, version)["scores_from"] is None
    model_in_use(LAST - 9, {"S2": 0.9}, revision=2)
    told = looked_at(desk, version)
    assert told["scores_from"] == format_week(LAST - 9)
    assert told["proposed"]["load"]["alerts"] == 2  # S2 beside L1
    model_in_use(LAST - 9, {}, revision=3)
    assert looked_at(desk, version)["proposed"]["load"]["alerts"] == 1


def test_with_a_capacity_alerts_come_up_when_there_is_room(desk, model_in_use) -> None:
    version = proposed(desk)
    model_in_use(LAST - 9, dict.fromkeys(("S2", "S4", "S6", "S8"), 0.9))
    alone = looked_at(desk, version)["proposed"]["load"]
    deps = desk.app.state.deps
    desk.app.state.deps = replace(deps, rules=replace(deps.rules, branch_weekly_alerts=1))
    limited = looked_at(desk, version)["proposed"]["load"]
    assert alone["waited"] == 0
    assert alone["busiest_branch_week"] > 1
    assert limited["busiest_branch_week"] == 1
    assert limited["waited"] >= alone["busiest_branch_week"] - 1
    assert limited["alerts"] <= alone["alerts"]
