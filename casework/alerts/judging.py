"""How a week's verdicts change the episodes. The rules and their reasons: docs/decisions/0010-episodes.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from casework.alerts.episodes import Episode, EpisodeRules, alert_id_of, without_snooze
from schemas.verdicts import Direction, Grade, Verdict
from schemas.vocabulary import Outcome
from schemas.weeks import Week, monday

Key = tuple[str, Direction]  # client_id, direction
ENDED_BY_ITSELF = frozenset({"recovered", "gone"})
REOPENABLE = ENDED_BY_ITSELF | {"expected_event"}


def judge_week(
    current: Mapping[Key, Episode],
    last_closed: Mapping[Key, Episode],
    verdicts: Iterable[Verdict],
    week: Week,
    rules: EpisodeRules,
    suppressed: Collection[str] = frozenset(),
    gone: Collection[str] = frozenset(),
) -> list[Episode]:
    """The episodes that one week of one shard changed, in order of client and direction.

    `current`: the episodes not closed. `last_closed`: of each client and direction the closed episode that
    opened last, no later than `week`. `verdicts`: all of that week, at most one a client and direction.
    `suppressed`: clients of whom less is expected this week, after the calendar. `gone`: those that have closed
    their account or fallen silent for too long.
    """
    passed = {(verdict.client_id, verdict.direction): verdict for verdict in verdicts}
    changed = []
    for key in sorted({*passed, *current, *last_closed}):
        before, verdict = current.get(key), passed.get(key)
        waits, left = key[0] in suppressed, key[0] in gone
        episode = judge(before, last_closed.get(key), verdict, week, rules, suppressed=waits, gone=left)
        if episode is not None:
            changed.append(episode)
    return changed


def judge(
    current: Episode | None,
    last_closed: Episode | None,
    verdict: Verdict | None,
    week: Week,
    rules: EpisodeRules,
    *,
    suppressed: bool = False,
    gone: bool = False,
) -> Episode | None:
    """The episode that this week's verdict (None: no preset passed) changed, one revision on; None if none did.

    Weeks are judged in order; a week judged again is followed by all later ones judged again. `suppressed`: what
    the calendar holds back this week begins as suppressed, and opens with the first evidence of another week.
    `gone`: what ends by itself did not recover.
    """
    if last_closed is not None and _covers(last_closed, week):
        before, after = last_closed, _correct(last_closed, verdict, week, rules, may_reopen=current is None)
    elif current is not None and (week >= current.opened_week or not _is_at_rest(last_closed, verdict, rules)):
        ends_as: Outcome = "gone" if gone else "recovered"
        evidence = _evidence_with(current, week, verdict)
        before, after = current, _take_evidence(current, evidence, week, rules, ends_as)
        after = _release_suppressed(after, verdict, suppressed=suppressed)
    elif current is None and verdict is not None and not _is_at_rest(last_closed, verdict, rules):
        begun = _begin(last_closed, verdict, rules)
        return replace(begun, state="suppressed") if suppressed and begun.state == "open" else begun
    else:
        return None
    return None if after is before or after == before else _with_next_revision(after, before, week)


def _release_suppressed(episode: Episode, verdict: Verdict | None, *, suppressed: bool) -> Episode:
    """A suppressed episode opens where a preset is passed in a week that is not suppressed."""
    opens = episode.state == "suppressed" and verdict is not None and not suppressed
    return replace(episode, state="open") if opens else episode


def _covers(closed: Episode, week: Week) -> bool:
    return closed.opened_week <= week <= _last_week_of(closed)


def _last_week_of(closed: Episode) -> Week:
    return closed.last_week if closed.recovered_week is None else closed.recovered_week


def _is_at_rest(closed: Episode | None, verdict: Verdict | None, rules: EpisodeRules) -> bool:
    """True soon after a person's closing for what is no worse than what was closed."""
    if closed is None or verdict is None or not closed.touched or verdict.grade > closed.grade:
        return False
    return verdict.week - closed.last_week <= rules.rest_weeks


def _begin(last_closed: Episode | None, verdict: Verdict, rules: EpisodeRules) -> Episode:
    """A verdict where nothing is open: 1. the last episode again, if it ended by itself or by an expected event
    not long ago, or has the same id; 2. else a new one.
    """
    week = verdict.week
    alert_id = alert_id_of(verdict.client_id, verdict.direction, week)
    if last_closed is not None:
        returned = last_closed.outcome in REOPENABLE and week - _last_week_of(last_closed) <= rules.reopen_weeks
        if returned or alert_id == last_closed.alert_id:
            reopened = _reopen(last_closed)
            after = _take_evidence(reopened, _evidence_with(reopened, week, verdict), week, rules)
            return _with_next_revision(after, last_closed, week)
    return Episode(
        alert_id=alert_id,
        client_id=verdict.client_id,
        direction=verdict.direction,
        revision=1,
        state="open",
        grade=verdict.grade,
        opened_week=week,
        last_week=week,
        quiet_weeks=0,
        value_at_risk_minor=verdict.value_at_risk_minor,
        evidence={week: verdict},
        unsaved_weeks=frozenset({week}),
    )


