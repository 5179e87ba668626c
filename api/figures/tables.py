"""Figures as tables for a spreadsheet: a row a branch, the total last, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from api.figures.spreadsheets import Cell, Table
from schemas.http_figures import FiguresBody, FiguresRowBody, HoldOutBody, ReactionBody

TOTAL = "total"
_MONEY = ("revenue_kept", "spent", "conceded_a_month")


def figures_table(body: FiguresBody) -> Table:
    """All but the precision of each policy, of which each branch has its own number."""
    rows = [_cells_of(body, row) for row in (*body.branches, body.total)]
    return Table("figures", list(rows[-1]), [[list(row.values()) for row in rows]])


def precision_table(body: FiguresBody) -> Table:
    """A row a branch and policy version."""
    header = ["branch", "policy_version", "judged", "true", "precision_pct"]
    rows: list[list[Cell]] = [
        [row.branch_id or TOTAL, each.policy_version, each.judged, each.true, each.precision_pct]
        for row in (*body.branches, body.total)
        for each in row.precision
    ]
    return Table("precision", header, [rows])


def _cells_of(body: FiguresBody, row: FiguresRowBody) -> dict[str, Cell]:
    """Every row has every column, in the same order, whatever was measured."""
    cases = dict(row.cases)
    states = cases.pop("by_state")
    money = {name: _amount(value) if name in _MONEY else value for name, value in row.money}
    judged, true = sum(p.judged for p in row.precision), sum(p.true for p in row.precision)
    return {
        "branch": row.branch_id or TOTAL,
        "from_week": body.from_week,
        "to_week": body.to_week,
        **_with_prefix("alerts", dict(row.alerts)),
        "alerts_judged": judged,
        "precision_pct": round(100 * true / judged, 1) if judged else None,
        **_with_prefix("cases", cases),
        **_with_prefix("cases_opened", states),
        **money,
        **dict(_reactions(row)),
        **_with_prefix("lead", dict(row.time.lead)),
        **_with_prefix("gone", dict(row.gone) | {"lost": _amount(row.gone.lost)}),
        **_hold_out(row.hold_out),
    }


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _with_prefix(what: str, values: dict[str, Any]) -> dict[str, Cell]:
    return {f"{what}_{name}": value for name, value in values.items()}


def _reactions(row: FiguresRowBody) -> Iterator[tuple[str, Cell]]:
    for name in ("to_acknowledge", "to_task_force", "to_first_contact"):
        took: ReactionBody | None = getattr(row.time, name)
        for each in ReactionBody.model_fields:
            yield f"{name}_{each}", 0 if took is None and each == "count" else getattr(took, each, None)


def _hold_out(found: HoldOutBody | None) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"hold_out_share_pct": None if found is None else found.share_pct}
    for side in ("treated", "held_out"):
        arm = getattr(found, side, None)
        cells |= {f"hold_out_{side}_{each}": getattr(arm, each, None) for each in ("count", "kept", "kept_pct")}
    for each in ("difference_points", "low_points", "high_points"):
        cells[f"hold_out_{each}"] = getattr(found, each, None)
    return cells
