"""Ten real clients that faded, as the product would have told of them: python -m research.fading_clients DATA [OUT]

DATA holds transactions.parquet and outcomes_hindsight.parquet. OUT (docs by default) gets detection.md's part
between its marks, and a picture of each. The ten are every fifth of the clients of outcome ended_gradual_fade
that have the history to be judged, by id: chosen before anything was seen of them. Each branch is a shard;
presets as shipped, on each branch's own scale, sharpened by a learned score that was fitted to the other branches
alone; an alarm that has recovered is closed by a person, which an alarm needs, as inconclusive.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from bench.detection.ours import SEED, Lives, together
from bench.detection.reading import read_folder
from bench.detection.sample import Branch as Learnt
from casework.alerts.actions import close
from casework.alerts.episodes import Episode, EpisodeRules, leading_series
from casework.alerts.judging import judge
from casework.alerts.sentence import sentence
from detector import fit
from detector.comparisons.sums import Ints
from detector.comparisons.windows import PAIRS, Window
from detector.explanation.evidence import Known
from detector.explanation.explaining import HISTORY_WEEKS, explain
from detector.leaver.history import ClientHistory
from detector.leaver.model import LeaverModel
from detector.leaver.sharpen import Scores, sharpen_verdicts
from detector.policies.own_scale import on_own_scale, usual_years
from detector.policies.policy import Policy
from detector.policies.presets import default_policy
from detector.state import ShardState, payments_of
from detector.step import WeekVolumes, step
from research.fading_page import Faded, Seen, page
from research.fading_picture import picture
from research.real_payments import FADES, LOOK_BACK_WEEKS, SETTLED_WEEKS, Branch, branches
from schemas.explanations import Explanation
from schemas.verdicts import HUNDREDTHS, Direction, Series, Verdict
from schemas.weeks import Week, week_of_date
from store.alerts.explaining import BRANCH_SAMPLE

Fit = Callable[[ClientHistory, int], LeaverModel]

MINOR = 100
EVERY, MARKS = 5, ("<!-- fading clients -->\n", "<!-- /fading clients -->\n")


@dataclass(frozen=True)
class Shard:
    """A branch, the number of its first week, and how many payments each client had a week: int64 (n, T)."""

    branch: Branch
    start: int
    events: Ints
    scores: Scores  # of every week: probability (n, T)


def main(folder: Path, out: Path, fit: Fit = fit) -> None:
    """1. Choose. 2. Replay. 3. Write the pictures and the page."""
    starts, policy = _starts(folder), default_policy("GBP")
    found, learnt_from = branches(folder), read_folder(folder)
    chosen = _chosen(found)
    told: list[Faded] = []
    for branch in found:
        rows = [row for name, row in chosen if name == branch.name]
        if not rows:
            continue
        scaled = on_own_scale(policy, usual_years(policy, branch.history.tiers, _yearly(branch)))
        shard = Shard(branch, starts[branch.name], _payments(branch), _scores(learnt_from, branch, fit))
        told += _replay(shard, rows, scaled)
    (out / "fading").mkdir(parents=True, exist_ok=True)
    for at, faded in enumerate(told, 1):
        (out / "fading" / f"{at:02d}.svg").write_text(picture(faded, at), encoding="utf-8")
    target = out / "detection.md"
    text = target.read_text(encoding="utf-8")
    before, rest = text.split(MARKS[0])
    target.write_text(before + MARKS[0] + page(told) + MARKS[1] + rest.split(MARKS[1])[1], encoding="utf-8")


def _chosen(found: list[Branch]) -> list[tuple[str, int]]:
    able = [
        (branch.history.client_ids[i], branch.name, i)
        for branch in found
        for i in range(len(branch.outcome))
        if branch.outcome[i] == FADES and branch.last[i] - LOOK_BACK_WEEKS > branch.first[i] + SETTLED_WEEKS
    ]
    return [(name, row) for _, name, row in sorted(able)[::EVERY]][:10]


def _yearly(branch: Branch) -> Ints:
    """What each client moved in a year of its life, minor units, int64 (n,)."""
    moved = branch.history.debit + branch.history.credit
    yearly: Ints = moved.sum(axis=1) * 52 // (branch.last - branch.first + 1)
    return yearly


def _payments(branch: Branch) -> Ints:
    history = branch.history
    return payments_of(history.debit, history.credit, history.payments)


def _starts(folder: Path) -> dict[str, int]:
    """The first week of each branch."""
    first = pl.scan_parquet(folder / "transactions.parquet").group_by("branch_id").agg(pl.col("date").min())
    return {name: week_of_date(day) for name, day in first.collect().iter_rows()}


def _scores(learnt_from: Sequence[Learnt], branch: Branch, fit: Fit) -> Scores:
    """By a model that has seen none of the branch's clients."""
    model = fit(together([other for other in learnt_from if other.name != branch.name]), SEED)
    history = branch.history
    turnover = (history.debit + history.credit) / MINOR
    lives = Lives(turnover, np.zeros(len(turnover), np.int64), history.begins)
    return Scores(model.score(lives), model.prompt_at, model.alarm_at, model.version)


