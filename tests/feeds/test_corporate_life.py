"""The simulated clients behave like companies: sizes, seasons, runs, holidays, and an end that is known."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import msgspec
import numpy as np
import pytest

from feeds.rhythms import Rhythm, festival_share, holiday_share, scheduled, trading_factor
from feeds.simulated_bank import SimulatedBank
from feeds.spring_festival import spring_festival
from feeds.truth import Leaver, write_truth
from schemas.weeks import monday, parse_week, week_of_date


@pytest.fixture(scope="module")
def large(first_week):
    return SimulatedBank(11, 3000, first_week=first_week)


@pytest.fixture(scope="module")
def weekly(large, first_week):
    return large.weekly(first_week, first_week + 259)


def test_sizes_span_four_orders_of_magnitude_and_tiers_go_by_size(large, weekly, first_week):
    mean = np.add(*weekly)[:, :40].mean(axis=1)
    here = large.joined_weeks < first_week
    assert np.log10(mean[here].max() / np.percentile(mean[here], 0.5)) > 4
    by_tier = {tier: np.median(mean[here & (np.array(large.tiers) == tier)]) for tier in "ABC"}
    assert by_tier["A"] > 3 * by_tier["B"] > 9 * by_tier["C"]


def test_volumes_are_never_negative_and_silence_is_neither_rare_nor_the_rule(large, weekly, first_week):
    turnover = np.add(*weekly)[large.stayers & (large.joined_weeks < first_week)]
    assert turnover.min() >= 0
    assert 0.01 < (turnover == 0).mean() < 0.10


def test_quarters_of_stayers_are_noisy_but_not_absurd(large, weekly, first_week):
    turnover = np.add(*weekly)[large.stayers & (large.joined_weeks < first_week)].astype(float)
    now, before = turnover[:, 117:130].mean(axis=1), turnover[:, 65:117].mean(axis=1)
    fifth, quarter, three_quarters = np.percentile(now / np.maximum(before, 1) - 1, [5, 25, 75])
    assert -0.50 < fifth < -0.20
    assert 0.15 < three_quarters - quarter < 0.50


def test_a_new_client_is_silent_before_it_joins_and_is_announced_that_week(large, weekly, first_week):
    joins = np.flatnonzero((large.joined_weeks > first_week) & (large.joined_weeks < first_week + 200))
    assert len(joins) > 100
    for row in joins[:20]:
        week = int(large.joined_weeks[row])
        assert not np.add(*weekly)[row, : week - first_week].any()
        assert large.client_ids[row] in {record.client_id for record in large.client_changes(week)}
        assert large.client_ids[row] not in {record.client_id for record in large.client_records()}


def test_a_closed_client_is_silent_from_the_week_its_closing_is_announced(large, weekly, first_week):
    closed = {}
    for week in range(first_week, first_week + 240):
        closed |= {r.client_id: week for r in large.client_changes(week) if r.closed_on is not None}
    assert len(closed) > 50
    rows = {client_id: row for row, client_id in enumerate(large.client_ids)}
    assert not any(np.add(*weekly)[rows[c], week - first_week :].any() for c, week in closed.items())
    assert set(closed) < {leaver.client_id for leaver in large.truth()}


def test_a_leaver_is_the_client_it_would_have_been_times_its_course(large, weekly, first_week):
    loyal = SimulatedBank(11, 3000, first_week=first_week, leaver_share=0.0)
    otherwise = loyal.weekly(first_week, first_week + 259)
    gone_anyway = {leaver.client_id for leaver in loyal.truth()}
    judged = [leaver for leaver in large.truth() if leaver.client_id not in gone_anyway and leaver.kind != "closed"]
    assert len(judged) > 200
    for leaver in judged:
        row, start = int(leaver.client_id[1:]) - 1, leaver.onset_week - first_week
        end = leaver.end_week - first_week
        for name, with_course, without in zip(("debit", "credit"), weekly, otherwise, strict=True):
            np.testing.assert_array_equal(with_course[row, :start], without[row, :start])
            if leaver.series in ("both", name):
                assert (with_course[row, start:] <= without[row, start:]).all()
                left = without[row, end : end + 4] * leaver.residual
                np.testing.assert_allclose(with_course[row, end : end + 4], left, rtol=1e-4, atol=1)
            else:
                np.testing.assert_array_equal(with_course[row], without[row])


def test_every_kind_of_leaving_occurs_in_its_time(large):
    kinds = Counter(leaver.kind for leaver in large.truth())
    assert set(kinds) == {"gradual", "fast", "abrupt", "one_series", "closed"}
    course = {"gradual": (13, 26), "one_series": (13, 26), "fast": (4, 8), "abrupt": (1, 1), "closed": (4, 4)}
    for leaver in large.truth():
        shortest, longest = course[leaver.kind]
        assert shortest <= leaver.end_week - leaver.onset_week + 1 <= longest
        assert (leaver.series == "both") == (leaver.kind != "one_series")


def test_the_truth_comes_back_from_its_file(large, tmp_path):
    path = tmp_path / "truth.jsonl"
    write_truth(path, large.truth())
    rows = [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    weeks = [{name: parse_week(row[name]) for name in ("onset_week", "end_week")} for row in rows]
    assert [msgspec.convert(row | of, Leaver) for row, of in zip(rows, weeks, strict=True)] == large.truth()
    assert '"onset_week":"20' in path.read_text()


@pytest.mark.parametrize(
    ("year", "day"),
    [(2020, (1, 25)), (2023, (1, 22)), (2024, (2, 10)), (2025, (1, 29)), (2026, (2, 17)), (2033, (1, 31))],
)
def test_the_spring_festival_moves_as_the_moon_does(year, day):
    assert spring_festival(year) == date(year, *day)


def test_the_spring_festival_is_known_for_as_long_as_weeks_are(first_week):
    assert all(date(y, 1, 20) < spring_festival(y) < date(y, 2, 22) for y in range(1970, 2149))
    with pytest.raises(ValueError, match="1969"):
        spring_festival(1969)


def test_business_rests_at_the_spring_festival_and_at_the_turn_of_the_year():
    assert festival_share(week_of_date(date(2025, 1, 29))) == pytest.approx(0.6)
    assert holiday_share(parse_week("2025-W01")) > 0.3
    assert holiday_share(parse_week("2025-W20")) == 0
    assert (trading_factor(week_of_date(date(2025, 1, 29))) < trading_factor(parse_week("2025-W20"))).all()


def test_a_monthly_run_falls_into_twelve_weeks_a_year_and_a_four_weekly_one_into_thirteen():
    year = range(parse_week("2025-W01"), parse_week("2026-W01"))
    for rhythm, runs in ((Rhythm.MONTHLY, 12), (Rhythm.FOUR_WEEKLY, 13), (Rhythm.FORTNIGHTLY, 26)):
        for phase in (1, 15, 31):
            due = [scheduled(week, np.array([rhythm]), np.array([phase]))[0] for week in year]
            assert sum(due) == runs, (rhythm, phase, [str(monday(w)) for w, d in zip(year, due, strict=True) if d])


def test_the_week_of_the_spring_festival_is_quiet_for_nearly_everybody(large, weekly, first_week):
    turnover = np.add(*weekly)[(large.joined_weeks < first_week) & large.stayers].astype(float)
    for year in (2023, 2025, 2026):
        week = week_of_date(spring_festival(year) + timedelta(days=1)) - first_week
        usual = turnover[:, max(0, week - 10) : week + 11].mean(axis=1)
        active = usual > 0
        assert np.median(turnover[active, week] / usual[active]) < 0.45
