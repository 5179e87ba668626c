"""A year of the whole bank under a policy. The history is kept in memory between two looks: a slider asks often."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from acts.replay_rules import ReplayRules
from casework.policies.course import Course, run_course
from casework.policies.fading import FADING_WEEKS, Faded, choose_clients, count_caught, fade_out
from casework.policies.figures import Figures, load_of
from casework.policies.leavers import SILENT_WEEKS, Leavers, count_caught_leavers, find_leavers
from casework.policies.queue import Capacity
from detector.policies.policy import Policy
from detector.quiet.calendar import Festivals
from detector.quiet.surroundings import Surroundings
from detector.replay import NO_END, History, ReplayedWeek, replay
from detector.state import HISTORY_WEEKS
from schemas.errors import Conflict
from schemas.weeks import Week
from store.leaver import leaver_scores
from store.policies import policy_history
from store.policies.policy_history import BankHistory
from store.unit_of_work import Store, Tx

YEAR = 52
WARM_UP = 13  # weeks judged before those that count: else the first would find everybody who is down at once
REPLAYED = WARM_UP + YEAR
LOADED = HISTORY_WEEKS + REPLAYED
MOST_KEPT = 64  # figures of policies looked at lately
SETTLED_WEEKS = 26  # of history, before a client's copy may fade


class NothingJudged(Conflict):
    """There is no past to replay."""

    def __init__(self) -> None:
        super().__init__("no week has been judged yet: there is nothing to replay")


@dataclass(slots=True)
class Replays:
    """The bank's history as last read, and the figures of the policies replayed on it. Safe between threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _state: policy_history.State | None = None
    _scored: policy_history.State | None = None
    _bank: BankHistory | None = None
    _figures: dict[tuple[str, ReplayRules], Figures] = field(default_factory=dict)

    def figures(self, store: Store, policy: Policy, rules: ReplayRules) -> tuple[Week, Figures]:
        """(last week replayed, figures). One at a time: a second look waits, and a known answer costs nothing.

        Raises NothingJudged.
        """
        with self._lock:
            with store.read() as tx:
                bank = self._read(tx)
            key = (policy.version, rules)
            if key not in self._figures:
                if len(self._figures) >= MOST_KEPT:
                    self._figures.pop(next(iter(self._figures)))
                self._figures[key] = replay_figures(bank, policy, rules)
            return bank.history.last_week, self._figures[key]

    def prepare(self, store: Store, policy: Policy, rules: ReplayRules) -> None:
        """The same without an answer, before somebody asks: the history of a large bank takes seconds to read."""
        with contextlib.suppress(NothingJudged):
            self.figures(store, policy, rules)

    def _read(self, tx: Tx) -> BankHistory:
        last = policy_history.find_last_judged_week(tx)
        if last is None:
            raise NothingJudged
        state = policy_history.load_state(tx, last, REPLAYED)
        scored = leaver_scores.load_state(tx, last - REPLAYED + 1, last)
        if self._bank is None or state != self._state:
            self._bank, self._state = None, None  # the old one's memory first
            self._bank, self._state = policy_history.load_bank(tx, last, LOADED, REPLAYED), state
            self._figures.clear()
        elif scored != self._scored:  # judged again, mostly after a late event: the history is read already
            self._bank = policy_history.with_newest_scores(tx, self._bank, REPLAYED)
            self._figures.clear()
        self._scored = scored
        return self._bank


def replay_figures(
    bank: BankHistory, policy: Policy, rules: ReplayRules, on_week: Callable[[Week], None] = lambda _: None
) -> Figures:
    """1. Who left. 2. Every week again. 3. What it meant. 4. The same of copies that fade, each alone."""
    history = bank.history
    start = Week(history.last_week - REPLAYED + 1)
    weeks = min(YEAR, history.last_week - bank.oldest_week + 1)
    first = Week(history.last_week - weeks + 1)
    leavers = leavers_of(history, first)
    graded = grade_weeks(bank, policy, start, rules.festivals, on_week)
    course = run_course(
        graded,
        len(history.client_ids),
        rules.episodes,
        leavers.at,
        lambda week: bank.held(week, rules.rest_weeks),
        _capacity(bank, rules, first),
    )
    return Figures(
        load=load_of(course, first, weeks, bank.branch, len(bank.branches), rules.hours),
        scores_from=first_scored_week(bank, first),
        leavers=count_caught_leavers(course, leavers.silent_from - (start - history.oldest_week)),
        faded=_fade_steady_clients(history, leavers, policy, rules, start),
    )


def _capacity(bank: BankHistory, rules: ReplayRules, first: Week) -> Capacity | None:
    """From the first week that counts on: nobody knows what waited before."""
    if not rules.branch_weekly_alerts:
        return None
    branches = [bank.branches[at] for at in bank.branch.tolist()]
    history, room = bank.history, rules.branch_weekly_alerts
    return Capacity(room, first, history.client_ids, branches, history.tiers, rules.margins, bank.onsets)


def first_scored_week(bank: BankHistory, first: Week) -> Week | None:
    """From which of the weeks from `first` on the learned scores are in it; None where they are not."""
    return None if bank.scores.since is None else max(bank.scores.since, first)


def leavers_of(history: History, first: Week) -> Leavers:
    """Who left in the weeks from `first` on."""
    closed = history.end_week <= history.last_week
    return find_leavers(history.debit_minor + history.credit_minor, closed, first - history.oldest_week)


def grade_weeks(
    bank: BankHistory, policy: Policy, start: Week, festivals: Festivals, on_week: Callable[[Week], None]
) -> Iterator[ReplayedWeek]:
    """Every client's grades, week by week: the shards side by side."""
    shards = [(at, replay(history, policy, start, scores)) for at, history, scores in bank.shards(festivals)]
    clients = len(bank.history.client_ids)
    for number in range(start, bank.history.last_week + 1):
        week = Week(number)
        whole = ReplayedWeek(
            week, np.zeros((2, clients), np.int8), np.zeros(clients, np.int64), np.full(clients, np.nan)
        )
        for at, judged in shards:
            part = next(judged)
            whole.grade[:, at] = part.grade
            whole.value_at_risk_minor[at] = part.value_at_risk_minor
            whole.chance[at] = part.chance
        yield whole
        on_week(week)


def _fade_steady_clients(
    history: History, leavers: Leavers, policy: Policy, rules: ReplayRules, start: Week
) -> Faded:
    begins = history.last_week - FADING_WEEKS + 1
    steady = (history.first_week <= begins - SETTLED_WEEKS) & (history.end_week == NO_END)
    steady[leavers.at] = False
    before = slice(-FADING_WEEKS - SILENT_WEEKS, -FADING_WEEKS)
    steady &= (history.debit_minor[:, before] + history.credit_minor[:, before]).sum(axis=1) > 0
    at = choose_clients(steady)
    kept = history.take(at, Surroundings(festivals=rules.festivals))
    copies = replace(
        kept,
        debit_minor=fade_out(kept.debit_minor),
        credit_minor=fade_out(kept.credit_minor),
        payments=None if kept.payments is None else fade_out(kept.payments),
    )
    course: Course = run_course(replay(copies, policy, start), len(at), rules.episodes, np.arange(len(at)))
    return count_caught(course)
