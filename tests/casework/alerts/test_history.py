"""Which weeks are news, and what is told of those that are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casework.alerts import history
from casework.alerts.episodes import EpisodeRules
from casework.alerts.history import NewsRule
from schemas.weeks import Week

W = 2900


@pytest.mark.parametrize(
    ("rule", "weeks"),
    [
        (NewsRule(), {W: False, W - 13: False, W - 14: True, W - 500: True, W + 1: False}),
        (NewsRule(Week(W - 100)), {W: False, W - 100: False, W - 101: True}),
        (NewsRule(Week(W + 3)), {W: True, W + 2: True, W + 3: False}),  # a start that is still to come
    ],
)
def test_a_week_is_history_by_its_age_or_by_the_bank_s_word(rule: NewsRule, weeks: dict[int, bool]) -> None:
    assert {week: rule.is_history(week, Week(W)) for week in weeks} == weeks


def test_what_begins_in_history_is_not_told_and_what_was_told_goes_on_to_be(book, verdict) -> None:
    told = book().judge(W, verdict(W))
    (begun, known) = history.keep_untold([told, replace(told, revision=4)])
    assert (begun.told, known.told) == (False, True)


def test_what_still_stands_is_told_one_revision_on_as_it_began(book, verdict) -> None:
    episodes = book()
    begun = replace(episodes.judge(W, verdict(W)), told=False, revision=7)
    (told,) = history.tell([], history.find_standing([begun], []), Week(W + 3))
    assert told == replace(begun, told=True, revision=8, quiet_weeks=3)


def test_what_the_same_week_changes_is_told_with_that_revision(book, verdict) -> None:
    episodes = book()
    begun = replace(episodes.judge(W, verdict(W)), told=False)
    changed = replace(episodes.judge(W + 1, verdict(W + 1)), told=False)
    (told,) = history.tell([changed], history.find_standing([begun], [changed]), Week(W + 1))
    assert told == replace(changed, told=True)
    assert told.revision == begun.revision + 1


def test_what_recovered_or_ended_in_history_is_never_told(book, verdict) -> None:
    episodes = book(EpisodeRules(quiet_weeks_to_recover=2, quiet_weeks_to_end=4))
    episodes.judge(W, verdict(W))
    for week in (W + 2, W + 4):
        over = replace(episodes.judge(week, None), told=False)
        assert history.find_standing([over], []) == []
        assert history.find_standing([replace(over, state="open", recovered_week=None)], [over]) == []
