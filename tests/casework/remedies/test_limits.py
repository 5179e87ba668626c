"""Who has to agree, and what nobody may: cumulative, so that no way of asking is a way round."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acts.rules_file import load_rules
from casework.remedies.claims import Claim
from casework.remedies.limits import Authority, LevelLimit, LimitExceeded, check_checker, route
from schemas.errors import BadSetting

START = date(2026, 2, 1)
MAJOR = 100
BRANCH, REGION, BOTH = ("branch",), ("region",), ("region", "head_office")
ROUTES = [(), BRANCH, REGION, BOTH]


def claim(
    number: int = 1,
    *,
    pct: int = 20,
    total: int = 1_000,
    days: int = 60,
    start: date = START,
    fee: str | None = "F1",
    client: str = "C1",
    waiting: bool = False,
) -> Claim:
    """`total` in major units; `start` may be some days after the first of February."""
    return Claim(f"R{number}", client, waiting, start, start + timedelta(days=days), total * MAJOR, fee, pct)


def later(days: int) -> date:
    return START + timedelta(days=days)


def asked(mine: Claim, *others: Claim, authority: Authority | None = None):
    return route(mine, others, authority or Authority(), MAJOR)


@pytest.mark.parametrize(
    ("mine", "wanted"),
    [
        (claim(), BRANCH),
        (claim(pct=25, total=20_000, days=92), BRANCH),
        (claim(pct=26), REGION),
        (claim(total=20_001), REGION),
        (claim(days=93), REGION),
        (claim(pct=100, total=200_000, days=366), REGION),
        (claim(total=200_001), BOTH),
        (claim(days=367), BOTH),
        (claim(total=5_000_000, days=1096, pct=100), BOTH),
        (claim(fee=None, pct=0, total=0), ()),
        (claim(fee=None, pct=0, total=1, days=900), BRANCH),  # a long campaign is no long concession
        (claim(pct=1, total=0, days=1), BRANCH),  # a fee given up is asked for, however little
    ],
)
def test_percent_money_and_days_say_who_has_to_agree(mine, wanted) -> None:
    assert asked(mine) == wanted


@pytest.mark.parametrize("mine", [claim(total=5_000_001), claim(days=1097), claim(pct=101)])
def test_more_than_the_highest_level_may_is_refused(mine) -> None:
    with pytest.raises(LimitExceeded):
        asked(mine)


@pytest.mark.parametrize("waiting", [True, False])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (claim(1, total=15_000), claim(2, total=15_000, fee="F2")),  # money of one client
        (claim(1, total=15_000), claim(2, total=15_000, fee=None, pct=0)),
        (claim(1, days=60), claim(2, days=60, start=later(60))),  # days of one fee, end to end
        (claim(1, pct=20), claim(2, pct=20, start=later(30))),  # percent where they overlap
    ],
)
def test_two_halves_are_routed_like_the_whole(one, other, waiting) -> None:
    for mine, also in ((one, other), (other, one)):
        assert asked(mine) == BRANCH
        assert asked(mine, replace(also, waiting=waiting)) == REGION


def test_percent_adds_up_only_where_they_run_at_once() -> None:
    mine = claim(1, pct=25, days=30, start=later(30))
    before, after = claim(2, pct=25, days=30), claim(3, pct=25, days=30, start=later(60))
    assert asked(mine, before, after) == BRANCH
    halves = claim(1, pct=50, days=60), claim(2, pct=50, days=30), claim(3, pct=50, days=30, start=later(30))
    assert asked(*halves) == REGION  # never more than 100 % at once
    with pytest.raises(LimitExceeded):
        asked(claim(1, pct=51, days=60), *halves[1:])


def test_another_fee_adds_money_but_neither_percent_nor_days() -> None:
    assert asked(claim(1, days=92, pct=25), claim(2, days=92, pct=25, fee="F2")) == BRANCH


def test_another_client_adds_nothing_to_this_ones_limits() -> None:
    assert asked(claim(1, total=20_000), claim(2, total=20_000, client="C2")) == BRANCH


@pytest.mark.parametrize(("gap", "wanted"), [(364, REGION), (365, BRANCH)])
def test_what_lies_a_period_away_no_longer_counts_in_either_direction(gap, wanted) -> None:
    first = claim(1, total=15_000)
    second = claim(2, total=15_000, start=first.ends_on + timedelta(days=gap))
    assert asked(second, first) == asked(first, second) == wanted


def test_renewing_year_after_year_adds_up() -> None:
    years = [claim(n, days=366, start=later(366 * n)) for n in range(3)]
    assert asked(years[0]) == REGION
    assert asked(years[1], years[0]) == BOTH
    with pytest.raises(LimitExceeded):
        asked(claim(9, days=366, start=later(366)), claim(8, days=366), years[0])


def test_what_waits_lengthens_the_way_but_stops_nobody() -> None:
    other = claim(2, pct=60, waiting=True)
    assert asked(claim(1, pct=60), other) == BOTH
    with pytest.raises(LimitExceeded):
        asked(claim(1, pct=60), replace(other, waiting=False))


def test_a_remedy_does_not_count_against_itself() -> None:
    assert asked(claim(1, total=15_000), claim(1, total=15_000, waiting=True)) == BRANCH


def test_above_its_amount_a_branch_needs_head_office_for_everything() -> None:
    given_out = [claim(n, client=f"C{n}", total=199_900) for n in range(2, 7)]  # 999,500
    assert asked(claim(1, total=500), *given_out) == BRANCH
    assert asked(claim(1, total=501), *given_out) == BOTH
    assert asked(claim(1, total=501), *(replace(each, waiting=True) for each in given_out)) == BRANCH
    assert asked(claim(1, fee=None, pct=0, total=0), *given_out) == ()


def test_a_branch_never_passes_its_ceiling() -> None:
    given_out = [claim(n, client=f"C{n}", total=4_999_000) for n in range(2, 6)]  # 19,996,000
    assert asked(claim(1, total=4_000), *given_out) == BOTH
    with pytest.raises(LimitExceeded):
        asked(claim(1, total=4_001), *given_out)


def test_without_head_office_the_branch_amount_is_the_ceiling() -> None:
    small = Authority(levels=Authority().levels[:2], branch_amount=1_000)
    assert asked(claim(1, total=1_000), authority=small) == BRANCH
    with pytest.raises(LimitExceeded):
        asked(claim(1, total=1_001), authority=small)


def test_a_persons_approvals_add_up_to_what_their_level_may() -> None:
    every = frozenset({"branch", "region", "head_office"})
    limits = [(frozenset({"branch"}), 500_000), (frozenset({"region"}), 5_000_000), (every, 20_000_000)]
    for levels, most in limits:
        check_checker(1, most * MAJOR - 1, levels, Authority(), MAJOR)
        with pytest.raises(LimitExceeded):
            check_checker(2, most * MAJOR - 1, levels, Authority(), MAJOR)
    with pytest.raises(LimitExceeded):
        check_checker(1, 0, frozenset(), Authority(), MAJOR)


claims = st.builds(
    claim,
    st.integers(2, 9),
    pct=st.integers(1, 100),
    total=st.integers(0, 300_000),
    days=st.integers(1, 400),
    start=st.integers(-500, 500).map(later),
    fee=st.sampled_from(["F1", "F2"]),
    client=st.sampled_from(["C1", "C2"]),
    waiting=st.booleans(),
)


@given(mine=claims, others=st.lists(claims, max_size=5), more=claims)
def test_more_that_was_given_or_asked_never_needs_fewer_to_agree(mine, others, more) -> None:
    few = _rank(mine, others)
    assert _rank(mine, [*others, more]) >= few


@given(mine=claims, cut=st.integers(1, 399), others=st.lists(claims, max_size=3))
def test_a_concession_cut_in_two_needs_the_same_people_for_one_part_at_least(mine, cut, others) -> None:
    days = (mine.ends_on - mine.starts_on).days
    where = mine.starts_on + timedelta(days=min(cut, days - 1))
    if where == mine.starts_on:
        return
    others = [each for each in others if each.remedy_id != mine.remedy_id]
    first = replace(mine, ends_on=where)
    second = replace(mine, remedy_id="R99", starts_on=where, total_minor=0)  # however the money is shared out
    parts = [_rank(first, [*others, replace(second, waiting=True)]), _rank(second, [*others, first])]
    assert max(parts) >= _rank(mine, [each for each in others if _touches(each, mine)])


def _touches(other: Claim, mine: Claim) -> bool:
    return other.starts_on < mine.ends_on and mine.starts_on < other.ends_on


def _rank(mine: Claim, others: list[Claim]) -> int:
    try:
        return ROUTES.index(route(mine, others, Authority(), MAJOR))
    except LimitExceeded:
        return len(ROUTES)


def test_limits_are_read_as_they_are_written() -> None:
    assert load_rules(msgspec.json.encode(Authority())).authority == Authority()
    assert load_rules(b'{"version": "ours", "branch_ceiling": 9000000}').branch_ceiling == 9_000_000


BAD = [
    b"[]",
    b"{",
    b'{"colour": 1}',
    b'{"levels": []}',
    b'{"period_days": 0}',
    b'{"branch_ceiling": 999999}',
    b'{"branch_amount": -1}',
    *(
        json.dumps({"levels": [msgspec.to_builtins(limit) for limit in limits]}).encode()
        for limits in (
            Authority().levels[::-1],
            Authority().levels[:1] * 2,
            (LevelLimit("branch", 25, 30_000, 92, 1), LevelLimit("region", 100, 20_000, 366, 1)),
            (LevelLimit("branch", -1, 1, 1, 1),),
            (LevelLimit("branch", 101, 1, 1, 1),),
        )
    ),
]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"levels": ()}, "levels must be some of branch, region and head_office, each once, in this order"),
        (
            {"levels": (LevelLimit("branch", 25, 30_000, 92, 1), LevelLimit("region", 100, 20_000, 366, 1))},
            "region may do less than branch",
        ),
        ({"branch_amount": -1}, "a limit is below zero, or a percentage above 100"),
        ({"period_days": 0}, "the period has no day, or the branch's ceiling is below its amount"),
    ],
)
def test_limits_that_make_no_sense_say_why(changes, said) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        Authority(**changes)
    with pytest.raises(BadSetting, match=f"^not the rules of a bank: {said}"):
        load_rules(msgspec.json.encode(changes))


def test_the_smallest_limits_are_limits_all_the_same() -> None:
    nothing = LevelLimit("branch", 0, 0, 0, 0)
    assert Authority(levels=(nothing,), branch_amount=0, branch_ceiling=0, period_days=1).levels == (nothing,)


def test_who_may_not_approve_that_much_hears_how_much_they_may() -> None:
    with pytest.raises(
        LimitExceeded, match=r"^one person of this level may approve no more than 500000 in the period$"
    ):
        check_checker(2, 500_000 * MAJOR - 1, frozenset({"branch"}), Authority(), MAJOR)


@pytest.mark.parametrize("text", BAD)
def test_limits_that_make_no_sense_stop_the_start(text) -> None:
    with pytest.raises(BadSetting):
        load_rules(text)
