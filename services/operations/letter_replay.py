"""`ebbwatch letters replay`: all dead letters of a reason, once their cause is gone."""

from __future__ import annotations

from functools import partial
from typing import get_args

from acts.dead_letters import send_all_again
from schemas.errors import BadSetting
from schemas.vocabulary import DeadLetterReason
from services.acting import performer_of
from services.operations.command_line import open_for_command, operator
from store.operations.dead_letters import DeadLetterFilter


def replay(reason: str, topic: str | None, partition: int | None, by: str | None) -> str:
    """As many transactions as it takes. Raises BadSetting for a reason that there is not."""
    if reason not in get_args(DeadLetterReason):
        raise BadSetting(f"REASON: {reason} is none of {', '.join(get_args(DeadLetterReason))}")
    caller, performer = operator(by), performer_of(open_for_command())
    act = partial(send_all_again, wanted=DeadLetterFilter(topic, partition, reason))
    sent, left = 0, 1
    while left:
        done = performer.perform(caller, act)
        sent, left = sent + done.sent, done.left if done.sent else 0
    return f"{sent} letters are on their way to the topics they came from"
