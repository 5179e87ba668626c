"""Notices: written in the transaction of what they tell of or by follow-up, and sent afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.notices.notice_facts import Facts, read_facts
from casework.notices.notice_making import Notice
from casework.notices.recipients import Preference
from schemas.errors import NotFound
from schemas.vocabulary import NoticeKind
from store.among import among
from store.notices.notice_preferences import read_preference
from store.tables.notices import notice, preference_table
from store.tables.sign_in import account
from store.upsert import insert

_WAITING = (notice.c.sent_at.is_(None), notice.c.failed.is_(None))


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A notice to be sent now. `barred`: why it is not to be sent after all, None where it is.

    `facts` as they are kept, see `read_facts`: one that cannot be read holds up no other.
    """

    notice_id: int
    kind: NoticeKind
    facts: object
    written_at: datetime
    tries: int
    reader: Preference
    barred: str | None


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as its reader may look it up."""

    notice_id: int
    kind: NoticeKind
    facts: Facts
    written_at: datetime
    not_before: datetime
    sent_at: datetime | None
    tries: int
    failed: str | None


_WRITTEN = [notice.c[name] for name in StoredNotice.__dataclass_fields__]


def add_notices(tx: Connection, notices: Sequence[Notice], at: datetime, *, folded: bool = False) -> int:
    """Keep those that have not been told yet; how many they were. `folded`: another one tells of them as well."""
    rows = [
        {
            "user": n.user,
            "kind": n.kind,
            "subject_key": n.subject_key,
            "facts": msgspec.to_builtins(n.facts),
            "written_at": at,
            "not_before": n.not_before,
            "sent_at": at if folded else None,
            "tries": 0,
        }
        for n in notices
    ]
    if not rows:
        return 0
    fresh = insert(tx, notice).on_conflict_do_nothing(index_elements=["user", "kind", "subject_key"])
    return len(tx.execute(fresh.returning(notice.c.notice_id), rows).all())


def without_stored(tx: Connection, notices: Sequence[Notice]) -> list[Notice]:
    """Those of which there is no row yet: a look that takes no lock, so that most rounds write nothing."""
    if not notices:
        return []
    theirs = (
        among(tx, notice.c.user, {n.user for n in notices}),
        among(tx, notice.c.subject_key, {n.subject_key for n in notices}),
    )
    known = sa.select(notice.c.user, notice.c.kind, notice.c.subject_key).where(*theirs)
    there = {tuple(row) for row in tx.execute(known)}
    return [n for n in notices if (n.user, n.kind, n.subject_key) not in there]


def load_due(tx: Connection, now: datetime, limit: int) -> list[DueNotice]:
    """What may be sent now, the longest waiting first."""
    query = (
        sa.select(notice, preference_table, account.c.disabled)
        .join(preference_table, preference_table.c.user == notice.c.user)
        .outerjoin(account, account.c.user == notice.c.user)
        .where(*_WAITING, notice.c.not_before <= now)
        .order_by(notice.c.not_before, notice.c.notice_id)
        .limit(limit)
    )
    return [_due_notice(row) for row in tx.execute(query)]


def mark_sent(tx: Connection, notice_id: int, at: datetime) -> None:
    """It reached its channel; marking twice is harmless."""
    _update(tx, notice_id, sent_at=at, tries=notice.c.tries + 1)


def try_again(tx: Connection, notice_id: int, not_before: datetime) -> None:
    """A try failed: the next one is later."""
    _update(tx, notice_id, not_before=not_before, tries=notice.c.tries + 1)


def put_off(tx: Connection, notice_id: int, not_before: datetime) -> None:
    """It waits without having been tried: its reader wants quiet, or their channel is down."""
    _update(tx, notice_id, not_before=not_before)


def give_up(tx: Connection, notice_id: int, reason: str) -> None:
    """It will not be sent. `reason` holds no secret."""
    _update(tx, notice_id, failed=reason)


def queue_depth(tx: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many notices could be sent now and are not, and since when the oldest of them could."""
    query = sa.select(sa.func.count(), sa.func.min(notice.c.not_before))
    count, oldest = tx.execute(query.where(*_WAITING, notice.c.not_before <= now)).one()
    return count, oldest


def get(tx: Connection, user: str, kind: NoticeKind, subject_key: str) -> StoredNotice:
    """One notice by what it is about. Raises NotFound."""
    mine = (notice.c.user == user, notice.c.kind == kind, notice.c.subject_key == subject_key)
    found = _load_stored(tx, sa.select(*_WRITTEN).where(*mine))
    if not found:
        raise NotFound("notice", f"{kind} {subject_key}")
    return found[0]


def search_of_user(tx: Connection, user: str, *, before_id: int | None, limit: int) -> list[StoredNotice]:
    """Up to `limit` of one person's notices older than `before_id`, newest first."""
    query = sa.select(*_WRITTEN).where(notice.c.user == user).order_by(notice.c.notice_id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(notice.c.notice_id < before_id)
    return _load_stored(tx, query)


def forget_sent(tx: Connection, before: datetime) -> int:
    """Remove what was sent or given up and written before an instant; how many there were."""
    settled = sa.or_(notice.c.sent_at.is_not(None), notice.c.failed.is_not(None))
    return tx.execute(sa.delete(notice).where(settled, notice.c.written_at < before)).rowcount


def _load_stored(tx: Connection, query: sa.Select[Any]) -> list[StoredNotice]:
    return [StoredNotice(**{**row, "facts": read_facts(row["facts"])}) for row in tx.execute(query).mappings()]


def _update(tx: Connection, notice_id: int, **values: object) -> None:
    tx.execute(sa.update(notice).where(notice.c.notice_id == notice_id, *_WAITING).values(**values))


def _due_notice(row: sa.Row[tuple[object, ...]]) -> DueNotice:
    found = row._mapping
    reader = read_preference(row)
    kind: NoticeKind = found[notice.c.kind]
    barred = None
    if found[account.c.disabled]:
        barred = "the account is disabled"
    elif kind != "test" and kind not in reader.kinds:
        barred = "no longer wanted"
    return DueNotice(
        notice_id=found[notice.c.notice_id],
        kind=kind,
        facts=found[notice.c.facts],
        written_at=found[notice.c.written_at],
        tries=found[notice.c.tries],
        reader=reader,
        barred=barred,
    )
