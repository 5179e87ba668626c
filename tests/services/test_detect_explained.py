"""The running detector explains the falls of the week it judges, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import sqlalchemy as sa

from detector.explanation.evidence import Known
from detector.explanation.explaining import explain
from schemas.messages import AlertMessage
from schemas.verdicts import Series
from schemas.weeks import Week, format_week, parse_week
from store.tables.alerts import alert_evidence, alert_explanation, alert_revision
from store.tables.ledger import ledger
from tests.services.conftest import FIRST_WEEK, JudgedBank

MakeBank = Callable[[int], JudgedBank]
_MESSAGE = msgspec.json.Decoder(AlertMessage)


def published(bank: JudgedBank) -> list[AlertMessage]:
    with bank.store.read() as tx:
        return [_MESSAGE.decode(row) for row in tx.scalars(sa.select(alert_revision.c.message))]


def test_every_fall_with_evidence_is_explained_as_of_its_week_and_no_rise_is(make_bank: MakeBank) -> None:
    bank = make_bank(2)
    bank.judge_all(bank.judge())
    messages = published(bank)
    falls = [m for m in messages if m.direction == "fall" and m.comparisons]
    assert len(falls) > 20
    assert all(m.explanation is not None for m in falls)
    assert all(m.explanation is None for m in messages if m.direction == "rise")
    for message in falls:
        assert parse_week(message.explanation.onset_latest) <= parse_week(message.week)
        assert message.explanation.evidence[-1].after_weeks.last == message.week


def test_one_is_kept_of_every_week_with_evidence_of_a_fall(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    with bank.store.read() as tx:
        kept = {tuple(row) for row in tx.execute(sa.select(alert_explanation.c.alert_id, alert_explanation.c.week))}
        seen = {tuple(row) for row in tx.execute(sa.select(alert_evidence.c.alert_id, alert_evidence.c.week))}
    falls = {m.alert_id for m in published(bank) if m.direction == "fall"}
    assert kept == {place for place in seen if place[0] in falls}


def test_it_is_made_from_the_weeks_up_to_the_one_judged_alone(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    message = next(m for m in published(bank) if m.direction == "fall" and m.comparisons)
    week = parse_week(message.week)
    weeks = (ledger.c.client_id == message.client_id, ledger.c.week <= week)
    with bank.store.read() as tx:
        rows = tx.execute(sa.select(ledger).where(*weeks).order_by(ledger.c.week)).all()
    assert [row.week for row in rows] == list(range(FIRST_WEEK, week + 1))
    debit, credit = np.array([(row.debit_minor, row.credit_minor) for row in rows], np.int64).T
    plain = explain(Known(Week(week), debit, credit), Series(message.series))
    assert message.explanation.onset_week == format_week(plain.onset_week)


def test_an_amendment_explains_again_what_it_changed(make_bank: MakeBank) -> None:
    bank = make_bank(1)
    bank.judge_all(bank.judge())
    before = {(m.alert_id, m.revision): m for m in published(bank)}
    last = max(parse_week(m.week) for m in before.values() if m.direction == "fall")
    client_id = next(m.client_id for m in before.values() if parse_week(m.week) == last and m.direction == "fall")
    bank.amend(0, client_id, last - 3, 70_000_000)
    bank.judge_all(bank.judge())
    new = [m for m in published(bank) if (m.alert_id, m.revision) not in before and m.client_id == client_id]
    assert new
    told = [m for m in new if m.direction == "fall" and m.comparisons]
    assert all(m.explanation is not None for m in told)
