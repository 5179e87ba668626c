"""Alert episodes: reading them as they stand, and keeping a change with its evidence, revision and message.

Order: whoever changes alerts locks all alerts of the clients concerned first, by client and alert, so that the
outbox has the messages of one client in the order of their commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.episodes import Episode, EpisodeRules
from casework.alerts.holdout import lot
from casework.alerts.income import STANDARD_MARGINS, Margins
from casework.alerts.judging import Key
from casework.alerts.message import ClientFacts, alert_message
from casework.quiet.budget import alert_worth
from schemas.errors import NotFound, StaleRevision
from schemas.explanations import Explanation, weeks_left
from schemas.messages import TOPIC_ALERTS, AlertMessage, encode_message
from schemas.verdicts import Direction, Grade, Verdict
from schemas.weeks import Week
from store import outbox
from store.alerts import alert_explanations
from store.among import among
from store.tables.alerts import alert, alert_evidence, alert_opening, alert_revision
from store.tables.clients import client

_NO_WEEK = 2**31 - 1  # no evidence is as new as that
_VERDICT = msgspec.json.Decoder(Verdict)
_MESSAGE = msgspec.json.Decoder(AlertMessage)
_MADE = {"alert_id", "direction", "grade", "rank_minor", "income_at_risk_minor", "onset_week"}
_FACTS = (client.c.client_id, client.c.name, client.c.branch_id, client.c.tier, client.c.industry)
_PLAIN = [column.name for column in alert.columns if column.name not in _MADE]
_ALERT = (alert.c.alert_id, alert.c.direction, alert.c.grade, *(alert.c[name] for name in _PLAIN))


def load_open(tx: Connection, shard: int, week: int) -> dict[Key, Episode]:
    """Every episode of a shard's clients that is not closed, with the evidence that judging `week` can touch."""
    found = _read_episodes(tx, _OPEN, {"shard": shard, "since": week - 1})
    return {_key(e): e for e in found}


def load_last_closed(tx: Connection, shard: int, week: int, rules: EpisodeRules) -> dict[Key, Episode]:
    """Of each client and direction the closed episode that opened last, no later than `week`.

    Those that ended too long ago to matter to any of `rules` are left out.
    """
    ended_since = week - max(rules.reopen_weeks, rules.rest_weeks)
    of_week = {"shard": shard, "since": week - 1, "week": week, "ended_since": ended_since}
    found = _read_episodes(tx, _LAST_CLOSED, of_week)
    return {_key(e): e for e in sorted(found, key=lambda e: e.opened_week)}


def get(tx: Connection, alert_id: str, *, for_update: bool = False) -> Episode:
    """One episode. `for_update`: nobody else changes the client's alerts before the end. Raises NotFound."""
    if for_update:
        owner = sa.select(alert.c.client_id).where(alert.c.alert_id == alert_id)
        _lock(tx, alert.c.client_id == owner.scalar_subquery())
    found = _episodes(tx, alert.c.alert_id == alert_id)
    if not found:
        raise NotFound("alert", alert_id)
    return found[0]


def get_all(
    tx: Connection, alert_ids: Iterable[str], *, only_branch: str | None = None, for_update: bool = False
) -> dict[str, Episode]:
    """Those of the alerts that people know of, by id, with the newest of their evidence alone: enough for acts.

    `only_branch`: its clients' alone. `for_update`: nobody else changes any alert of their clients before the end.
    """
    wanted: list[sa.ColumnElement[bool]] = [among(tx, alert.c.alert_id, sorted(set(alert_ids))), alert.c.told]
    if only_branch is not None:
        wanted.append(alert.c.client_id.in_(sa.select(client.c.client_id).where(client.c.branch_id == only_branch)))
    if for_update:
        _lock(tx, alert.c.client_id.in_(sa.select(alert.c.client_id).where(*wanted)))
    return {episode.alert_id: episode for episode in _episodes(tx, *wanted, since=_NO_WEEK)}


def load_open_ids(tx: Connection, client_id: str) -> list[str]:
    """Ids of the client's alerts that are not closed, of those that people know of."""
    theirs = (alert.c.client_id == client_id, alert.c.state != "closed", alert.c.told)
    return list(tx.scalars(sa.select(alert.c.alert_id).where(*theirs).order_by(alert.c.alert_id)))


def load_messages(tx: Connection, alert_id: str, revisions: Iterable[int]) -> dict[int, AlertMessage]:
    """Those of the revisions that there are, as published."""
    columns = (alert_revision.c.revision, alert_revision.c.message)
    mine = (alert_revision.c.alert_id == alert_id, alert_revision.c.revision.in_(list(revisions)))
    return {row.revision: _MESSAGE.decode(row.message) for row in tx.execute(sa.select(*columns).where(*mine))}


def load_client_facts(tx: Connection, client_ids: Iterable[str]) -> dict[str, ClientFacts]:
    """What alerts say of these clients."""
    return {
        row.client_id: ClientFacts(*row)
        for row in tx.execute(sa.select(*_FACTS).where(among(tx, client.c.client_id, client_ids)))
    }


