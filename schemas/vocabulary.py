"""Each set of words that a field may hold, once: states, kinds and outcomes, for rules, messages and HTTP alike."""

from __future__ import annotations

from typing import Literal

# -- what the detector says
GradeName = Literal["prompt", "alarm"]
SeriesName = Literal["debit", "credit", "turnover", "payments"]
VolumeName = Literal["debit", "credit", "turnover"]
DirectionName = Literal["fall", "rise"]
BaselineName = Literal[
    "week_vs_recent", "quarter_vs_quarter", "quarter_vs_year", "quarter_vs_last_year", "eight_weeks_vs_year"
]
GroupName = Literal["branch", "industry", "bank"]
FindingName = Literal[
    "credits",
    "debits",
    "regular_debits",
    "quarter_before",
    "last_year",
    "same_weeks_last_year",
    "industry",
    "branch_events",
    "without_feed_gaps",
    "value_at_risk",
]
LabelName = Literal["leaving", "unknown", "shrinking", "seasonal", "feed_fault"]  # in the order of lists
StrengthName = Literal["weak", "fair", "strong"]

# -- clients and weeks
ClientState = Literal["alerting", "closed", "placeholder", "active"]
WeekStateName = Literal["open", "closed", "held"]
EntryScope = Literal["bank", "branch", "client"]

# -- alerts
AlertState = Literal["open", "acknowledged", "in_case", "closed", "held", "snoozed", "suppressed"]
Truth = Literal[
    "true_diversion", "true_decline", "expected_event", "new_normal", "data_fault", "false_alarm", "inconclusive"
]
Outcome = Literal[Truth, "recovered", "gone", "withdrawn"]

# -- cases
CaseState = Literal["forming", "in_review", "plan", "executing", "monitoring", "suspended", "reopened", "closed"]
CaseOrigin = Literal["alert", "missed_departure"]
Retention = Literal["saved", "partly_saved", "lost", "self_recovered", "not_attempted"]
TaskState = Literal["open", "done", "cancelled"]
TaskKind = Literal["contact", "analysis", "other"]
Step = Literal["acknowledge", "task_force", "first_contact", "first_review"]
DeadlineStatus = Literal["met", "due", "warned", "breached", "missed"]  # missed: done late, or not before the end
ProposedWeeks = Literal[13, 26]  # after which a case's retention can be proposed

# -- remedies
RemedyType = Literal[
    "service_level_raise",
    "executive_visit",
    "complaint_remedy",
    "marketing",
    "fee_reduction",
    "fee_waiver",
    "no_action",
]
RemedyState = Literal[
    "draft",
    "submitted",
    "returned",
    "approved",
    "active",
    "expiring",
    "expired",
    "rejected",
    "withdrawn",
    "revoked",
]
MeasuredWeeks = Literal[4, 13, 26]  # after which a remedy's effect is measured
PublishedState = Literal["approved", "ended", "revoked"]
Level = Literal["branch", "region", "head_office"]  # lowest first
WhatIfChoice = Literal["do_nothing", "half_for_three_months", "service_upgrade", "as_proposed"]

# -- notices
ChosenKind = Literal[
    "new_alarm",
    "case_assigned",
    "approval_waiting",
    "sla_warning",
    "sla_breach",
    "escalation",
    "remedy_ending",
    "branch_moved",
    "weekly_digest",
]
NoticeKind = ChosenKind | Literal["test"]

# -- what could not be taken in
DeadLetterReason = Literal[
    "not_json",
    "bad_shape",
    "bad_id",
    "bad_key",
    "bad_amount",
    "bad_currency",
    "bad_time",
    "bad_week",
    "in_future",
    "too_late",
    "id_reused",
    "mixed_feed",
    "no_rate",
    "wrong_partition",
    "unreadable_record",
    "too_big",
    "implausible_amount",
]
