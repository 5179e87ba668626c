"""What the codes of casework are called on a page: for `words` beside this, which is where they are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from language.marking import N_
from language.names import DEADLINES, LEVELS

MEMBER_ROLES = {
    "lead": N_("Lead"),
    "member": N_("Member"),
    "relationship_manager": N_("Relationship manager"),
    "product_specialist": N_("Product specialist"),
    "service": N_("Service"),
    "marketing": N_("Marketing"),
    "analyst": N_("Analyst"),
}

CASE_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "member_role": MEMBER_ROLES,
        "case_step": {  # on the buttons that lead there
            "forming": N_("Back to forming"),
            "in_review": N_("To the review"),
            "plan": N_("To the plan"),
            "executing": N_("To carrying out"),
            "monitoring": N_("To monitoring"),
            "reopened": N_("Reopen the case"),
        },
        "case_origin": {"alert": N_("From an alert"), "missed_departure": N_("A departure without an alert")},
        "task_kind": {"contact": N_("Contact"), "analysis": N_("Analysis"), "other": N_("Other")},
        "task_state": {"open": N_("To do"), "done": N_("Done"), "cancelled": N_("Cancelled")},
        "deadline": DEADLINES,
        "deadline_state": {
            "met": N_("In time"),
            "due": N_("Open"),
            "warned": N_("Due today"),
            "breached": N_("Overdue"),
            "missed": N_("Done late"),
        },
        "case_event": {
            "opened": N_("Task force formed"),
            "reopened": N_("Reopened"),
            "moved": N_("Moved on"),
            "suspended": N_("Suspended"),
            "resumed": N_("Taken up again"),
            "closed": N_("Closed"),
            "alerts.added": N_("Alerts added"),
            "member.joined": N_("Joined the task force"),
            "member.left": N_("Left the task force"),
            "lead.changed": N_("Handed over"),
            "client.moved": N_("Client moved to another branch"),
            "reviewed": N_("Review held"),
            "task.added": N_("Task added"),
            "task.done": N_("Task done"),
            "task.cancelled": N_("Task cancelled"),
            "remedy.proposed": N_("Remedy proposed"),
            "remedy.revised": N_("Terms changed"),
            "remedy.submitted": N_("Submitted for approval"),
            "remedy.approved": N_("Approval given"),
            "remedy.rejected": N_("Remedy rejected"),
            "remedy.returned": N_("Remedy returned"),
            "remedy.withdrawn": N_("Remedy taken back"),
            "remedy.revoked": N_("Remedy revoked"),
            "remedy.rerouted": N_("Needs more approval"),
            "remedy.active": N_("Remedy began"),
            "remedy.expiring": N_("Remedy about to end"),
            "remedy.expired": N_("Remedy ended"),
        },
        "swot": {
            "strengths": N_("Strengths"),
            "weaknesses": N_("Weaknesses"),
            "opportunities": N_("Opportunities"),
            "threats": N_("Threats"),
        },
        "level": LEVELS,
        "what_if": {
            "do_nothing": N_("Do nothing"),
            "half_for_three_months": N_("Half, for three months"),
            "service_upgrade": N_("Better service instead"),
            "as_proposed": N_("As proposed"),
        },
        "notice_kind": {
            "new_alarm": N_("A client has a new alarm"),
            "case_assigned": N_("I am put on a task force, or its client moves"),
            "approval_waiting": N_("A remedy waits for my approval"),
            "sla_warning": N_("A deadline is about to pass"),
            "sla_breach": N_("A deadline has passed"),
            "escalation": N_("A branch left a deadline undone"),
            "remedy_ending": N_("A remedy is about to end"),
            "branch_moved": N_("My branch's clients move as one"),
            "weekly_digest": N_("How things stand, every Monday"),
            "test": N_("A test"),
        },
        "notice_state": {"waiting": N_("Waiting"), "sent": N_("Sent"), "given_up": N_("Given up")},
    }
)
