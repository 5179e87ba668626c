"""HTTP bodies of what branches, industries and the bank do as one."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from schemas.http import Body, WeekString
from schemas.vocabulary import BaselineName, GroupName


class MovementBody(Body):
    """Most clients of a group moved together in a week; theirs alone raises no alert.

    `size_pct`: how far the median client was from its expectation, in the comparison named. `quiet`: the group
    rested, and the week counts as usual for each client. `clients_concerned`: those that would have had an alert.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "branch",
                    "name": "B014",
                    "week": "2026-W08",
                    "baseline": "week_vs_recent",
                    "size_pct": -82.5,
                    "quiet": True,
                    "clients": 412,
                    "clients_moved": 377,
                    "clients_concerned": 96,
                }
            ]
        }
    )
    kind: GroupName
    name: str = Field(examples=["B014"])
    week: WeekString
    baseline: BaselineName
    size_pct: float
    quiet: bool
    clients: int
    clients_moved: int
    clients_concerned: int
