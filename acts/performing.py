"""How every act is performed: seen, locked, at the revision that was meant, by the rules, saved, audited; and once.

    def acknowledge(context: ActContext, alert_id: str) -> Episode: ...        # an act

    performer.perform(caller, lambda context: acknowledge(context, alert_id))

See docs/decisions/0029-acts.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from acts.bank import Bank
from acts.callers import Caller
from schemas.errors import EbbwatchError, StaleRevision
from schemas.weeks import Week
from store import audit, idempotency
from store.idempotency import Answer
from store.unit_of_work import Store, Tx

T = TypeVar("T")
Fields: TypeAlias = Mapping[str, Any]


class KeyReused(EbbwatchError):
    """An Idempotency-Key that came before with another request."""


@dataclass(frozen=True, slots=True)
class ActRequest:
    """What is said beside the act itself. `revisions`: those of the thing that it is meant for; None for any.

    `key`: the same one and `fingerprint` again is answered, not done again.
    """

    revisions: Sequence[int] | None = None
    key: str | None = None
    fingerprint: str = ""
    request_id: str | None = None


UNASKED = ActRequest()  # of what time alone does


@dataclass(frozen=True, slots=True)
class ActContext:
    """One performance of an act: its transaction, whose it is, when, and at which bank."""

    tx: Tx
    bank: Bank
    caller: Caller
    at: datetime
    request: ActRequest = UNASKED
    entries: list[audit.Entry] = field(default_factory=list)  # for the audit trail, in their order

    @property
    def actor(self) -> str:
        return self.caller.actor

    @property
    def today(self) -> date:
        """The calendar day in the bank's zone."""
        return self.bank.day_of(self.at)

    @property
    def week(self) -> Week:
        return self.bank.calendar.week_at(self.at)

    def check_revision(self, actual: int) -> None:
        """Raises StaleRevision where the request is meant for another revision than the actual one."""
        wanted = self.request.revisions
        if wanted is not None and actual not in wanted:
            raise StaleRevision(wanted[0] if wanted else 0, actual)

    def audit(self, action: str, kind: str, key: str, before: Fields | None, after: Fields | None) -> None:
        """The audit trail will say this of the act, in the order in which it is said."""
        self.entries.append(
            audit.Entry(
                at=self.at,
                actor=self.actor,
                role=str(self.caller.role),
                action=action,
                kind=kind,
                key=key,
                before=before,
                after=after,
                request_id=self.request.request_id,
            )
        )


Act: TypeAlias = Callable[[ActContext], T]


class Aggregate(Protocol[T]):
    """What `change` needs to know of a kind of thing that carries a revision."""

    @property
    def kind(self) -> str: ...

    def lock(self, context: ActContext, key: str) -> T:
        """The thing as it stands, locked. Raises NotFound, also for one that the caller may not see."""

    def save(self, context: ActContext, after: T) -> None:
        """Save the thing, and what others are told of it."""

    def revision(self, thing: T) -> int: ...

    def audit_fields(self, thing: T) -> Fields:
        """What the audit trail says of it: all that a person can change."""


def change(
    context: ActContext, things: Aggregate[T], key: str, name: str, rule: Callable[[T], T]
) -> tuple[T, bool]:
    """(the thing after `rule`, whether that changed it).

    1. Lock it, if it is theirs to see. 2. Is it the revision they meant. 3. The rule. 4. Save and audit.
    """
    before = things.lock(context, key)
    context.check_revision(things.revision(before))
    after = rule(before)
    if after is before:
        return before, False
    things.save(context, after)
    context.audit(
        f"{things.kind}.{name}", things.kind, key, things.audit_fields(before), things.audit_fields(after)
    )
    return after, True


@dataclass(frozen=True, slots=True)
class Performer:
    """Performs acts on one store, for one bank. `clock` gives aware instants."""

    store: Store
    bank: Bank
    clock: Callable[[], datetime]

    def perform(self, caller: Caller, act: Act[T], request: ActRequest = UNASKED) -> T:
        """One act in one transaction: all of it with its audit rows, or nothing. Retried like `Store.transact`."""
        return self.store.transact(lambda tx: self._work(tx, caller, act, request)[1])

    def perform_once(
        self, caller: Caller, act: Act[T], request: ActRequest, answer: Callable[[ActContext, T], Answer]
    ) -> tuple[Answer, bool]:
        """(the answer, whether it is that of an earlier request with this key). Without a key it is done each time.

        1. Claim the key. 2. Act, and audit. 3. Save the answer. All of it or nothing: an error leaves the key free.
        Raises KeyReused for a key of another request, and what the act does.
        """
        key, actor = request.key, caller.actor

        def work(tx: Tx) -> tuple[Answer, bool]:
            if key and (there := idempotency.claim(tx, actor, key, request.fingerprint, self.clock())):
                return there, True
            answered = answer(*self._work(tx, caller, act, request))
            if key:
                idempotency.save_answer(tx, actor, key, answered)
            return answered, False

        try:
            return self.store.transact(work)
        except idempotency.OtherRequest:
            raise KeyReused("use a new key for another request") from None

    def _work(self, tx: Tx, caller: Caller, act: Act[T], request: ActRequest) -> tuple[ActContext, T]:
        context = ActContext(tx, self.bank, caller, self.clock(), request)
        made = act(context)
        audit.record_all(tx, context.entries)
        return context, made
