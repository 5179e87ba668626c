"""What has changed of an alert since the page was shown, as its reader reads it."""

from __future__ import annotations

from functools import reduce

from api.web.language.formats import Formats
from api.web.language.words import msgid
from casework.alerts.alert_changes import AlertChanged, Change
from language.catalogues import Texts
from language.marking import N_

_SINCE = N_("New figures came meanwhile: %(changes)s. Nothing of yours was done: decide by what you see now.")
_BOTH = N_("%(one)s; %(other)s")
_CHANGES = {
    "grade": N_("grade from %(before)s to %(after)s"),
    "value_at_risk": N_("value at risk from %(before)s to %(after)s"),
    "week": N_("last week with evidence from %(before)s to %(after)s"),
}


def changes_text(error: AlertChanged, texts: Texts) -> str:
    """One sentence with all that is different."""
    formats = Formats(texts.locale)

    def said(change: Change, value: str) -> str:
        if change.what == "grade":
            return texts.gettext(msgid("grade", value))
        return formats.week(value) if change.what == "week" else formats.money(value, error.currency)

    told = [
        texts.gettext(_CHANGES[each.what], before=said(each, each.before), after=said(each, each.after))
        for each in error.changes
    ]
    return texts.gettext(
        _SINCE, changes=reduce(lambda one, other: texts.gettext(_BOTH, one=one, other=other), told)
    )
