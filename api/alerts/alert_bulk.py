"""POST /alerts/bulk: one act on many alerts, in one transaction; what cannot be acted on stops nothing else."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from acts import alert_bulk
from acts.alert_bulk import Acknowledge, Assign, BulkAct, BulkDone, Snooze
from acts.performing import ActContext
from api.auth import AlertActor
from api.changes import Posted, Shown, answer_act
from api.deps import Deps
from api.paths import V1
from api.problems import TYPE_PREFIX, kind_of
from schemas.errors import EbbwatchError, NotAllowedByRules
from schemas.http_alert_bulk import BulkActBody, BulkDoneBody, RefusedAlertBody

router = APIRouter(prefix=f"{V1}/alerts", tags=["alerts"])
_ARGUMENTS = {"acknowledge": set[str](), "snooze": {"until", "reason"}, "assign": {"assignee"}}


@router.post("/bulk", response_model=BulkDoneBody)
def act_on_many(caller: AlertActor, deps: Deps, post: Posted, body: BulkActBody) -> Response:
    """Acknowledge, snooze or assign up to 500 alerts at once."""
    act = partial(alert_bulk.act_on_many, alert_ids=body.alert_ids, act=bulk_act(body))
    return answer_act(deps, caller, post, act, _show)


def bulk_act(body: BulkActBody) -> BulkAct:
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


def _show(_context: ActContext, done: BulkDone) -> Shown:
    refused = [_refused(alert_id, error) for alert_id, error in done.refused]
    return Shown(BulkDoneBody(changed=list(done.changed), unchanged=list(done.unchanged), refused=refused))


def _refused(alert_id: str, error: EbbwatchError) -> RefusedAlertBody:
    kind = kind_of(error)
    return RefusedAlertBody(
        alert_id=alert_id, type=TYPE_PREFIX + kind.slug, title=kind.title, status=kind.status, detail=str(error)
    )
