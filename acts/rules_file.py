"""The bank's own rules, one JSON file: see docs/bank-rules.md."""

from __future__ import annotations

import msgspec

from casework.alerts.actions import SnoozeRules
from casework.alerts.income import Bps
from casework.alerts.sla import DeadlineRules
from casework.cases.case_lifecycle import CaseRules
from casework.cases.retention_rules import RetentionRules
from casework.remedies.limits import Authority
from schemas.errors import BadSetting


class RulesFile(Authority, frozen=True, forbid_unknown_fields=True):
    """The limits of remedies, which stand at the top, and a section for each other kind of rule."""

    deadlines: DeadlineRules = DeadlineRules()
    retention: RetentionRules = RetentionRules()
    snooze: SnoozeRules = SnoozeRules()
    cases: CaseRules = CaseRules()
    margins: dict[str, Bps] = msgspec.field(default_factory=dict)

    @property
    def authority(self) -> Authority:
        """The limits alone."""
        return Authority(**{name: getattr(self, name) for name in Authority.__struct_fields__})


def load_rules(text: bytes) -> RulesFile:
    """Rules from JSON; what is left out is as shipped. Raises BadSetting, which names the key at fault."""
    try:
        return msgspec.json.decode(text, type=RulesFile)
    except msgspec.MsgspecError as error:
        raise BadSetting(f"not the rules of a bank: {error}") from None
