"""The draw of the hold-out: by the id alone, in its share, of low-value prompts."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.alerts.holdout import LOTS, HoldOut, Opening, is_held_out, lot, takes_part
from schemas.verdicts import Direction, Grade

IDS = [str(UUID(int=n, version=5)) for n in range(20_000)]


def opening(alert_id: str = IDS[0], **changes: object) -> Opening:
    facts = {"direction": Direction.FALL, "grade": Grade.PROMPT, "value_at_risk_minor": 999} | changes
    return Opening(alert_id, **facts)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_as_many_are_held_out_as_the_share_says(share: float) -> None:
    held = sum(is_held_out(opening(i), HoldOut(share, 1000)) for i in IDS)
    spread = (share * (1 - share) * len(IDS)) ** 0.5
    assert abs(held - share * len(IDS)) < 5 * spread


@given(st.uuids(), st.floats(0, 1), st.floats(0, 1))
def test_a_greater_share_holds_out_all_that_a_smaller_one_does(identity: UUID, one: float, other: float) -> None:
    less, more = sorted((one, other))
    drawn = opening(str(identity))
    assert is_held_out(drawn, HoldOut(more, 1000)) or not is_held_out(drawn, HoldOut(less, 1000))


@given(st.uuids(), st.integers(0, 2000))
def test_all_and_nothing_are_shares_too(identity: UUID, at_risk: int) -> None:
    drawn = opening(str(identity), value_at_risk_minor=at_risk)
    assert is_held_out(drawn, HoldOut(1.0, 1000)) is (at_risk < 1000)
    assert not is_held_out(drawn, HoldOut(0.0, 1000))
    assert not is_held_out(drawn, HoldOut())


@pytest.mark.parametrize(
    "changes", [{"grade": Grade.ALARM}, {"direction": Direction.RISE}, {"value_at_risk_minor": 1000}]
)
def test_alarms_rises_and_what_is_worth_more_take_no_part(changes: dict[str, object]) -> None:
    assert takes_part(opening(), HoldOut(1.0, 1000))
    assert not takes_part(opening(**changes), HoldOut(1.0, 1000))
    assert not is_held_out(opening(**changes), HoldOut(1.0, 1000))


def test_the_draw_is_the_same_in_every_process_and_release() -> None:
    assert [lot(i) for i in IDS[:3]] == [lot(i) for i in IDS[:3]]
    assert lot("00000000-0000-5000-8000-000000000001") == 6743
    assert all(0 <= lot(i) < LOTS for i in IDS[:100])
