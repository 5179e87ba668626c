"""What codes are called on a page. `N_` marks a text for the catalogues where nobody knows yet who will read it.

A template writes ``{{ alert.state | word("alert_state") }}``. A code without a name here is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from api.web.language.case_words import CASE_WORDS
from language.marking import N_
from language.names import REMEDIES

_OUTCOMES = {
    "true_diversion": N_("Business moved to another bank"),
    "true_decline": N_("The client's own business shrank"),
    "expected_event": N_("An expected event"),
    "new_normal": N_("The new normal"),
    "data_fault": N_("A fault in the data"),
    "false_alarm": N_("A false alarm"),
    "inconclusive": N_("Inconclusive"),
    "recovered": N_("Recovered by itself"),
    "gone": N_("Gone, nobody took it up"),
    "withdrawn": N_("Withdrawn after a correction"),
}
DEAD_LETTER_REASONS = {
    "not_json": N_("Not JSON"),
    "bad_shape": N_("A field of the wrong type or range"),
    "bad_id": N_("An id that is none"),
    "bad_key": N_("The key is not the client"),
    "bad_amount": N_("Not an amount"),
    "bad_currency": N_("Not a currency"),
    "bad_time": N_("Not a time"),
    "bad_week": N_("Not a week"),
    "in_future": N_("Booked in the future"),
    "too_late": N_("Too late to be counted"),
    "id_reused": N_("The id came before with another body"),
    "mixed_feed": N_("Transactions and summaries mixed"),
    "no_rate": N_("No exchange rate for the week"),
    "wrong_partition": N_("Arrived in the wrong partition"),
    "unreadable_record": N_("The record could not be read"),
    "too_big": N_("The total would be too big"),
    "implausible_amount": N_("An amount that nobody would believe"),
}

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "grade": {"alarm": N_("Alarm"), "prompt": N_("Prompt")},
        "alert_state": {
            "open": N_("New"),
            "acknowledged": N_("Acknowledged"),
            "in_case": N_("Task force"),
            "closed": N_("Closed"),
            "held": N_("Held"),
            "snoozed": N_("Snoozed"),
            "suppressed": N_("Suppressed"),
        },
        "bucket": {
            "new": N_("New"),
            "in_work": N_("In work"),
            "snoozed": N_("Snoozed"),
            "recovered": N_("Recovered"),
            "gone": N_("Gone"),
        },
        "outcome": _OUTCOMES,
        "truth": _OUTCOMES,
        "retention": {
            "saved": N_("Saved"),
            "partly_saved": N_("Partly saved"),
            "lost": N_("Lost"),
            "self_recovered": N_("Recovered without us"),
            "not_attempted": N_("Not attempted"),
        },
        "direction": {"fall": N_("Falling"), "rise": N_("Rising")},
        "series": {
            "debit": N_("Debit"),
            "credit": N_("Credit"),
            "turnover": N_("Turnover"),
            "payments": N_("Payments"),
        },
        "baseline": {
            "week_vs_recent": N_("This week against the recent weeks"),
            "quarter_vs_quarter": N_("Last quarter against the quarter before"),
            "quarter_vs_year": N_("Last quarter against the year before"),
            "quarter_vs_last_year": N_("Last quarter against the same quarter a year ago"),
            "eight_weeks_vs_year": N_("Last eight weeks against the year before"),
        },
        "label": {
            "leaving": N_("Leaving"),
            "unknown": N_("Falling, cause unknown"),
            "shrinking": N_("Shrinking"),
            "seasonal": N_("Seasonal"),
            "feed_fault": N_("Fault in the feed"),
        },
        "strength": {"weak": N_("weak evidence"), "fair": N_("fair evidence"), "strong": N_("strong evidence")},
        "finding": {
            "credits": N_("Credits"),
            "debits": N_("Debits"),
            "regular_debits": N_("Regular debits, such as wages"),
            "quarter_before": N_("Turnover, against the quarter before"),
            "last_year": N_("The same a year ago"),
            "same_weeks_last_year": N_("Turnover, against the same weeks last year"),
            "industry": N_("Its industry"),
            "branch_events": N_("Events of its branch"),
            "without_feed_gaps": N_("Turnover without the weeks of an incomplete feed"),
            "value_at_risk": N_("Turnover, the last quarter against the year before"),
        },
        "group": {
            "client": N_("Client"),
            "branch": N_("Branch"),
            "industry": N_("Industry"),
            "bank": N_("The whole bank"),
        },
        "beside": {
            "branch": N_("explained by its branch: no alert of its own"),
            "industry": N_("explained by its industry: no alert of its own"),
            "bank": N_("explained by the whole bank: no alert of its own"),
        },
        "client_state": {
            "alerting": N_("Has alerts"),
            "closed": N_("Account closed"),
            "placeholder": N_("Not in the client master"),
            "active": N_("Active"),
        },
        "client_kind": {"company": N_("Company"), "association": N_("Association")},
        "week_state": {"open": N_("Open"), "held": N_("Held"), "closed": N_("Complete")},
        "role": {
            "branch_staff": N_("Branch staff"),
            "branch_manager": N_("Branch manager"),
            "approver": N_("Approver"),
            "auditor": N_("Auditor"),
            "operations": N_("Operations"),
        },
        "case_state": {
            "forming": N_("Forming"),
            "in_review": N_("In review"),
            "plan": N_("Planning"),
            "executing": N_("Executing"),
            "monitoring": N_("Monitoring"),
            "suspended": N_("Suspended"),
            "reopened": N_("Reopened"),
            "closed": N_("Closed"),
        },
        "remedy_type": REMEDIES,
        "remedy_state": {
            "draft": N_("Draft"),
            "submitted": N_("Waiting for approval"),
            "returned": N_("Returned"),
            "approved": N_("Approved"),
            "active": N_("Running"),
            "expiring": N_("Expiring"),
            "expired": N_("Expired"),
            "rejected": N_("Rejected"),
            "withdrawn": N_("Taken back"),
            "revoked": N_("Revoked"),
        },
        "dead_letter": DEAD_LETTER_REASONS,
        **CASE_WORDS,
    }
)


def msgid(kind: str, code: str) -> str:
    """The English name of a code, which is also what the catalogues know it by."""
    return WORDS[kind].get(code, code)
