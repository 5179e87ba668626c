"""An explanation is made of the ledger's own weeks up to the one judged, kept with its alert, and said again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa

from casework.alerts.actions import acknowledge
from casework.alerts.episodes import EpisodeRules
from casework.alerts.judging import judge
from detector.explanation.evidence import Known
from detector.explanation.explaining import explain
from schemas.explanations import FindingKind, Label
from schemas.messages import AlertMessage
from schemas.verdicts import Baseline, Comparison, Direction, Grade, Series, Verdict
from schemas.weeks import Week, format_week
from store.alerts import alert_explanations, alert_rows, explaining
from store.tables.alerts import alert_explanation, alert_revision
from store.tables.clients import client
from store.tables.ledger import ledger, shard_week

W, WEEKS = 2900, 104
AT = datetime(2025, 8, 4, 6, tzinfo=UTC)
PEERS = [f"P{n}" for n in range(4)]
rng = np.random.default_rng(4)


def series(share: float) -> np.ndarray:
    weeks = 1e6 * rng.lognormal(0, 0.1, WEEKS)
    weeks[-10:] *= share
    return weeks.astype(np.int64)


VOLUMES = {"C1": (series(1.0), series(0.3)), "C2": (series(0.9), series(0.9))}
VOLUMES |= {peer: (series(0.8), series(0.8)) for peer in PEERS}


def verdict(client_id: str = "C1", direction: Direction = Direction.FALL, week: int = W) -> Verdict:
    compared = Comparison(Series.CREDIT, Baseline.QUARTER_VS_YEAR, 13, 52, 50, 100, -50.0, -30.0, Grade.PROMPT)
    return Verdict(client_id, Week(week), direction, Grade.PROMPT, (compared,), 120_000_000, "standard-1", 1)


def episode(**facts):
    said = verdict(**facts)
    return judge(None, None, said, said.week, EpisodeRules())


@pytest.fixture
def bank(store):
    """C1 loses its credits in the last ten weeks; its industry a fifth of its volume; there is a week after W."""
    with store.write() as tx:
        rows = [
            {"client_id": i, "name": i, "kind": "company", "branch_id": "B1", "tier": "A", "shard": 0,
             "first_week": W - WEEKS + 1, "industry": "textiles" if i != "C2" else None}
            for i in VOLUMES
        ]  # fmt: skip
        tx.execute(sa.insert(client).values(placeholder=False), rows)
        for client_id, (debit, credit) in VOLUMES.items():
            keep(tx, client_id, range(W - WEEKS + 1, W + 1), debit, credit)
            keep(tx, client_id, [W + 1], [10**9], [10**9])
    return store


def keep(tx, client_id, weeks, debit, credit) -> None:
    row = {"client_id": client_id, "shard": 0, "debit_count": 2, "credit_count": 3, "revision": 1}
    rows = [
        row | {"week": week, "debit_minor": int(out), "credit_minor": int(into)}
        for week, out, into in zip(weeks, debit, credit, strict=True)
    ]
    tx.execute(sa.insert(ledger), rows)


def explained(bank, *episodes, week: int = W):
    with bank.read() as tx:
        return explaining.explain_changed(tx, 0, week, episodes)


def save(bank, changed, told) -> AlertMessage:
    with bank.write() as tx:
        facts = alert_rows.load_client_facts(tx, [changed.client_id])
        alert_rows.save_all(tx, [changed], facts, "HKD", AT, told)
        revision = (alert_revision.c.alert_id == changed.alert_id, alert_revision.c.revision == changed.revision)
        return msgspec.json.decode(
            tx.scalar(sa.select(alert_revision.c.message).where(*revision)), type=AlertMessage
        )


def test_it_is_what_the_detector_says_of_the_ledgers_weeks_up_to_the_one_judged(bank) -> None:
    alert = episode()
    debit, credit = VOLUMES["C1"]
    plain = Known(
        week=Week(W),
        debit=debit,
        credit=credit,
        industry=np.stack([sum(VOLUMES[peer]) for peer in PEERS]),
        branch_events=np.full(WEEKS, 5 * (len(VOLUMES) - 1)),
        branch_clients=len(VOLUMES) - 1,
        released=np.zeros(WEEKS, np.bool_),
    )
    assert explained(bank, alert) == {alert.alert_id: explain(plain, Series.CREDIT)}
    told = explained(bank, alert)[alert.alert_id]
    assert (told.label, told.onset_week) == (Label.LEAVING, W - 9)


def test_a_client_without_industry_is_explained_without_it(bank) -> None:
    alert = episode(client_id="C2")
    told = explained(bank, alert)[alert.alert_id]
    assert told.finding(FindingKind.INDUSTRY) is None
    assert told.finding(FindingKind.BRANCH_EVENTS) is not None


@pytest.mark.parametrize(("rebased", "since"), [(W - 40, W - 40), (W + 1, W - WEEKS + 1)])
def test_what_was_before_a_new_normal_is_not_looked_at(bank, rebased, since) -> None:
    with bank.write() as tx:
        tx.execute(sa.update(client).where(client.c.client_id == "C1").values(rebased_week=rebased))
    told = next(iter(explained(bank, episode()).values()))
    assert min(found.before_weeks.first for found in told.findings) >= since
    if since == W - 40:
        assert told.finding(FindingKind.CREDITS).before_weeks.first == W - 40


def test_a_week_released_by_hand_in_which_the_client_was_silent_is_told(bank) -> None:
    with bank.write() as tx:
        silent = (ledger.c.client_id == "C1", ledger.c.week > W - 3)
        tx.execute(sa.update(ledger).where(*silent).values(debit_minor=0, credit_minor=0))
        row = {"shard": 0, "state": "closed", "received": 1, "revision": 1, "judged_revision": 0}
        rows = [row | {"week": W - n, "closed_by": "release" if n < 3 else "marker"} for n in range(5)]
        tx.execute(sa.insert(shard_week), rows)
    told = next(iter(explained(bank, episode()).values()))
    assert told.finding(FindingKind.WITHOUT_FEED_GAPS).count == 3


def test_rises_and_what_has_no_evidence_of_that_week_are_not_explained(bank) -> None:
    assert explained(bank, episode(direction=Direction.RISE)) == {}
    assert explained(bank, episode(), week=W + 1) == {}
    withdrawn = judge(episode(), None, None, Week(W), EpisodeRules())
    assert explained(bank, withdrawn) == {}


def test_it_is_published_and_kept_and_said_again_of_a_persons_act(bank) -> None:
    alert = episode()
    told = explained(bank, alert)
    first = save(bank, alert, told).explanation
    assert (first.label, first.strength, first.onset_week) == ("leaving", "strong", format_week(W - 9))
    assert (first.weeks_left_least, first.weeks_left_most) == (3, 16)
    again = save(bank, acknowledge(alert, "U17"), {})
    assert again.explanation == first
    assert "Looks like business leaving us (strong evidence)" in again.summary.en
    with bank.read() as tx:
        assert alert_explanations.load_of_weeks(tx, {alert.alert_id: W}) == told
        assert alert_explanations.load_of_weeks(tx, {alert.alert_id: W + 1}) == {}
        kept = tx.execute(sa.select(alert_explanation)).one()
    assert (kept.revision, kept.label, kept.onset_week) == (1, "leaving", W - 9)


def test_the_same_week_explained_again_takes_the_place_of_the_first(bank) -> None:
    alert = episode()
    told = explained(bank, alert)
    save(bank, alert, told)
    other = {alert.alert_id: replace(told[alert.alert_id], label=Label.SHRINKING)}
    assert save(bank, acknowledge(alert, "U17"), other).explanation.label == "shrinking"
    with bank.read() as tx:
        kept = tx.execute(sa.select(alert_explanation)).one()
    assert (kept.revision, kept.label) == (2, "shrinking")


def test_an_alert_without_an_explanation_is_published_without_one(bank) -> None:
    assert save(bank, episode(direction=Direction.RISE), {}).explanation is None
