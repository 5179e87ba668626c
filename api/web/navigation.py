"""The links in the head of every page: what there is, and whose role may open it."""

from __future__ import annotations

from typing import NamedTuple

from acts.roles import Permission
from api.web.visitor import Visitor
from language.marking import N_


class Link(NamedTuple):
    """`text` is a msgid. The link is marked as the current page where the path begins with `path`."""

    path: str
    text: str
    needs: Permission


LINKS = (
    Link("/", N_("Monday list"), Permission.READ_ALERTS),
    Link("/desk/clients", N_("Clients"), Permission.READ_CLIENTS),
    Link("/desk/cases", N_("Cases"), Permission.READ_CASES),
    Link("/desk/approvals", N_("Approvals"), Permission.CHECK_REMEDIES),
    Link("/desk/figures", N_("Figures"), Permission.READ_FIGURES),
    Link("/desk/policies", N_("Policies"), Permission.READ_POLICIES),
    Link("/desk/calendar", N_("Calendar"), Permission.READ_ALERTS),
    Link("/desk/movements", N_("Movements"), Permission.READ_ALERTS),
    Link("/desk/held-weeks", N_("Held weeks"), Permission.READ_HELD_WEEKS),
    Link("/desk/dead-letters", N_("Dead letters"), Permission.READ_DEAD_LETTERS),
    Link("/desk/notices", N_("My notices"), Permission.OWN_NOTICES),
)


def links(visitor: Visitor | None) -> list[Link]:
    """Those that the visitor may open; none for somebody who is not signed in."""
    if visitor is None:
        return []
    return [link for link in LINKS if visitor.may(link.needs)]