def load_facts_of_shard(tx: Connection, shard: int) -> dict[str, ClientFacts]:
    """The same of every client whose activity comes in a shard."""
    rows = tx.execute(sa.select(*_FACTS).where(client.c.shard == shard))
    return {client_id: ClientFacts(client_id, *rest) for client_id, *rest in rows}


def save(
    tx: Connection,
    episode: Episode,
    facts: ClientFacts,
    currency: str,
    at: datetime,
    margins: Margins = STANDARD_MARGINS,
) -> None:
    """Keep one changed episode. Raises StaleRevision; see `save_all`."""
    save_all(tx, [episode], {facts.client_id: facts}, currency, at, margins=margins)


def save_all(
    tx: Connection,
    episodes: Sequence[Episode],
    facts: Mapping[str, ClientFacts],
    currency: str,
    at: datetime,
    explained: Mapping[str, Explanation] = MappingProxyType({}),
    *,
    margins: Margins = STANDARD_MARGINS,
) -> None:
    """Keep changed episodes, each one revision past what is stored, and write their messages to the outbox.

    1. Lock and compare the revisions. 2. Alerts, and how they opened. 3. Evidence and explanations. 4. Revisions.
    5. Outbox; the last two of those that people are told of. Raises StaleRevision, and then the transaction must be
    given up. `facts`: by client_id, for each of them. `explained`: by alert_id, where it is new; else what was kept
    is said again. `margins`: the bank's income.
    """
    if not episodes:
        return
    _compare_revisions(tx, episodes)
    explanations = alert_explanations.load_beside(tx, episodes, explained)
    _write_alerts(tx, [_row(e, margins, facts[e.client_id].tier, explanations.get(e.alert_id)) for e in episodes])
    _write_openings(tx, [e for e in episodes if e.revision == 1])
    _write_evidence(tx, episodes)
    alert_explanations.save(tx, episodes, explained)
    _publish(tx, [e for e in episodes if e.told], facts, currency, at, explanations, margins)


def _publish(
    tx: Connection,
    episodes: Sequence[Episode],
    facts: Mapping[str, ClientFacts],
    currency: str,
    at: datetime,
    explanations: Mapping[str, Explanation],
    margins: Margins,
) -> None:
    """Keep the messages of these revisions, and put them into the outbox."""
    if not episodes:
        return
    messages = [
        encode_message(alert_message(e, facts[e.client_id], currency, explanations.get(e.alert_id), margins))
        for e in episodes
    ]
    revisions = [
        {"alert_id": e.alert_id, "revision": e.revision, "message": message}
        for e, message in zip(episodes, messages, strict=True)
    ]
    tx.execute(sa.insert(alert_revision), revisions)
    outbox.append_all(
        tx,
        [
            outbox.Message(TOPIC_ALERTS, e.client_id.encode(), message)
            for e, message in zip(episodes, messages, strict=True)
        ],
        at,
    )


def _compare_revisions(tx: Connection, episodes: Sequence[Episode]) -> None:
    stored = _lock(tx, among(tx, alert.c.client_id, {e.client_id for e in episodes}))
    for episode in episodes:
        actual = stored.get(episode.alert_id, 0)
        if actual != episode.revision - 1:
            raise StaleRevision(episode.revision - 1, actual)


def _lock(tx: Connection, clients: sa.ColumnElement[bool]) -> dict[str, int]:
    """Revisions of all alerts of some clients, locked until the end of the transaction (SQLite: already so)."""
    rows = sa.select(alert.c.alert_id, alert.c.revision).where(clients)
    ordered = rows.order_by(alert.c.client_id, alert.c.alert_id).with_for_update()
    return {row.alert_id: row.revision for row in tx.execute(ordered)}


