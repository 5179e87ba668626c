"""Facts that stop a piece of work. Rooms raise them; only api knows which HTTP status each one is."""

from __future__ import annotations


class EbbwatchError(Exception):
    """Base of every error this product raises on purpose."""


class NotFound(EbbwatchError):
    """Nothing of that kind under that id, or not for this person to see."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"no {kind} {key}")
        self.kind, self.key = kind, key


class Conflict(EbbwatchError):
    """The thing is not in a state that allows this."""


class NotAllowedByRules(EbbwatchError):
    """An act whose arguments the rules refuse; `field` is the argument at fault."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class StaleRevision(EbbwatchError):
    """Someone else changed it first."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"revision is {actual}, not {expected}")
        self.expected, self.actual = expected, actual


class Forbidden(EbbwatchError):
    """This role may not do this."""


class NotAuthenticated(EbbwatchError):
    """No token, or one that does not hold; the text says which check failed, never what the token was."""


class BadSetting(EbbwatchError):
    """A setting that stops the start; the message is one line that names it and says why."""


class DatabaseAway(BadSetting):
    """The database cannot be reached for now: a command ends, a process that stays waits."""


class BrokerAway(EbbwatchError):
    """Kafka cannot be reached, or takes nothing, for now."""


class LostPartition(EbbwatchError):
    """The offset row moved under us: another process owns the partition now."""

    def __init__(self, topic: str, partition: int, expected: int) -> None:
        super().__init__(f"{topic}[{partition}] no longer stands at offset {expected}")
        self.topic, self.partition, self.expected = topic, partition, expected


class OffsetGone(EbbwatchError):
    """The log does not hold what we were about to read; whether the topic is still the same is to be looked at."""


class TopicChanged(EbbwatchError):
    """The broker's topic is not the one the stored offsets belong to."""
