"""HTTP bodies of a client beside its like, and of the presets it is judged by."""

from __future__ import annotations

from pydantic import Field

from schemas.http import Body, Money
from schemas.http_policies import LimitBody


class PeersBody(Body):
    """The last quarter against the year before it, in percent: the client's, and that of its peers.

    Peers are of the same branch, tier and industry and have as much history; of very many, the first 200 by id.
    Null where there is too little history, or too few peers to say anything of them without naming one.
    """

    week: str | None = Field(examples=["2026-W02"], description="the last week of the quarter")
    industry: str | None
    peers: int = Field(description="those that could be compared")
    own_change_pct: float | None
    median_change_pct: float | None
    lower_quartile_pct: float | None
    upper_quartile_pct: float | None


class PresetsBody(Body):
    """What clients of a tier are judged by. Nothing is graded below `minimum_effect` a year."""

    tier: str
    policy_version: str
    minimum_effect: Money
    currency: str
    presets: list[LimitBody]
