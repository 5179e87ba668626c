"""How far a long command is, for the person who waits for it; on standard error, beside what it puts out."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def progress_bar(field: str, unit: str) -> Progress:
    """A bar that counts `unit`; each task says what it is at in `field`."""
    return Progress(
        TextColumn(f"{{task.fields[{field}]}}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
