"""The file of the bank's rules: what is left out is as shipped, and what cannot be says which key and why."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from acts.rules_file import RulesFile, load_rules
from casework.alerts.sla import Within
from casework.remedies.limits import Authority
from schemas.errors import BadSetting

DOCUMENT = Path(__file__).parents[2] / "docs" / "bank-rules.md"


def test_the_documented_file_is_the_shipped_one_in_full() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert load_rules(text.encode()) == RulesFile()
    assert json.loads(text) == json.loads(msgspec.json.encode(RulesFile()))


def test_a_file_of_limits_alone_leaves_everything_else_as_shipped() -> None:
    found = load_rules(msgspec.json.encode({"version": "ours", "branch_ceiling": 9_000_000}))
    assert found.authority == Authority(version="ours", branch_ceiling=9_000_000)
    assert found == RulesFile(version="ours", branch_ceiling=9_000_000)


def test_a_section_may_leave_out_what_stays_as_it_is() -> None:
    found = load_rules(b'{"deadlines": {"acknowledge": {"alarm": 2, "prompt": 4}}, "snooze": {"longest_weeks": 4}}')
    assert (found.deadlines.acknowledge, found.deadlines.task_force) == (Within(2, 4), Within(2, 5))
    assert (found.snooze.longest_weeks, found.authority) == (4, Authority())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"deadlines": {"acknowledge": {"alarm": 0, "prompt": 3}}}', ">= 1 - at `$.deadlines.acknowledge.alarm`"),
        ('{"deadlines": {"task_force": {"alarm": 3, "prompt": 61}}}', "<= 60 - at `$.deadlines.task_force.prompt`"),
        (
            '{"deadlines": {"first_review": {"alarm": 4, "prompt": 3}}}',
            "an alarm has more days than a prompt - at `$.deadlines.first_review`",
        ),
        (
            '{"deadlines": {"first_call": {"alarm": 1, "prompt": 3}}}',
            "field `first_call` - at `$.deadlines`",
        ),
        ('{"deadlines": {"acknowledge": {"alarm": 1}}}', "missing required field `prompt` - at"),
        ('{"deadlines": {"warn_before": -1}}', ">= 0 - at `$.deadlines.warn_before`"),
        ('{"deadlines": {"escalate_after": 6}}', "<= 5 - at `$.deadlines.escalate_after`"),
        ('{"retention": {"saved_pct": 101}}', "<= 100 - at `$.retention.saved_pct`"),
        (
            '{"retention": {"saved_pct": 50}}',
            "partly_saved_pct is more than saved_pct - at `$.retention`",
        ),
        ('{"retention": {"fewest_usual_weeks": 53}}', "<= 52 - at `$.retention.fewest_usual_weeks`"),
        ('{"snooze": {"longest_weeks": "13"}}', "Expected `int`, got `str` - at `$.snooze.longest_weeks`"),
        ('{"snooze": {"longest_weeks": 53}}', "<= 52 - at `$.snooze.longest_weeks`"),
        ('{"cases": {"quorum": 0}}', ">= 1 - at `$.cases.quorum`"),
        ('{"cases": {"relapse_weeks": -1}}', ">= 0 - at `$.cases.relapse_weeks`"),
        ('{"snoozes": {}}', "unknown field `snoozes`"),
    ],
)
def test_what_cannot_be_says_which_key_and_why(text, says) -> None:
    with pytest.raises(BadSetting) as refusal:
        load_rules(text.encode())
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
