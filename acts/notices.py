"""What people say of how they want to be told, and a notice to try it out: one's own alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from acts.performing import ActContext, Fields
from casework.notices.address import scheme_of
from casework.notices.notice_facts import Trial
from casework.notices.notice_making import notices_for
from casework.notices.preference_changes import NoAddress, change_preference
from casework.notices.quiet_hours import QuietHours
from casework.notices.recipients import Preference
from language.catalogues import Language
from schemas.vocabulary import ChosenKind
from store.notices import notice_preferences, notice_queue
from store.notices.notice_queue import StoredNotice


@dataclass(frozen=True, slots=True)
class SentTrial:
    """A notice that was written to try things out, and the language of who will read it."""

    notice: StoredNotice
    language: Language


def set_preferences(
    context: ActContext,
    address: str | None,
    language: Language,
    kinds: Collection[ChosenKind],
    quiet: QuietHours | None,
) -> Preference:
    """Say how one wants to be told: all of it, but the address, which stays where none is given."""
    before = notice_preferences.find(context.tx, context.actor, for_update=True)
    context.check_revision(before.revision if before else 0)
    after = change_preference(
        before,
        user=context.actor,
        role=str(context.caller.role),
        branch_id=context.caller.branch,
        address=address,
        language=language,
        kinds=kinds,
        quiet=quiet,
        schemes=context.bank.rules.notice_schemes,
    )
    if after is not before:
        notice_preferences.save(context.tx, after)
        moved = {"address_changed": True} if before is None or before.address != after.address else {}
        fields_before = None if before is None else audit_fields(before)
        fields_after = {**audit_fields(after), **moved}
        context.audit("notice_preference.set", "notice_preference", context.actor, fields_before, fields_after)
    return after


def send_trial(context: ActContext) -> SentTrial:
    """Have a notice sent to oneself now, also in quiet hours; again within the minute is once. Raises NoAddress."""
    mine = notice_preferences.find(context.tx, context.actor)
    if mine is None:
        raise NoAddress
    key = f"{context.at:%Y-%m-%dT%H:%M}"
    trial = notices_for([mine], "test", key, Trial(), context.at, context.bank.calendar.zone)
    written = notice_queue.add_notices(context.tx, trial, context.at)
    row = notice_queue.get(context.tx, context.actor, "test", key)
    if written:
        context.audit("notice.test", "notice", str(row.notice_id), None, {"scheme": scheme_of(mine.address)})
    return SentTrial(row, mine.language)


def hidden_address(preference: Preference) -> str:
    """An address is a secret: of it only the scheme is shown."""
    return f"{scheme_of(preference.address)}://…"


def audit_fields(preference: Preference) -> Fields:
    """What the audit trail says of it; of the address only its scheme."""
    quiet = preference.quiet
    return {
        "address": hidden_address(preference),
        "language": preference.language,
        "kinds": sorted(preference.kinds),
        "quiet_from": quiet.starts.isoformat("minutes") if quiet else None,
        "quiet_until": quiet.ends.isoformat("minutes") if quiet else None,
        "revision": preference.revision,
    }
