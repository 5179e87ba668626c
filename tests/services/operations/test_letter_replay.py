"""`ebbwatch letters replay`: all of a reason, as one command."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from schemas.errors import BadSetting
from schemas.events import TOPIC_ACTIVITY
from services import database_commands
from services.operations import letter_replay
from services.parts import open_parts
from services.settings import load_settings
from store.operations import refused_events
from store.operations.refused_events import DeadLetter
from store.tables.operations import audit, outbox

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_all_letters_of_a_reason_go_back_and_each_is_in_the_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBBWATCH_DATA_DIR", str(tmp_path))
    database_commands.upgrade()
    store = open_parts(load_settings()).store
    letters = [DeadLetter(TOPIC_ACTIVITY, 0, at, b"C1", b"{%d}" % at, "no_rate", "no rate") for at in range(41)]
    with store.write() as tx:
        refused_events.save_refused(tx, "T1", letters, NOW)
    said = letter_replay.replay("no_rate", None, None, "operator-1")
    assert said == "41 letters are on their way to the topics they came from"
    with store.read() as tx:
        values = tx.scalars(
            sa.select(outbox.c.value).where(outbox.c.topic == TOPIC_ACTIVITY).order_by(outbox.c.outbox_id)
        ).all()
        actors = tx.scalars(sa.select(audit.c.actor)).all()
    store.close()
    assert values == [letter.value for letter in letters]
    assert actors == ["operator-1"] * 41
    assert letter_replay.replay("no_rate", None, None, None).startswith("0 letters")
    with pytest.raises(BadSetting, match="REASON: no_rates is none of "):
        letter_replay.replay("no_rates", None, None, None)
