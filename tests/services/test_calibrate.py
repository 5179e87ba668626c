"""The command that makes a policy of the bank's own ledger, and proposes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.calibration.bank_policy import TooLittleToCalibrate
from detector.policies.policy import load_policy
from feeds.simulated_bank import SimulatedBank
from schemas.errors import BadSetting
from schemas.events import TOPIC_ACTIVITY
from schemas.weeks import Week, WeekCalendar, parse_week
from services import calibrate
from services.parts import Parts
from services.settings import Settings
from store.clients import client_master
from store.ledger import checkpoint_saving
from store.ledger.checkpoint import Checkpoint, LedgerDeltas, Tally, WeekState
from store.policies import policy_versions
from store.unit_of_work import Store
from telemetry.metrics import Metrics

FIRST, WEEKS, CLIENTS, SHARDS = parse_week("2021-W01"), 140, 900, 2
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def fill(store: Store, weeks: int) -> None:
    """The simulated bank's ledger, all weeks closed and nothing judged; ids of no tier in it are of tier C."""
    bank = SimulatedBank(5, CLIENTS, first_week=FIRST, horizon=WEEKS)
    names = bank.client_ids
    debit, credit = bank.weekly(FIRST, Week(FIRST + weeks - 1))
    begins = np.argmax(debit + credit > 0, axis=1)
    closed = tuple(WeekState(week, "closed", 1, closed_by="marker") for week in range(FIRST, FIRST + weeks))
    for shard in range(SHARDS):
        rows = [at for at in range(shard, CLIENTS, SHARDS) if (debit[at] + credit[at]).any()]
        there = [(at, week) for at in rows for week in range(begins[at], weeks)]
        at, week = np.array(there).T
        ids, ones = [names[row] for row in at.tolist()], np.ones(len(at), np.int64)
        deltas = LedgerDeltas(ids, (FIRST + week).astype(np.int32), debit[at, week], credit[at, week], ones, ones)
        first_weeks = {names[row]: int(FIRST + begins[row]) for row in rows}
        made = Checkpoint(
            TOPIC_ACTIVITY, "T1", shard, 0, 1, NOW, deltas, closed, tally=Tally(accepted=1),
            next_to_close=FIRST + weeks, first_weeks=first_weeks,
        )  # fmt: skip
        store.transact(lambda tx, made=made: checkpoint_saving.save_checkpoint(tx, made))
    with store.write() as tx:
        client_master.save_records(tx, bank.client_records())


@pytest.fixture
def run(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[str, str]]:
    """`run(...)`: what the command printed, and what it said while it worked."""
    monkeypatch.setattr(calibrate, "load_settings", lambda: Settings(data_dir=tmp_path))

    def run(out: Path | None = None, *, as_json: bool = False, propose: bool = True) -> tuple[str, str]:
        def parts_of(settings: Settings) -> Parts:
            return Parts(settings, store, WeekCalendar(settings.zone), Metrics(), lambda: NOW)

        monkeypatch.setattr(calibrate, "open_parts", parts_of)
        calibrate.main(out, as_json=as_json, propose=propose)
        return capsys.readouterr()

    return run


Run = Callable[..., tuple[str, str]]


def test_the_policy_is_shown_beside_the_one_in_force_and_proposed(store: Store, run: Run, tmp_path: Path) -> None:
    fill(store, WEEKS)
    printed, progress = run(tmp_path / "own.json")
    policy = load_policy((tmp_path / "own.json").read_bytes())
    assert policy.version in printed
    assert "in force" in printed
    assert "an alert" not in progress
    assert "reading the ledger ...\n" in progress
    with store.read() as tx:
        kept = policy_versions.get(tx, policy.version)
        assert policy_versions.find_newest_application(tx) is None  # who applies it is somebody else
    assert kept.proposed_by
    assert kept.note is not None
    assert kept.note.startswith("made for HKD as of ")
    assert policy.default_tier == "other"
    assert {tier.tier for tier in policy.tiers} >= {"C", "other"}


def test_on_clients_that_it_was_not_found_on_the_budget_holds_and_leavers_are_caught(
    store: Store, run: Run
) -> None:
    fill(store, WEEKS)
    found: dict[str, Any] = json.loads(run(as_json=True, propose=False)[0])
    proposed = found["proposed"]
    assert 0.0 < proposed["prompts"] <= 0.08  # a few hundred clients: their luck is larger than the margin
    assert proposed["alarms"] <= 0.03
    assert proposed["caught"] == sorted(proposed["caught"])
    assert proposed["caught"][-1] > 0.5
    assert proposed["copies"] > 100
    assert found["in_force"]["copies"] > 100
    assert {each["baseline"] for each in found["speaks"]} >= {"week_vs_recent", "quarter_vs_year"}
    assert 0 < max(each["clients"] for each in found["speaks"]) <= found["speaks"][0]["of"]
    with store.read() as tx, pytest.raises(Exception, match="no policy"):
        policy_versions.get(tx, proposed["version"])
    assert json.loads(run(as_json=True, propose=False)[0]) == found


def test_an_empty_or_young_ledger_is_said_in_one_line(store: Store, run: Run) -> None:
    with pytest.raises(TooLittleToCalibrate, match="the ledger is empty"):
        run()
    fill(store, 60)
    with pytest.raises(TooLittleToCalibrate, match="the ledger holds 60 closed weeks: calibrating needs 91"):
        run()


def test_a_file_that_cannot_be_written_is_named(store: Store, run: Run, tmp_path: Path) -> None:
    fill(store, WEEKS)
    with pytest.raises(BadSetting, match="absent"):
        run(tmp_path / "absent" / "own.json", propose=False)
