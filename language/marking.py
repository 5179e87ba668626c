"""Texts that are written where nobody knows yet in which language they will be read."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """The text itself: it marks it for the catalogues, and is looked up later."""
    return text