def _replay(shard: Shard, rows: list[int], policy: Policy) -> list[Faded]:
    """Every week of the branch through the detector; the falls of the chosen through episodes and explanation."""
    history, branch = shard.branch.history, shard.branch
    state, begins = ShardState.empty(), history.begins
    place = {history.client_ids[row]: row for row in rows}
    open_now: dict[int, Episode | None] = dict.fromkeys(rows)
    closed: dict[int, Episode | None] = dict.fromkeys(rows)
    seen: dict[int, list[Seen]] = {row: [] for row in rows}
    for at in range(history.weeks):
        known = np.flatnonzero(begins <= at)
        week = Week(shard.start + at)
        volumes = WeekVolumes(
            week,
            [history.client_ids[i] for i in known],
            (begins[known] + shard.start).astype(np.int32),
            history.debit[known, at],
            history.credit[known, at],
            payments=shard.events[known, at],
        )
        state, verdicts = step(state, volumes, policy, [history.tiers[i] for i in known])
        falls = {
            place[v.client_id]: v
            for v in sharpen_verdicts(
                verdicts, replace(shard.scores, probability=shard.scores.probability[known, at])
            )
            if v.direction is Direction.FALL and v.client_id in place
        }
        for row in rows:
            after = judge(open_now[row], closed[row], falls.get(row), week, EpisodeRules())
            if after is None or at > branch.last[row]:
                continue
            if after.recovered_week is not None and after.state != "closed":
                after = close(after, "inconclusive", None)
            if after.state == "closed":
                open_now[row], closed[row] = None, after
            else:
                open_now[row] = after
                if after.last_week == week:
                    seen[row].append(_seen(shard, row, after, week))
    return [_faded(shard, row, seen[row], policy) for row in rows]


def _seen(shard: Shard, row: int, episode: Episode, week: Week) -> Seen:
    told = _explained(shard, row, episode.newest, week)
    return Seen(episode, told, sentence(episode.newest, "GBP", told), _rebuilt(shard, row, episode.newest))


def _explained(shard: Shard, row: int, verdict: Verdict, week: Week) -> Explanation:
    history, at = shard.branch.history, week - shard.start
    first = max(int(history.begins[row]), at - HISTORY_WEEKS + 1)
    others = [i for i in np.flatnonzero(history.begins <= at) if i != row][:BRANCH_SAMPLE]
    weeks = slice(first, at + 1)
    known = Known(
        week,
        history.debit[row, weeks],
        history.credit[row, weeks],
        branch_events=shard.events[others, weeks].sum(axis=0),
        branch_clients=len(others),
    )
    return explain(known, leading_series(verdict))


def _rebuilt(shard: Shard, row: int, verdict: Verdict) -> bool:
    """True where every comparison follows from plain sums of the client's weeks."""
    history, at = shard.branch.history, verdict.week - shard.start
    sides = {"debit": history.debit[row], "credit": history.credit[row]}
    sides |= {"turnover": sides["debit"] + sides["credit"], "payments": shard.events[row]}

    def mean(series: str, window: Window) -> float:
        end = at - window.lag + 1
        total = float(sides[series][end - window.weeks : end].sum()) / window.weeks
        return total * HUNDREDTHS if series == Series.PAYMENTS else total

    pairs = {pair.baseline: pair for pair in PAIRS}
    return all(
        abs(mean(c.series.value, pairs[c.baseline].actual) - c.actual_minor) <= 1
        and abs(mean(c.series.value, pairs[c.baseline].expected) - c.expected_minor) <= 1
        for c in verdict.comparisons
    )


def _faded(shard: Shard, row: int, seen: list[Seen], policy: Policy) -> Faded:
    branch = shard.branch
    turnover = branch.history.debit[row] + branch.history.credit[row]
    tier = next(rules for rules in policy.tiers if rules.tier == branch.history.tiers[row])
    preset = next(
        p
        for p in tier.presets
        if (p.baseline.value, p.series.value, p.direction.value) == ("quarter_vs_year", "turnover", "fall")
    )
    return Faded(
        branch=branch.name,
        turnover=turnover,
        first=int(branch.first[row]),
        last=int(branch.last[row]),
        start=shard.start,
        seen=seen,
        prompt_pct=float(preset.prompt_pct or 0.0),
        minimum_effect=tier.minimum_effect,
        chance=shard.scores.probability[row],
        prompt_at=shard.scores.prompt_at,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path("docs"))
