"""POST /alerts/bulk: one act on many alerts, in one transaction; what cannot be acted on stops nothing else."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from api.alerts.trace import alert_trace
from api.auth import AlertActor, Caller
from api.changes import Done, Posted, Trace, perform
from api.deps import ApiDeps, Deps
from api.paths import V1
from api.problems import TYPE_PREFIX, kind_of
from casework.alerts import actions
from casework.alerts.actions import NotAllowedByRules
from casework.alerts.episodes import Episode
from schemas.errors import Conflict, EbbwatchError, NotFound
from schemas.http_alert_bulk import BulkActBody, BulkDoneBody, RefusedAlertBody
from store.alerts import alert_rows
from store.unit_of_work import Tx

router = APIRouter(prefix=f"{V1}/alerts", tags=["alerts"])
_ARGUMENTS = {"acknowledge": set[str](), "snooze": {"until", "reason"}, "assign": {"assignee"}}


@router.post("/bulk", response_model=BulkDoneBody)
def act_on_many(caller: AlertActor, deps: Deps, post: Posted, body: BulkActBody) -> Response:
    """Acknowledge, snooze or assign up to 500 alerts at once."""
    act = _act(deps, caller, body)
    return perform(deps, caller, post, lambda tx: _work(deps, caller, tx, body, act))


def _work(deps: ApiDeps, caller: Caller, tx: Tx, body: BulkActBody, act: Callable[[Episode], Episode]) -> Done:
    """1. Lock those that are theirs to see. 2. Act on each. 3. Keep what changed."""
    wanted = list(dict.fromkeys(body.alert_ids))
    found = alert_rows.get_all(tx, wanted, only_branch=caller.branch, for_update=True)
    changed: list[Episode] = []
    traces: list[Trace] = []
    unchanged: list[str] = []
    refused: list[RefusedAlertBody] = []
    for alert_id in wanted:
        try:
            if alert_id not in found:
                raise NotFound("alert", alert_id)
            after = act(found[alert_id])
        except (NotFound, Conflict) as error:
            refused.append(_refused(alert_id, error))
            continue
        if after is found[alert_id]:
            unchanged.append(alert_id)
        else:
            changed.append(after)
            traces.append(alert_trace(body.act, found[alert_id], after))
    facts = alert_rows.client_facts(tx, [episode.client_id for episode in changed])
    alert_rows.save_all(tx, changed, facts, deps.base_currency, deps.clock())
    told = BulkDoneBody(changed=[e.alert_id for e in changed], unchanged=unchanged, refused=refused)
    return Done(told, None, also=tuple(traces))


def _act(deps: ApiDeps, caller: Caller, body: BulkActBody) -> Callable[[Episode], Episode]:
    """The act with its arguments. Raises NotAllowedByRules for one that lacks, or that another act takes."""
    given = body.model_fields_set - {"act", "alert_ids"}
    for field in sorted(given ^ _ARGUMENTS[body.act]):
        raise NotAllowedByRules(field, f"{body.act} {'takes no' if field in given else 'needs'} {field}")
    until, reason, today = body.until, body.reason, deps.today()
    if body.act == "acknowledge":
        return lambda episode: actions.acknowledge(episode, caller.actor)
    if body.act == "assign":
        return lambda episode: actions.assign(episode, body.assignee)
    if until is None or reason is None:
        raise NotAllowedByRules("until" if until is None else "reason", "a snooze needs it")
    return lambda episode: actions.snooze(episode, until, reason, today)


def _refused(alert_id: str, error: EbbwatchError) -> RefusedAlertBody:
    kind = kind_of(error)
    return RefusedAlertBody(
        alert_id=alert_id, type=TYPE_PREFIX + kind.slug, title=kind.title, status=kind.status, detail=str(error)
    )
