"""What a person may say about how they want to be told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from casework.notices.address import check_address
from casework.notices.quiet_hours import QuietHours
from casework.notices.recipients import Preference
from language.catalogues import Language
from schemas.errors import Conflict, NotAllowedByRules
from schemas.vocabulary import ChosenKind


class NoAddress(Conflict):
    """Nobody said where to tell this person."""

    def __init__(self) -> None:
        super().__init__("say first at which address you want to be told")


def change_preference(
    before: Preference | None,
    *,
    user: str,
    role: str,
    branch_id: str | None,
    address: str | None,
    language: Language,
    kinds: Collection[ChosenKind],
    quiet: QuietHours | None,
    schemes: Collection[str],
) -> Preference:
    """The person's preference at its next revision, or the same object where nothing changes.

    `address` None: as it was. `schemes`: those that the bank allows. Raises NotAllowedByRules.
    """
    current_address = address or (before.address if before else None)
    if current_address is None:
        raise NotAllowedByRules("address", "the first time an address is needed")
    check_address(current_address, schemes)
    chosen = frozenset(kinds)
    if before is None:
        return Preference(user, role, branch_id, language, current_address, chosen, quiet)
    after = replace(
        before,
        role=role,
        branch_id=branch_id,
        language=language,
        address=current_address,
        kinds=chosen,
        quiet=quiet,
    )
    return before if after == before else replace(after, revision=before.revision + 1)
