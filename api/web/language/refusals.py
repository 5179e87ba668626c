"""Why something was refused, as people read it: one sentence an error, in their language.

What a page shows is not what the API answers: a person needs to know what to do next. An error that has no sentence
here is told in its own words, which are English.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.web.language.alert_changes import changes_text
from api.web.language.rule_texts import CASE_REFUSALS, RULES
from casework.alerts.alert_changes import AlertChanged
from language.catalogues import Texts
from language.marking import N_
from schemas.errors import NotAllowedByRules
from schemas.http import WEEK_PATTERN

# By the name of the class, so that no page has to import every rule.
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "AlertClosed": N_("This alert is closed: nothing more can be done with it."),
        "SnoozeNeedsReason": N_("Say why it can wait."),
        "SnoozeOutOfRange": N_("Choose a day after today, at most %(weeks)s weeks ahead."),
        "UnknownOutcome": N_("Choose one of the outcomes."),
        "NotGone": N_("This client is not gone: its alert is closed on its own page."),
        "StaleRevision": N_(
            "Somebody else changed this meanwhile. Nothing of yours was done: what you see now is the newest state."
        ),
        "ClientMoved": N_("The client is of branch %(branch)s now: its people act on the case."),
        "CaseClosed": N_("This case is closed: reopen it first."),
        "CaseExists": N_("There is a task force for this client already."),
        "NoSuchTransition": N_("The case cannot go on to that state from here."),
        "NoQuorum": N_("Too few members: a review needs more of the task force."),
        "NothingToExecute": N_(
            "There is nothing to carry out yet: the case needs a remedy first, be it no action with its reason."
        ),
        "StillUndecided": N_("A remedy of this case is still undecided: decide it or take it back first."),
        "LimitExceeded": N_("This would exceed a limit."),
        "WrongRemedyState": N_("The remedy is not in a state that allows this."),
        "MakerIsNotChecker": N_("Who proposed or changed a remedy cannot approve it."),
        "ProposerDoesNotApply": N_("Who proposed a policy cannot apply it."),
        "NotSeen": N_("Preview it unchanged, beside the policy in force now, before you apply it."),
        "AlreadyInForce": N_("This policy is in force already."),
        "NothingJudged": N_("No week has been judged yet: there is no year to look at."),
        "WrongLevel": N_("This level of approval is not yours to give."),
        **CASE_REFUSALS,
    }
)
_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": N_("Please fill this in."),
        "string_too_short": N_("Please fill this in."),
        "string_too_long": N_("This is too long: %(max_length)s characters at most."),
        "string_pattern_mismatch": N_("This cannot be written here."),
        "literal_error": N_("Choose one of those offered."),
        "enum": N_("Choose one of those offered."),
        "int_parsing": N_("Write a whole number."),
        "float_parsing": N_("Write a number such as -54.5."),
        "int_type": N_("Write a whole number."),
        "greater_than_equal": N_("At least %(ge)s."),
        "less_than_equal": N_("At most %(le)s."),
        "greater_than": N_("More than %(gt)s."),
        "less_than": N_("Less than %(lt)s."),
        "date_from_datetime_parsing": N_("Write a day such as 2026-02-28."),
        "date_parsing": N_("Write a day such as 2026-02-28."),
        "too_long": N_("These are too many: %(max_length)s at most."),
        "too_short": N_("These are too few: %(min_length)s at least."),
    }
)
_DAY = N_("Write a day such as 2026-02-28.")
_WEEK = N_("Choose a week, or write one such as 2026-W02.")
_UNFIT = N_("This does not fit here.")


def refusal_text(error: Exception, texts: Texts) -> str:
    """What to tell whoever sent it."""
    if isinstance(error, AlertChanged):
        return changes_text(error, texts)
    for above in type(error).__mro__:
        text = REFUSALS.get(above.__name__)
        if text is not None:
            return texts.gettext(text, **vars(error))
    if isinstance(error, NotAllowedByRules):
        return texts.gettext(RULES.get(error.field, error.reason))
    return str(error)


def field_text(item: Mapping[str, Any], texts: Texts) -> str:
    """One of pydantic's errors of a field."""
    if _wants_a_week(item):
        return texts.gettext(_WEEK)
    if item["type"] == "value_error":
        own = str(item["msg"]).removeprefix("Value error, ")
        return texts.gettext(_DAY if own.startswith("a day is written") else own)
    text = _FIELDS.get(item["type"])
    if text is None:
        return texts.gettext(_UNFIT)
    context: Mapping[str, Any] = item.get("ctx", {})
    return texts.gettext(text, **context)


def _wants_a_week(item: Mapping[str, Any]) -> bool:
    """Whether it has not the shape of a week, or names a week 53 that its year has not."""
    context: Mapping[str, Any] = item.get("ctx", {})
    return context.get("pattern") == WEEK_PATTERN or "is not an ISO week" in str(item.get("msg", ""))
