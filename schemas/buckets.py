"""Where an alert that is not closed stands for the people who work on the list."""

from __future__ import annotations

from typing import Literal, get_args

Bucket = Literal["new", "in_work", "snoozed", "recovered", "gone"]
BUCKETS: tuple[Bucket, ...] = get_args(Bucket)
SAVABLE: frozenset[Bucket] = frozenset({"new", "in_work", "snoozed"})  # what falls there can still be saved
