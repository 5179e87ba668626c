"""`ebbwatch calibrate`: a policy made of the bank's own ledger, shown beside the one in force, and proposed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from acts import policies
from acts.calibration import Calibration, Under, calibrate_bank
from acts.performing import Performer
from detector.calibration.calibrating import NAMES
from detector.calibration.outcomes import CAUGHT_WITHIN
from detector.policies.policy import dump_policy
from schemas.errors import BadSetting
from schemas.weeks import format_week
from services.bank_rules import bank_of
from services.operations.command_line import operator
from services.parts import open_parts, require_database
from services.settings import load_settings

WIDTH = 120  # where there is no terminal
Row = tuple[str, Callable[[Under], str]]


def main(out: Path | None, *, as_json: bool, propose: bool) -> None:
    """1. Calibrate. 2. Show it. 3. Propose it, and write the file.

    Raises TooLittleToCalibrate, and BadSetting where `out` cannot be written.
    """
    parts = open_parts(load_settings())
    require_database(parts)
    bank = bank_of(parts.settings, parts.calendar)
    found = calibrate_bank(parts.store, bank, _say)
    version = found.proposed.policy.version
    if propose:
        performer = Performer(parts.store, bank, parts.clock)
        performer.perform(
            operator(), lambda context: policies.propose(context, found.proposed.policy, note=found.note)
        )
    if out is not None:
        _write(out, dump_policy(found.proposed.policy))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if as_json:
        console.file.write(msgspec.json.format(msgspec.json.encode(shown(found))).decode() + "\n")
    else:
        print_tables(console, found)
        console.print(_what_next(version, out, propose=propose))


def print_tables(console: Console, found: Calibration) -> None:
    """What each policy gives, what the tiers are, and for how many clients each comparison speaks."""
    clients, last_week = f"{found.clients:,} of {found.bank_clients:,} clients", format_week(found.last_week)
    of = f"{clients}, {found.weeks} weeks to {last_week}"
    both = Table("", f"{found.running.policy.version}\nin force", found.proposed.policy.version, title=of)
    for name, text in rows(found.bank_clients / max(1, found.clients)):
        both.add_row(name, text(found.running), text(found.proposed))
    console.print(both)
    tiers = Table("tier", "median yearly turnover", "minimum effect a year", "presets")
    for tier in found.proposed.policy.tiers:
        year = found.made.years[tier.tier]
        tiers.add_row(tier.tier, f"{year.median:,}", f"{tier.minimum_effect:,}", str(len(tier.presets)))
    console.print(tiers)
    speaks = Table("comparison", "series", "speaks of clients")
    for (baseline, series), clients in zip(NAMES, found.made.speaks.tolist(), strict=True):
        speaks.add_row(baseline, series, f"{clients:,} of {found.made.clients:,}")
    console.print(speaks)


def rows(scale: float) -> tuple[Row, ...]:
    """What is said of a policy. `scale`: of the whole bank's clients over those that were read."""

    def a_branch_week(count: int, under: Under) -> str:
        return f"{count * scale / under.year.load.branch_weeks:,.2f}"

    def caught(at: int) -> Row:
        name = f"fading copies told of within {CAUGHT_WITHIN[at]} weeks"
        return (name, lambda under: f"{under.outcome.caught[at]:.0%} of {under.outcome.copies:,}")

    return (
        ("client-quarters of clients that stay with a prompt", lambda under: f"{under.outcome.prompts:.1%}"),
        ("with an alarm", lambda under: f"{under.outcome.alarms:.1%}"),
        *(caught(at) for at in range(len(CAUGHT_WITHIN))),
        ("weeks left then, median", lambda under: _number(under.outcome.weeks_ahead)),
        ("alerts a branch and week", lambda under: a_branch_week(under.year.load.alerts, under)),
        ("alarms a branch and week", lambda under: a_branch_week(under.year.load.alarms, under)),
        (
            "clients that left in the year, told of",
            lambda under: f"{under.year.leavers.caught} of {under.year.leavers.leavers}",
        ),
        ("weeks ahead of their silence, median", lambda under: _number(under.year.leavers.weeks_ahead)),
        (
            "hold-out below, if one is wanted",
            lambda under: f"{min(tier.minimum_effect for tier in under.policy.tiers):,}",
        ),
    )


def shown(found: Calibration) -> dict[str, Any]:
    """The same as JSON, with the policy."""
    scale = found.bank_clients / max(1, found.clients)
    return {
        "last_week": format_week(found.last_week),
        "weeks": found.weeks,
        "clients": found.clients,
        "bank_clients": found.bank_clients,
        "note": found.note,
        "policy": msgspec.json.decode(dump_policy(found.proposed.policy)),
        "in_force": _figures(found.running, scale),
        "proposed": _figures(found.proposed, scale),
        "usual_years": {tier: msgspec.to_builtins(year) for tier, year in found.made.years.items()},
        "speaks": [
            {"baseline": baseline, "series": series, "clients": clients, "of": found.made.clients}
            for (baseline, series), clients in zip(NAMES, found.made.speaks.tolist(), strict=True)
        ],
    }


def _figures(under: Under, scale: float) -> dict[str, Any]:
    load, leavers = under.year.load, under.year.leavers
    return {
        "version": under.policy.version,
        **msgspec.to_builtins(under.outcome),
        "caught_within_weeks": CAUGHT_WITHIN,
        "alerts_per_branch_week": load.alerts * scale / load.branch_weeks,
        "alarms_per_branch_week": load.alarms * scale / load.branch_weeks,
        "leavers": leavers.leavers,
        "leavers_caught": leavers.caught,
        "leavers_weeks_ahead": leavers.weeks_ahead,
    }


def _say(step: str) -> None:
    sys.stderr.write(f"{step} ...\n")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _what_next(version: str, out: Path | None, *, propose: bool) -> str:
    written = "" if out is None else f"{out} written. "
    if not propose:
        return f"{written}Nothing was proposed."
    return f"{written}{version} is proposed: an approver previews and applies it on the desk, under Policies."


def _write(out: Path, policy: bytes) -> None:
    try:
        out.write_bytes(msgspec.json.format(policy) + b"\n")
    except OSError as error:
        raise BadSetting(f"{out}: {error.strerror or error}") from None
