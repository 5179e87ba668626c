"""Every topic in and out: its types, its keys, what it promises, and one example of each message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec

from schemas import events, examples, messages
from schemas.vocabulary import DeadLetterReason

_CLIENT_KEY = {"type": "string", "pattern": events.ID_PATTERN, "description": "The client_id of the message."}
_RATE_KEY = {
    "type": "string",
    "pattern": "^[A-Z]{3}:[0-9]{4}-W[0-9]{2}$",
    "description": "Currency and week of the message, such as USD:2026-W02.",
}


@dataclass(frozen=True, slots=True)
class MessageContract:
    """One type on a topic. `name` is its name in the AsyncAPI document; `key` a JSON Schema, None for any key."""

    name: str
    type: type[msgspec.Struct]
    summary: str
    key: dict[str, Any] | None
    example: msgspec.Struct


@dataclass(frozen=True, slots=True)
class TopicContract:
    """One topic. `action` is what Ebbwatch does there; `channel` its name in the AsyncAPI document."""

    topic: str
    channel: str
    action: Literal["receive", "send"]
    description: str
    messages: tuple[MessageContract, ...]
    compacted: bool = False


_IN_ALL = (
    "UTF-8 JSON. Fields not named here are ignored. Headers are not read. A message that breaks the contract is "
    "kept as a dead letter with its reason; it never stops the topic."
)
_OUT_ALL = (
    "UTF-8 JSON. No headers. At least once: a repeat is the same to the byte, and its id and revision tell that it "
    "is one. Fields may be added; a consumer ignores those it does not know."
)

ACTIVITY = TopicContract(
    topic=events.TOPIC_ACTIVITY,
    channel="activity",
    action="receive",
    description=(
        f"Bookings, or weekly totals, of corporate accounts. {_IN_ALL} All events of a client must be in one "
        "partition, which its client_id as key ensures. Order matters within a partition only. Repeats of an "
        "event_id are dropped; the same event_id with another body is a dead letter. One account sends either "
        "transactions or summaries for a week, never both. Events up to 8 weeks late (a setting) amend their week."
    ),
    messages=(
        MessageContract(
            "transaction",
            events.Transaction,
            "One booking on an account.",
            _CLIENT_KEY,
            examples.TRANSACTION,
        ),
        MessageContract(
            "weeklySummary",
            events.WeeklySummary,
            "The totals of an account's week, instead of its bookings.",
            _CLIENT_KEY,
            examples.WEEKLY_SUMMARY,
        ),
        MessageContract(
            "weekClosed",
            events.WeekClosed,
            "Sent to every partition when all of a week's events are out.",
            None,
            examples.WEEK_CLOSED,
        ),
    ),
)
CLIENTS = TopicContract(
    topic=events.TOPIC_CLIENTS,
    channel="clients",
    action="receive",
    description=(
        f"The client master. {_IN_ALL} Compacted: the newest record of a key holds. Activity of a client not yet "
        "known is kept under a placeholder until its record comes."
    ),
    messages=(
        MessageContract(
            "client",
            events.ClientRecord,
            "One corporate client.",
            _CLIENT_KEY,
            examples.CLIENT,
        ),
    ),
    compacted=True,
)
RATES = TopicContract(
    topic=events.TOPIC_RATES,
    channel="rates",
    action="receive",
    description=(
        f"Rates to the bank's base currency. {_IN_ALL} Compacted: the newest rate of a key holds, for events taken "
        "in after it. An event without the rate of its booking week is a dead letter that can be replayed."
    ),
    messages=(
        MessageContract(
            "rate",
            events.Rate,
            "One currency's rate for one booking week.",
            _RATE_KEY,
            examples.RATE,
        ),
    ),
    compacted=True,
)
ALERTS = TopicContract(
    topic=messages.TOPIC_ALERTS,
    channel="alerts",
    action="send",
    description=(
        f"One message a revision of an alert episode, in order per client. {_OUT_ALL} An episode is open from "
        "its first week until it is closed, and may be opened again under the same alert_id; its highest revision "
        "holds."
    ),
    messages=(
        MessageContract(
            "alert",
            messages.AlertMessage,
            "A client's volume ebbs, or surges, beyond a preset.",
            _CLIENT_KEY,
            examples.ALERT,
        ),
    ),
)
REMEDIES = TopicContract(
    topic=messages.TOPIC_REMEDIES,
    channel="remedies",
    action="send",
    description=(
        f"Remedies that were approved, have ended or were revoked, in order per client. {_OUT_ALL} The highest "
        "revision of a remedy_id holds."
    ),
    messages=(
        MessageContract(
            "remedy",
            messages.RemedyMessage,
            "Core banking applies or lifts a concession.",
            _CLIENT_KEY,
            examples.REMEDY,
        ),
    ),
)
DEAD_LETTERS = TopicContract(
    topic=messages.TOPIC_DEAD_LETTERS,
    channel="deadLetters",
    action="send",
    description=(
        f"What could not be taken in, with its original bytes and why. {_OUT_ALL} Reasons: "
        f"{', '.join(get_args(DeadLetterReason))}."
    ),
    messages=(
        MessageContract(
            "deadLetter",
            messages.DeadLetterMessage,
            "One record not taken in.",
            {"type": "string", "format": "uuid", "description": "The dead_letter_id of the message."},
            examples.DEAD_LETTER,
        ),
    ),
)
TOPICS = (ACTIVITY, CLIENTS, RATES, ALERTS, REMEDIES, DEAD_LETTERS)
