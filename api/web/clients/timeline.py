"""What has happened with a client, newest first: alerts, task forces, contacts and remedies in one line of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Literal

from casework.cases.case_lifecycle import Task
from casework.remedies.effect import Effect
from language.marking import N_
from schemas.http_alerts import AlertBody
from schemas.http_cases import CaseBody
from schemas.weeks import monday, parse_week
from store.remedies.client_remedies import ClientRemedy

Kind = Literal["alert", "account", "case", "contact", "remedy"]
BEGAN, RECOVERED = N_("Alert: an ebb begins"), N_("Alert: recovered by itself")
GONE = N_("Account closed")
FORMED, CLOSED = N_("Task force formed"), N_("Task force closed")
CONTACT = N_("Contact with the client")
PROPOSED, STARTED, ENDED = N_("Remedy proposed"), N_("Remedy began"), N_("Remedy ended")
RAN = frozenset({"active", "expiring", "expired"})


@dataclass(frozen=True, slots=True)
class ClientLine:
    """`what` is a msgid; `code`: a kind of word (api.web.language.words) and the code; `path`: where more is."""

    day: date
    kind: Kind
    what: str
    code: tuple[str, str] | None = None
    note: str | None = None
    path: str | None = None
    effect: Effect | None = None


def moments(
    alerts: Iterable[AlertBody],
    cases: Iterable[CaseBody],
    contacts: Iterable[Task],
    remedies: Iterable[ClientRemedy],
    effects: Mapping[str, Effect],
    zone: tzinfo,
    gone_on: date | None,
) -> Sequence[ClientLine]:
    """All of them, newest first. `effects`: by remedy, what it has brought so far. `gone_on`: when the last account
    was closed; nothing recovers after that.
    """
    found = [moment for alert in alerts for moment in _of_alert(alert, gone_on)]
    if gone_on is not None:
        found.append(ClientLine(gone_on, "account", GONE))
    found += [moment for case in cases for moment in _of_case(case, zone)]
    found += [
        ClientLine(task.done_at.astimezone(zone).date(), "contact", CONTACT, note=task.evidence or task.title)
        for task in contacts
        if task.done_at is not None
    ]
    found += [moment for remedy in remedies for moment in _of_remedy(remedy, effects, zone)]
    return sorted(found, key=lambda moment: moment.day, reverse=True)


def _of_alert(alert: AlertBody, gone_on: date | None) -> Iterable[ClientLine]:
    yield ClientLine(monday(parse_week(alert.opened_week)), "alert", BEGAN, ("grade", alert.grade))
    if alert.recovered_week is None:
        return
    recovered_on = monday(parse_week(alert.recovered_week))
    if gone_on is None or recovered_on < gone_on:
        yield ClientLine(recovered_on, "alert", RECOVERED)


def _of_case(case: CaseBody, zone: tzinfo) -> Iterable[ClientLine]:
    path = f"/desk/cases/{case.case_id}"
    yield ClientLine(case.opened_at.astimezone(zone).date(), "case", FORMED, note=case.lead, path=path)
    if case.closed_at is not None:
        code = None if case.retention is None else ("retention", case.retention)
        yield ClientLine(case.closed_at.astimezone(zone).date(), "case", CLOSED, code, case.cause, path)


def _of_remedy(remedy: ClientRemedy, effects: Mapping[str, Effect], zone: tzinfo) -> Iterable[ClientLine]:
    """Its beginning carries what it has brought so far."""
    path, code = f"/desk/cases/{remedy.case_id}", ("remedy_type", remedy.type)
    if remedy.state not in RAN:
        state = remedy.proposed_at.astimezone(zone).date()
        yield ClientLine(state, "remedy", PROPOSED, code, path=path)
        return
    yield ClientLine(remedy.starts_on, "remedy", STARTED, code, path=path, effect=effects.get(remedy.remedy_id))
    ended = remedy.ended_on or (remedy.ends_on if remedy.state == "expired" else None)
    if ended is not None:
        yield ClientLine(ended, "remedy", ENDED, code, path=path)
