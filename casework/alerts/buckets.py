"""Which of five buckets an alert stands in; `store.alerts.alert_buckets` says the same in SQL, as a test shows.

The first line that holds decides:

| alert and client                                                           | bucket    |
|----------------------------------------------------------------------------|-----------|
| closed, or never told: it is of history                                    | none      |
| in a case                                                                  | in_work   |
| account closed by today, or no payment for `silent_weeks_to_be_gone` weeks | gone      |
| snoozed                                                                    | snoozed   |
| quiet for `quiet_weeks_to_recover` weeks                                   | recovered |
| acknowledged                                                               | in_work   |
| open, held, suppressed                                                     | new       |

Whether an alert waits for room in its branch's week is asked beside it: the Monday list leaves those out of `new`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from casework.alerts.episodes import EpisodeRules
from schemas.buckets import Bucket
from schemas.vocabulary import AlertState


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day in the bank's zone on which the list is read, and its rules."""

    today: date
    rules: EpisodeRules = field(default_factory=EpisodeRules)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides. Weeks are counted to the newest judged week of the client's shard; `weeks_without_payment` is
    None where no week of the client is known.
    """

    state: AlertState
    quiet_weeks: int
    weeks_without_payment: int | None = None
    closed_on: date | None = None
    told: bool = True


def bucket_of(alert: Standing, as_of: AsOf) -> Bucket | None:
    """The bucket; None for an alert that is closed, or that nobody has been told of."""
    if alert.state == "closed" or not alert.told:
        return None
    if alert.state == "in_case":
        return "in_work"
    if _is_gone(alert, as_of):
        return "gone"
    if alert.state == "snoozed":
        return "snoozed"
    if alert.quiet_weeks >= as_of.rules.quiet_weeks_to_recover:
        return "recovered"
    return "in_work" if alert.state == "acknowledged" else "new"


def _is_gone(alert: Standing, as_of: AsOf) -> bool:
    if alert.closed_on is not None and alert.closed_on <= as_of.today:
        return True
    silent = alert.weeks_without_payment
    return silent is not None and silent >= as_of.rules.silent_weeks_to_be_gone