def _take_evidence(
    episode: Episode,
    evidence: Mapping[Week, Verdict],
    week: Week,
    rules: EpisodeRules,
    ends_as: Outcome = "recovered",
) -> Episode:
    """An episode that is not closed, as `evidence` and the passing of `week` leave it. `ends_as`: by itself."""
    corrected = evidence is not episode.evidence
    after = _follow_evidence(episode, evidence) if corrected else episode
    if corrected and not after.live and not after.touched:
        return replace(after, state="closed", outcome="withdrawn", quiet_weeks=0)
    after = _end_snooze(episode, after, week)
    recovered_week = Week(after.last_week + rules.quiet_weeks_to_recover)
    if week >= recovered_week:
        after = replace(after, recovered_week=recovered_week, quiet_weeks=rules.quiet_weeks_to_recover)
        if _ends_by_itself(after, week - after.last_week, rules):
            after = replace(after, state="closed", outcome=ends_as, quiet_weeks=week - after.last_week)
    elif after.last_week != episode.last_week:
        after = replace(after, recovered_week=None, quiet_weeks=max(0, week - after.last_week))
    return after


def _ends_by_itself(episode: Episode, quiet_weeks: int, rules: EpisodeRules) -> bool:
    """A fall that nobody touched, after a quiet quarter. A rise is over as news, unless a case has it."""
    if episode.direction is Direction.RISE:
        return episode.state != "in_case" and quiet_weeks >= rules.quiet_weeks_to_recover
    return not episode.touched and quiet_weeks >= rules.quiet_weeks_to_end


def _correct(
    closed: Episode, verdict: Verdict | None, week: Week, rules: EpisodeRules, *, may_reopen: bool
) -> Episode:
    """A closed episode after a week it covers was judged again. What a person closed stays closed."""
    evidence = _evidence_with(closed, week, verdict)
    if evidence is closed.evidence:
        return closed
    after = _follow_evidence(closed, evidence)
    if closed.touched:
        return replace(after, grade=closed.grade)
    if not after.live:
        return replace(after, outcome="withdrawn")
    stands = closed.outcome in ENDED_BY_ITSELF and after.last_week <= closed.last_week
    if stands or not may_reopen:
        return after
    return _take_evidence(_reopen(closed), evidence, week, rules)


def _evidence_with(episode: Episode, week: Week, verdict: Verdict | None) -> Mapping[Week, Verdict]:
    """The evidence with this week's verdict added, replaced or withdrawn; the same object if nothing changes."""
    old = episode.evidence.get(week)
    if verdict is None:
        if old is None or not old.grade:
            return episode.evidence
        verdict = replace(old, grade=Grade.NONE, comparisons=(), value_at_risk_minor=0)
    elif old is not None and _what_counts(old) == _what_counts(verdict):
        return episode.evidence
    return {**episode.evidence, week: verdict}


def _what_counts(verdict: Verdict) -> tuple[object, ...]:
    """What makes a verdict another one; the versions it was made from do not."""
    return verdict.grade, verdict.comparisons, verdict.value_at_risk_minor


def _follow_evidence(episode: Episode, evidence: Mapping[Week, Verdict]) -> Episode:
    """The episode with its weeks, grade and value taken from `evidence`. A touched one is never lowered."""
    live = {week: verdict for week, verdict in evidence.items() if verdict.grade}
    if not live:
        return replace(episode, evidence=evidence, value_at_risk_minor=0)
    last = max(live)
    worst = max(episode.settled, *(verdict.grade for verdict in live.values()))
    return replace(
        episode,
        evidence=evidence,
        grade=max(episode.grade, worst) if episode.touched else worst,
        opened_week=min(episode.opened_week, *live),
        last_week=last,
        value_at_risk_minor=live[last].value_at_risk_minor,
    )


def _end_snooze(before: Episode, after: Episode, week: Week) -> Episode:
    """Ends a snooze whose date has passed by the week's end, or that a new alarm breaks."""
    if after.state != "snoozed" or after.snoozed_until is None:
        return after
    over = after.snoozed_until < monday(week + 1)
    return without_snooze(after) if over or _is_new_alarm(before, after, week) else after


def _is_new_alarm(before: Episode, after: Episode, week: Week) -> bool:
    """True for an alarm that was not there when people last looked: not the same one a week older."""
    if after.evidence is before.evidence or after.evidence[week].grade is not Grade.ALARM:
        return False
    previous = before.evidence.get(Week(week - 1))
    goes_on = week <= before.last_week or (previous is not None and previous.grade is Grade.ALARM)
    return before.grade < Grade.ALARM or not goes_on


def _reopen(closed: Episode) -> Episode:
    return replace(closed, state="open", outcome=None, outcome_note=None, recovered_week=None, quiet_weeks=0)


def _with_next_revision(after: Episode, before: Episode, week: Week) -> Episode:
    new = after.evidence is not before.evidence
    unsaved = before.unsaved_weeks | {week} if new else before.unsaved_weeks
    return replace(after, revision=before.revision + 1, unsaved_weeks=unsaved)
