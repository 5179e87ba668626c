"""`ebbwatch replay FILE`: a file of transactions as events in Kafka."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from feeds.columns import ColumnMapping, parse_speed
from feeds.pacing import Pace
from feeds.payments_file import open_payments
from feeds.replay import Progress as Sent
from feeds.replay import replay
from schemas.weeks import format_week
from services.history_note import history_note
from services.parts import open_parts
from services.progress_bar import progress_bar
from services.settings import load_settings
from services.simulation.senders import open_sender

_REJECTS_SHOWN = 10


def main(file: Path, columns: Iterable[str], speed: str) -> None:
    """1. Read the file once. 2. Send it week by week. 3. Say what was sent and what was refused, and whether it is
    history.
    """
    parts = open_parts(load_settings())
    mapping = ColumnMapping.parse(columns, parts.settings.base_currency)
    pace = Pace(parse_speed(speed), time.monotonic, time.sleep)
    today = parts.clock().astimezone(parts.settings.zone).date()  # the bank's: in the east it begins before UTC's
    payments = open_payments(file, mapping, parts.settings.zone, latest=today)
    sender = open_sender(parts)
    try:
        with progress_bar("week", "events") as bar:
            task = bar.add_task("", total=sum(payments.week_rows.values()), week="")

            def advance(sent: Sent) -> None:
                bar.update(task, completed=sent.events, week=format_week(sent.week))

            report = replay(payments, sender, pace, advance)
    finally:
        sender.close()
    out = sys.stdout
    out.write(
        f"{report.rows:,} rows: {report.events:,} events of {report.clients:,} clients in {report.weeks:,} weeks"
    )
    out.write(f", {report.rejected:,} refused\n")
    for row in payments.rejected.head(_REJECTS_SHOWN).iter_rows():
        out.write("  row " + " | ".join(str(part) for part in row) + "\n")
    if payments.week_rows:
        note = history_note(parts.settings, min(payments.week_rows), parts.calendar.week_at(parts.clock()))
        out.write(f"{note}\n" if note else "")
