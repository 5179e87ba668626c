"""`ebbwatch explain ALERT_ID [--rebuild]`: what an alert rests on, week by week, and whether it comes out again."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from acts.judging.rebuilding import Rebuilt, rebuild_alert
from casework.alerts.episodes import Episode
from casework.alerts.weekly_means import mean_text
from schemas.money import format_amount
from schemas.verdicts import Comparison, Verdict
from schemas.weeks import format_week
from services.bank_rules import policy_of
from services.judging.holiday_calendar import festivals_of
from services.parts import open_parts, require_database
from services.settings import load_settings
from store.alerts import alert_rows

WIDTH = 140  # where there is no terminal: a comparison in one line


def explain(alert_id: str, *, again: bool, console: Console | None = None) -> int:
    """Print it; 0, or 1 where a week does not come out again. Raises NotFound, BadSetting."""
    parts = open_parts(load_settings())
    require_database(parts)
    with parts.store.read() as tx:
        episode = alert_rows.get(tx, alert_id)
        festivals = festivals_of(parts.settings.holidays)
        rebuilt = list(rebuild_alert(tx, episode, policy_of(parts.settings), festivals)) if again else []
    out = console or Console(soft_wrap=False, width=None if Console().is_terminal else WIDTH)
    currency = parts.settings.base_currency
    at_risk = f"{format_amount(episode.value_at_risk_minor, currency)} {currency}"
    out.print(f"alert {alert_id}: client {episode.client_id}, {episode.direction}, {episode.grade.name.lower()},")
    out.print(f"{episode.state}, opened {format_week(episode.opened_week)}, at risk a year {at_risk}")
    out.print(evidence_table(episode, currency, {each.week: each for each in rebuilt}))
    if not again:
        return 0
    differing = [each for each in rebuilt if not each.identical]
    out.print(f"{len(rebuilt) - len(differing)} of {len(rebuilt)} weeks rebuilt identically")
    return 1 if differing else 0


def evidence_table(episode: Episode, currency: str, rebuilt: dict[int, Rebuilt]) -> Table:
    """A row for each comparison of each week."""
    table = Table("week", "grade", "comparison", "actual", "expected", "deviation", "preset", "policy", "ledger")
    if rebuilt:
        table.add_column("rebuilt")
    for week in sorted(episode.evidence):
        verdict = episode.evidence[week]
        outcome = [_outcome(rebuilt[week], currency)] if rebuilt else []
        first = [format_week(week), verdict.grade.name.lower() if verdict.grade else "withdrawn"]
        made_from = [verdict.policy_version, str(verdict.ledger_revision)]
        for place, comparison in enumerate(verdict.comparisons or (None,)):
            row = [_score(verdict), *[""] * 4] if comparison is None else _cells(comparison, currency)
            sources = [*made_from, *outcome] if place == 0 else []
            table.add_row(*(first if place == 0 else ["", ""]), *row, *sources)
    return table


def _cells(comparison: Comparison, currency: str) -> list[str]:
    return [
        f"{comparison.series} {comparison.baseline}",
        mean_text(comparison.series, comparison.actual_minor, currency),
        mean_text(comparison.series, comparison.expected_minor, currency),
        f"{comparison.deviation_pct:+.1f} %",
        f"{comparison.preset_pct:+.1f} %",
    ]


def _score(verdict: Verdict) -> str:
    """What stands where no preset is passed."""
    return "" if verdict.score is None else f"learned score {100 * verdict.score.probability:.1f} %"


def _outcome(rebuilt: Rebuilt, currency: str) -> str:
    """`identical`, or in what it differs and why that may be, or why it cannot be made again."""
    if rebuilt.lacking is not None:
        return f"cannot be made again: {rebuilt.lacking}"
    notes = [f"as tier {rebuilt.tier}"] + ([f"not known: {rebuilt.unknown}"] if rebuilt.unknown else [])
    outcome = "identical" if rebuilt.identical else "differs: " + "; ".join(_differences(rebuilt, currency))
    return f"{outcome} ({', '.join(notes)})"


def _differences(rebuilt: Rebuilt, currency: str) -> Iterable[str]:
    stored, again = rebuilt.stored, rebuilt.again
    if again is None:
        yield "nothing is said of it"
        return
    if stored.grade != again.grade:
        yield f"{again.grade.name.lower()} instead of {stored.grade.name.lower()}"
    if stored.value_at_risk_minor != again.value_at_risk_minor:
        yield f"at risk {format_amount(again.value_at_risk_minor, currency)}"
    if stored.policy_version != again.policy_version:
        yield f"policy {again.policy_version}"
    if stored.common != again.common:
        yield "beside another group"
    if stored.score != again.score:
        yield _score(again) or "no learned score"
    if _sums(stored) != _sums(again):
        yield "other comparisons: " + ", ".join(
            f"{each.series} {each.baseline} {each.deviation_pct:+.1f} %" for each in again.comparisons
        )


def _sums(verdict: Verdict) -> set[Comparison]:
    return set(verdict.comparisons)
