"""The port through which notices reach people."""

from __future__ import annotations

from typing import Protocol

from casework.notices.text import NoticeText
from schemas.errors import EbbwatchError


class NotSent(EbbwatchError):
    """The notice did not reach the person. The reason holds no secret. `hopeless`: trying again cannot help."""

    def __init__(self, reason: str, *, hopeless: bool = False) -> None:
        super().__init__(reason)
        self.hopeless = hopeless


class Channel(Protocol):
    """Tells one person."""

    def send(self, address: str, text: NoticeText) -> None:
        """Returns when the other end has taken it. Raises NotSent."""
