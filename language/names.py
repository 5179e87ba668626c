"""What the codes are called that people read both on a page, as a heading, and within a sentence of a notice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from language.marking import N_

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "service_level_raise": N_("Better service"),
        "executive_visit": N_("Executive visit"),
        "complaint_remedy": N_("Complaint remedied"),
        "marketing": N_("Marketing"),
        "fee_reduction": N_("Lower fee"),
        "fee_waiver": N_("Fee waiver"),
        "no_action": N_("No action"),
    }
)
REMEDIES_IN_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "service_level_raise": N_("a raised service level"),
        "executive_visit": N_("an executive visit"),
        "complaint_remedy": N_("the remedy of a complaint"),
        "marketing": N_("marketing"),
        "fee_reduction": N_("a fee reduction"),
        "fee_waiver": N_("a fee waiver"),
        "no_action": N_("no action"),
    }
)
LEVELS: Mapping[str, str] = MappingProxyType(
    {"branch": N_("Branch"), "region": N_("Region"), "head_office": N_("Head office")}
)
LEVELS_IN_SENTENCES: Mapping[str, str] = MappingProxyType(
    {"branch": N_("branch"), "region": N_("region"), "head_office": N_("head office")}
)
DEADLINES: Mapping[str, str] = MappingProxyType(
    {
        "acknowledge": N_("Acknowledge the alert"),
        "task_force": N_("Form the task force"),
        "first_contact": N_("First contact"),
        "first_review": N_("First review"),
    }
)
DEADLINES_IN_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "acknowledge": N_("the acknowledgement"),
        "task_force": N_("the task force"),
        "first_contact": N_("the first contact"),
        "first_review": N_("the first review"),
    }
)
