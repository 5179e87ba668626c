"""Who may apply a policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casework.policies.rules import (
    SEEN_FOR,
    AlreadyInForce,
    NotSeen,
    ProposerDoesNotApply,
    SeenPreview,
    get_preview_to_apply,
)

NOW = datetime(2026, 1, 5, tzinfo=UTC)
LOOK = SeenPreview("p1", "old-1", NOW - timedelta(days=1))


def apply(**changes: object) -> SeenPreview:
    given = {"proposed_by": "approver-1", "in_force": "old-1", "seen": LOOK, "actor": "approver-2", "now": NOW}
    return get_preview_to_apply("new-1", **(given | changes))


def test_who_saw_it_and_did_not_propose_it_may_apply_it() -> None:
    assert apply() is LOOK
    assert apply(proposed_by=None) is LOOK  # it came with the settings


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"actor": "approver-1"}, ProposerDoesNotApply),
        ({"in_force": "new-1"}, AlreadyInForce),
        ({"seen": None}, NotSeen),
        ({"in_force": "other-1"}, NotSeen),
        ({"now": NOW + SEEN_FOR}, NotSeen),
    ],
)
def test_everybody_else_is_told_why_not(changes, error) -> None:
    with pytest.raises(error):
        apply(**changes)
