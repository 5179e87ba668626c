"""Who may apply a policy, and when. Source: docs/decisions/0022-policies.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.errors import Conflict, Forbidden

SEEN_FOR = timedelta(weeks=4)  # a month's new weeks change a year's figures by a twelfth: see them again


class AlreadyInForce(Conflict):
    """It judges as it is."""

    def __init__(self, version: str) -> None:
        super().__init__(f"policy {version} is in force")


class NotSeen(Conflict):
    """Whoever applies a policy has seen what it would have done, beside what is in force now."""

    def __init__(self, version: str) -> None:
        super().__init__(f"preview policy {version} first, beside the one in force")


class ProposerDoesNotApply(Forbidden):
    """Two people change what a bank is warned of."""

    def __init__(self, user: str) -> None:
        super().__init__(f"{user} proposed this policy: someone else has to apply it")


@dataclass(frozen=True, slots=True)
class SeenPreview:
    """That somebody saw a policy's figures beside those of the version `beside`."""

    preview_id: str
    beside: str
    seen_at: datetime


def get_preview_to_apply(
    version: str, *, proposed_by: str | None, in_force: str, seen: SeenPreview | None, actor: str, now: datetime
) -> SeenPreview:
    """The preview that lets `actor` apply `version`; `seen`: their newest one of it.

    Raises ProposerDoesNotApply, AlreadyInForce, NotSeen.
    """
    if proposed_by == actor:
        raise ProposerDoesNotApply(actor)
    if version == in_force:
        raise AlreadyInForce(version)
    if seen is None or seen.beside != in_force or now - seen.seen_at > SEEN_FOR:
        raise NotSeen(version)
    return seen
