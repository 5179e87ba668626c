"""GET /audit: every change, for those who look over the others' shoulders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, Field

from acts.roles import Permission
from api.auth import needing
from api.deps import Deps
from api.pagination import ListQuery
from api.paths import V1
from schemas.http import Line, Page
from schemas.http_operations import AuditBody
from schemas.keyset import Int64
from store import audit
from store.audit import AuditFilter, Entry, Recorded

router = APIRouter(prefix=f"{V1}/audit", tags=["audit"])


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such time in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class AuditQuery(ListQuery):
    """Filters of the audit trail. Times are half-open: since <= at < until."""

    actor: Line | None = None
    action: Line | None = Field(None, examples=["alert.close"])
    kind: Line | None = Field(None, examples=["alert"])
    key: Line | None = Field(None, description="id of the thing changed")
    since: Moment | None = None
    until: Moment | None = None


@router.get("", dependencies=[needing(Permission.READ_AUDIT)])
def list_audit(deps: Deps, query: Annotated[AuditQuery, Query()]) -> Page[AuditBody]:
    """Changes, the newest first."""
    wanted = AuditFilter(query.actor, query.action, query.kind, query.key, query.since, query.until)
    before_id = query.after("audit", Int64)
    with deps.store.read() as tx:
        rows = audit.search(tx, wanted, before_id=before_id, limit=query.limit + 1)
    return query.page("audit", rows, lambda row: row.audit_id, _body)


def _body(row: Recorded) -> AuditBody:
    fields = {name: getattr(row.entry, name) for name in Entry.__dataclass_fields__}
    return AuditBody(audit_id=row.audit_id, **fields)
