"""One example of each message, as shown in the published contract."""

from __future__ import annotations

from datetime import date

from schemas.events import TOPIC_ACTIVITY, ClientRecord, Rate, Transaction, WeekClosed, WeeklySummary
from schemas.messages import (
    AlertMessage,
    ComparisonMessage,
    DeadLetterMessage,
    ExplanationMessage,
    FindingMessage,
    RemedyMessage,
    SpanMessage,
    Summary,
    SupportMessage,
)

TRANSACTION = Transaction(
    event_id="7f3c-000001",
    client_id="C000123",
    account_id="A00045",
    booked_at="2026-01-05T10:00:00+08:00",
    direction="debit",
    amount="1234.56",
    currency="HKD",
)
WEEKLY_SUMMARY = WeeklySummary(
    event_id="7f3c-000002",
    client_id="C000123",
    account_id="A00045",
    week="2026-W02",
    debit_amount="1234.56",
    debit_count=3,
    credit_amount="99.00",
    credit_count=1,
    currency="HKD",
    revision=1,
)
WEEK_CLOSED = WeekClosed(event_id="7f3c-000003", week="2026-W02", expected_events=12345)
CLIENT = ClientRecord(
    client_id="C000123",
    name="Client 000123 Trading",
    kind="company",
    branch_id="B014",
    tier="A",
    industry="textiles",
    opened_on=date(2019, 4, 1),
)
RATE = Rate(currency="USD", week="2026-W02", rate="7.7951")
_BEFORE, _AFTER = SpanMessage("2024-W48", "2025-W47"), SpanMessage("2025-W48", "2026-W02")
EXPLANATION = ExplanationMessage(
    onset_week="2025-W48",
    onset_earliest="2025-W46",
    onset_latest="2025-W49",
    weeks_left_least=6,
    weeks_left_most=19,
    label="leaving",
    strength="strong",
    support=SupportMessage(leaving=0.925, shrinking=0.0, seasonal=0.1, feed_fault=0.0),
    evidence=(
        FindingMessage("credits", _BEFORE, _AFTER, "500000.00", "300000.00", -40.0),
        FindingMessage("debits", _BEFORE, _AFTER, "400000.00", "388000.00", -3.0),
        FindingMessage("industry", _BEFORE, _AFTER, change_pct=2.1, count=34),
    ),
    version=1,
)
ALERT = AlertMessage(
    alert_id="5f0c4a0e-58a4-5c1a-9a3f-0d7a6f6b1c55",
    revision=1,
    client_id="C000123",
    branch_id="B014",
    week="2026-W02",
    opened_week="2026-W02",
    grade="prompt",
    state="open",
    direction="fall",
    series="credit",
    comparisons=(
        ComparisonMessage(
            series="credit",
            baseline="week_vs_recent",
            weeks=1,
            base_weeks=8,
            actual="310000.00",
            expected="500000.00",
            deviation_pct=-38.0,
            preset_pct=-35.0,
            grade="prompt",
        ),
    ),
    summary=Summary(
        en=(
            "Credits of HK$310K in the week are 38% below their 8-week average; about HK$1.2M of turnover "
            "a year at risk. Lower since about the week of Nov 24, 2025 (Nov 10, 2025 to Dec 1, 2025), 6 to "
            "19 weeks left. "
            "Looks like business leaving us (strong evidence): since then, against the 52 weeks before, "
            "credits 40% lower, debits 3% lower, and its industry 2% higher."
        ),
        zh=(
            "当周贷方发生额HK$31万，较此前8周周均下降38%；年化约HK$123万借贷发生额面临流失。约自2025年11月24日当周起走低"
            "（2025年11月10日至2025年12月1日），尚余6至19周。疑似业务流失（证据较强）：走低以来与此前52周相比，贷方下降40%、借方下降3%和同行业"
            "上升2%。"
        ),
    ),
    value_at_risk="1234567.89",
    currency="HKD",
    policy_version="standard-1",
    ledger_revision=1,
    explanation=EXPLANATION,
)
REMEDY = RemedyMessage(
    remedy_id="6f1d1a52-3a0b-4a39-9d54-0d0f6c8f5a11",
    revision=3,
    client_id="C000123",
    branch_id="B014",
    type="fee_waiver",
    state="approved",
    starts_on=date(2026, 2, 1),
    ends_on=date(2026, 5, 1),
    ended_on=None,
    currency="HKD",
    fee_code="ACCT-MAINT",
    list_price="1200.00",
    concession_pct=100,
    volume_commitment="400000.00",
)
DEAD_LETTER = DeadLetterMessage(
    dead_letter_id="0b8d2c4e-0d8f-5d8e-8b59-2c7f0f3f9f10",
    revision=1,
    topic=TOPIC_ACTIVITY,
    partition=3,
    offset=41,
    reason="not_json",
    detail="the text ends inside a string",
    key_base64="QzAwMDEyMw==",
    value_base64="eyJ0eXBl",
)