def _write_alerts(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    new = [row for row in rows if row["revision"] == 1]
    changed = [{**row, "of_alert": row["alert_id"]} for row in rows if row["revision"] > 1]
    # Changes first: one of them may close the episode whose place a new one takes.
    if changed:
        tx.execute(sa.update(alert).where(alert.c.alert_id == sa.bindparam("of_alert")), changed)
    if new:
        tx.execute(sa.insert(alert), new)


def _write_openings(tx: Connection, episodes: Sequence[Episode]) -> None:
    rows = [
        {
            "alert_id": e.alert_id,
            "policy_version": e.newest.policy_version,
            "grade": int(e.grade),
            "value_at_risk_minor": e.value_at_risk_minor,
            "lot": lot(e.alert_id),
        }
        for e in episodes
    ]
    if rows:
        tx.execute(sa.insert(alert_opening), rows)


def _write_evidence(tx: Connection, episodes: Sequence[Episode]) -> None:
    rows = [
        {
            "alert_id": e.alert_id,
            "week": week,
            "grade": int(e.evidence[week].grade),
            "verdict": msgspec.to_builtins(e.evidence[week]),
        }
        for e in episodes
        for week in sorted(e.unsaved_weeks)
    ]
    if not rows:
        return
    keys = [{"of_alert": row["alert_id"], "of_week": row["week"]} for row in rows]
    same_week = (
        alert_evidence.c.alert_id == sa.bindparam("of_alert"),
        alert_evidence.c.week == sa.bindparam("of_week"),
    )
    tx.execute(sa.delete(alert_evidence).where(*same_week), keys)
    tx.execute(sa.insert(alert_evidence), rows)


def _episodes(tx: Connection, *conditions: sa.ColumnElement[bool], since: int = 0) -> list[Episode]:
    """Episodes with their evidence from week `since` on; see `_queries`."""
    return _read_episodes(tx, _queries(*conditions), {"since": since})


@dataclass(frozen=True, slots=True)
class _Queries:
    """Of episodes: their own rows, and their evidence."""

    alerts: sa.Select[Any]
    evidence: sa.Select[Any]


def _queries(*conditions: sa.ColumnElement[bool]) -> _Queries:
    """Episodes with their evidence from week `since` on, and of older evidence the newest that still holds: what an
    episode falls back on when its later weeks are withdrawn.
    """
    since = sa.bindparam("since", type_=sa.Integer)
    older = _older_than(since, conditions)
    # As text: one typed decoding instead of two untyped ones.
    verdict = sa.cast(alert_evidence.c.verdict, sa.Text)
    week = alert_evidence.c.week
    evidence = (
        sa.select(alert_evidence.c.alert_id, week, verdict, older.c.grade)
        .join_from(alert_evidence, alert)
        .outerjoin(older, older.c.alert_id == alert_evidence.c.alert_id)
        .where(*conditions, sa.or_(week >= since, week == alert.c.last_week, week == older.c.newest))
        .order_by(week)
    )
    return _Queries(sa.select(*_ALERT).where(*conditions), evidence)


def _read_episodes(tx: Connection, queries: _Queries, of: Mapping[str, int]) -> list[Episode]:
    """`of`: the values that the queries leave open."""
    alerts = {name: value for name, value in of.items() if name != "since"}
    rows = tx.execute(queries.alerts, alerts).all()
    evidence: dict[str, dict[Week, Verdict]] = defaultdict(dict)
    settled: dict[str, Grade] = {}
    for alert_id, at, text, grade in tx.execute(queries.evidence, of):
        evidence[alert_id][at] = _VERDICT.decode(text)
        settled[alert_id] = Grade(grade or 0)
    return [
        Episode(
            alert_id=alert_id,
            direction=Direction(direction),
            grade=Grade(grade),
            evidence=evidence[alert_id],
            settled=settled[alert_id],
            **dict(zip(_PLAIN, plain, strict=True)),
        )
        for alert_id, direction, grade, *plain in rows
    ]


def _older_than(since: sa.ColumnElement[int], conditions: tuple[sa.ColumnElement[bool], ...]) -> sa.Subquery:
    """Of each alert's evidence before `since` the worst grade, and the newest week that still holds."""
    holds = sa.case((alert_evidence.c.grade > 0, alert_evidence.c.week))
    return (
        sa.select(
            alert_evidence.c.alert_id,
            sa.func.max(alert_evidence.c.grade).label("grade"),
            sa.func.max(holds).label("newest"),
        )
        .join_from(alert_evidence, alert)
        .where(*conditions, alert_evidence.c.week < since)
        .group_by(alert_evidence.c.alert_id)
        .subquery()
    )


def _row(episode: Episode, margins: Margins, tier: str, explanation: Explanation | None) -> dict[str, Any]:
    """`explanation`: of its last week, where that is explained."""
    row = {name: getattr(episode, name) for name in _PLAIN}
    income_minor = margins.income_minor(episode.value_at_risk_minor, tier)
    return {
        **row,
        "alert_id": episode.alert_id,
        "direction": episode.direction.value,
        "grade": int(episode.grade),
        "income_at_risk_minor": income_minor,
        "onset_week": None if explanation is None else explanation.onset_week,
        "rank_minor": _rank_minor(episode, income_minor, explanation),
    }


def _rank_minor(episode: Episode, income_minor: int, explanation: Explanation | None) -> int:
    score = episode.newest.score
    chance = None if score is None else score.probability
    left = None if explanation is None else weeks_left(explanation.onset_week, explanation.week).most
    return alert_worth(income_minor, chance, left)


def _key(episode: Episode) -> Key:
    return episode.client_id, episode.direction


# Made once, for every week asks the same.
_IN_SHARD = alert.c.client_id.in_(sa.select(client.c.client_id).where(client.c.shard == sa.bindparam("shard")))
_OPEN = _queries(alert.c.state != "closed", _IN_SHARD)
_LAST_CLOSED = _queries(
    alert.c.state == "closed",
    alert.c.opened_week <= sa.bindparam("week"),
    sa.func.coalesce(alert.c.recovered_week, alert.c.last_week) >= sa.bindparam("ended_since"),
    _IN_SHARD,
)
