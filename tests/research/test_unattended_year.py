"""A year in which nobody looks: what is told comes in time, and whoever is gone counts in no total."""

from __future__ import annotations

from research.unattended_year import as_text, unattended

SEED = 7101


def test_a_small_bank_left_alone_is_told_in_time_of_clients_that_are_there() -> None:
    year = unattended(SEED, clients=60, weeks=26, history_weeks=90)
    assert 0 < year.history_told < year.history_alerts
    assert year.opened > 0
    assert year.in_time >= 0.7 * year.opened, as_text(year)
    assert year.closed_in_a_total == 0
    assert year.listed.total() + year.rises.total() < year.history_alerts
