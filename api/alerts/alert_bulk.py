"""POST /alerts/bulk and /alerts/gone: one act on many alerts, in one transaction; what cannot be acted on stops
nothing else.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Response

from acts import alert_bulk, gone_clients
from acts.alert_bulk import Acknowledge, AlertAct, Assign, BulkDone, Snooze
from acts.gone_clients import GoneDone
from acts.performing import Act, ActContext
from api.auth import AlertActor
from api.changes import Posted, Shown, answer_act
from api.deps import Deps
from api.paths import V1
from api.problems import TYPE_PREFIX, kind_of
from schemas.errors import EbbwatchError, NotAllowedByRules
from schemas.http_alert_bulk import (
    BulkActBody,
    BulkDoneBody,
    GoneBody,
    GoneClientBody,
    GoneDoneBody,
    RefusedAlertBody,
)
from schemas.money import format_amount
from schemas.weeks import format_week

router = APIRouter(prefix=f"{V1}/alerts", tags=["alerts"])
_ARGUMENTS = {"acknowledge": set[str](), "snooze": {"until", "reason"}, "assign": {"assignee"}}


@router.post("/bulk", response_model=BulkDoneBody)
def act_on_many(caller: AlertActor, deps: Deps, post: Posted, body: BulkActBody) -> Response:
    """Acknowledge, snooze or assign up to 500 alerts at once."""
    act = partial(alert_bulk.act_on_many, alert_ids=body.alert_ids, act=bulk_act(body))
    return answer_act(deps, caller, post, act, _show)


@router.post("/gone", response_model=GoneDoneBody)
def record_gone(caller: AlertActor, deps: Deps, post: Posted, body: GoneBody) -> Response:
    """Close alerts of clients that are gone, and record what was lost, and whether it was warned of and tried."""
    return answer_act(deps, caller, post, gone_act(body), _show_gone)


def bulk_act(body: BulkActBody) -> AlertAct:
    """The act with its arguments. Raises NotAllowedByRules for one that lacks, or that another act takes."""
    given = body.model_fields_set - {"act", "alert_ids"}
    for field in sorted(given ^ _ARGUMENTS[body.act]):
        raise NotAllowedByRules(field, f"{body.act} {'takes no' if field in given else 'needs'} {field}")
    if body.act == "acknowledge":
        return Acknowledge()
    if body.act == "assign":
        return Assign(body.assignee)
    if body.until is None or body.reason is None:
        raise NotAllowedByRules("until" if body.until is None else "reason", "a snooze needs it")
    return Snooze(body.until, body.reason)


def gone_act(body: GoneBody) -> Act[GoneDone]:
    """The act that a body asks for."""
    return partial(gone_clients.record_gone, alert_ids=body.alert_ids, outcome=body.outcome, note=body.note)


def _show(_context: ActContext, done: BulkDone) -> Shown:
    return Shown(BulkDoneBody(**_done(done)))


def _show_gone(context: ActContext, gone: GoneDone) -> Shown:
    currency = context.bank.base_currency
    recorded = [
        GoneClientBody(
            alert_id=each.alert_id,
            client_id=each.client_id,
            outcome=each.outcome,
            last_paid_week=None if each.last_paid_week is None else format_week(each.last_paid_week),
            lost=format_amount(each.lost_minor, currency),
            currency=currency,
            warned=each.warned,
            warned_weeks=each.warned_weeks,
            tried=each.tried,
        )
        for each in gone.recorded
    ]
    return Shown(GoneDoneBody(**_done(gone.done), recorded=recorded))


def _done(done: BulkDone) -> dict[str, Any]:
    return {
        "changed": [episode.alert_id for episode in done.changed],
        "unchanged": list(done.unchanged),
        "refused": [_refused(alert_id, error) for alert_id, error in done.refused],
    }


def _refused(alert_id: str, error: EbbwatchError) -> RefusedAlertBody:
    kind = kind_of(error)
    return RefusedAlertBody(
        alert_id=alert_id, type=TYPE_PREFIX + kind.slug, title=kind.title, status=kind.status, detail=str(error)
    )
