"""What people do with the calendar: enter weeks in which less is expected, and take them back."""

from __future__ import annotations

import uuid

from acts.performing import ActContext, Fields
from casework.quiet.calendar import Entry, new_entry
from schemas.errors import Conflict, Forbidden, NotFound
from schemas.vocabulary import EntryScope
from schemas.weeks import Week, format_week
from store.quiet import calendar
from store.quiet.calendar import EntryRow


def add_entry(
    context: ActContext, scope: EntryScope, subject: str, first_week: Week, last_week: Week, reason: str
) -> EntryRow:
    """Hold alerts back in these weeks. `subject`: the branch or client; empty for the bank."""
    entry = Entry(str(uuid.uuid4()), scope, subject, first_week, last_week, reason)
    _check_own_branch(context, entry)
    new_entry(entry, context.week)
    calendar.add_entry(context.tx, entry, context.actor, context.at)
    context.audit("calendar.add", "calendar_entry", entry.entry_id, None, audit_fields(entry))
    return EntryRow(entry, context.actor, context.at)


def remove_entry(context: ActContext, entry_id: str) -> EntryRow:
    """Take an entry back, and give it as it was: alerts of its weeks open where they pass a preset again."""
    row = calendar.get(context.tx, entry_id, only_branch=context.caller.branch, for_update=True)
    context.check_revision(row.entry.revision)
    _check_own_branch(context, row.entry)
    if row.removed:
        raise Conflict(f"calendar entry {entry_id} was taken back already")
    calendar.remove_entry(context.tx, row.entry, context.actor, context.at)
    context.audit("calendar.remove", "calendar_entry", entry_id, audit_fields(row.entry), None)
    return row


def audit_fields(entry: Entry) -> Fields:
    """What the audit trail says of it: all that a person can choose."""
    return {
        "scope": entry.scope,
        "subject": entry.subject or None,
        "first_week": format_week(entry.first_week),
        "last_week": format_week(entry.last_week),
        "reason": entry.reason,
    }


def _check_own_branch(context: ActContext, entry: Entry) -> None:
    """A branch keeps its own calendar. Another branch's client is not there, and the bank's is the region's."""
    mine, branch = context.caller.branch, calendar.get_branch(context.tx, entry)
    if mine is None or branch == mine:
        return
    if branch is None:
        raise Forbidden("the bank's calendar is kept by its region")
    raise NotFound(entry.scope, entry.subject)
