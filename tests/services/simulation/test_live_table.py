"""What is shown while the embedded run works: the figures of the store, on a terminal and without one."""

from __future__ import annotations

import threading

import pytest
from rich.console import Console

from schemas.verdicts import Grade
from schemas.weeks import parse_week
from services.simulation import live_table
from store.operations.overview import LatestAlert, Overview

WEEK = parse_week("2026-W02")
NOTHING = Overview(0, 0, 0, 0, 0, None, None, 0, {}, 0, ())
BUSY = Overview(
    clients=300,
    accepted=1_234_567,
    duplicates=5,
    late=6,
    dead_letters=7,
    closed_week=WEEK,
    judged_week=WEEK - 1,
    held_weeks=2,
    open_alerts={Grade.ALARM: 3, Grade.PROMPT: 4},
    unsent=8,
    latest=(LatestAlert("C000123", "Harbour Tea", "B014", WEEK, Grade.ALARM, "fall", 123_456_789),),
)


def drawn(overview: Overview) -> str:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(live_table._draw(overview, "HKD"))
    return captured.get()


def test_a_terminal_shows_every_figure_and_the_newest_alerts() -> None:
    text = drawn(BUSY)
    for figure in ("1,234,567", "2026-W02", "2026-W01", "3 alarms", "4 prompts"):
        assert figure in text
    [row] = [line for line in text.splitlines() if "C000123" in line]
    assert [word for word in ("alarm", "Harbour Tea", "B014", "fall", "1,234,567") if word in row] == [
        "alarm", "Harbour Tea", "B014", "fall", "1,234,567",
    ]  # fmt: skip


def test_before_the_first_event_there_is_a_table_too() -> None:
    assert "none yet" in drawn(NOTHING)


def test_without_a_terminal_there_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()

    def read() -> Overview:
        stop.set()
        return BUSY

    live_table.show(read, "HKD", stop, 0.001)
    assert capsys.readouterr().out == (
        "300 clients, 1,234,567 events, 7 dead letters; closed to 2026-W02, judged to 2026-W01; "
        "open: 3 alarms, 4 prompts\n"
    )
