"""What the rules of casework ask of a field, as people read it.

A rule says in English which value it refused, for programs; a person is told what would fit. One sentence a field,
whatever was wrong with it: it names all that the field has to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from language.marking import N_

AMOUNT = N_("Write an amount such as 1200.00, without the currency.")
_ABOVE_ZERO = N_("A lower fee or a waiver needs this: an amount above zero, such as 1200.00.")
_HOURS = N_("Write two different times of day, such as 22:00 and 07:30, or leave both empty.")
_AFTER_TODAY = N_("Choose a day after today.")

# By the field that casework.alerts.actions.NotAllowedByRules names.
RULES: Mapping[str, str] = MappingProxyType(
    {
        "address": N_("Write an address of a kind that the bank allows. The first time one is needed."),
        "quiet_from": _HOURS,
        "quiet_until": _HOURS,
        "user": N_("The lead leaves by handing the case over to somebody else."),
        "policy": N_("The limits contradict each other: an alarm lies beyond its prompt."),
        "subject": N_("Name a branch or a client that you may see; for the whole bank leave it empty."),
        "last_week": N_("Choose a week not before the first, not over, and within half a year of it."),
        "held_on": N_("Choose today or a day before."),
        "attendees": N_("Tick those of the task force who were there: enough of them for a review."),
        "alert_ids": N_("Choose alerts of this client that are open."),
        "renews": N_("Only a remedy of this client that has ended or is about to end can be renewed."),
        "type": N_("This kind of remedy gives up no fee."),
        "reason": N_("Say why nothing is done."),
        "fee_code": N_("A lower fee or a waiver needs the code of the fee; other remedies have none."),
        "list_price": _ABOVE_ZERO,
        "volume_commitment": _ABOVE_ZERO,
        "cost": AMOUNT,
        "service_cost": AMOUNT,
        "expected_effect": AMOUNT,
        "break_even": AMOUNT,
        "concession_pct": N_("A waiver is 100 percent of the fee, a lower fee 1 to 99."),
        "starts_on": N_("Choose a day from a quarter back to two years ahead."),
        "ends_on": N_(
            "Choose a day after today and after the start, within ten years. A lower fee or a waiver must end."
        ),
        "until": _AFTER_TODAY,
        "diary_date": _AFTER_TODAY,
        "from": N_("The first week must not be after the last one."),
        "to": N_("Choose one of those offered."),
    }
)
# By the name of the class, like api.web.language.refusals.REFUSALS.
CASE_REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "NoOpenAlert": N_("This client has no open alert that a task force could be about."),
        "TaskNotOpen": N_("This task has been settled already."),
        "TermsOver": N_(
            "It waited for so long that its term is over: return it, so that its dates can be changed."
        ),
        "NoAddress": N_("Say first at which address you want to be told."),
    }
)
