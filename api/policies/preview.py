"""What a policy would have done, beside the one in force, as a body."""

from __future__ import annotations

from acts.policies import Preview
from api.policies.bodies import figures_body
from schemas.http_policies import PreviewBody
from schemas.weeks import format_week


def preview_body(found: Preview, *, seen: bool = False) -> PreviewBody:
    """Both years. `seen`: it is saved that whoever asked has seen them."""
    load = found.figures.load
    scores_from = found.figures.scores_from
    return PreviewBody(
        first_week=format_week(load.first),
        last_week=format_week(load.first + load.weeks - 1),
        weeks=load.weeks,
        branches=load.branches,
        scores_from=None if scores_from is None else format_week(scores_from),
        seen=seen,
        proposed=figures_body(found.policy, found.figures),
        in_force=figures_body(found.running, found.running_figures),
    )
