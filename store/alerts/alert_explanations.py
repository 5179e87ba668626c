"""Keeping and finding the explanations of alerts: one of each week that was judged with evidence of a fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from casework.alerts.episodes import Episode
from schemas.explanations import Explanation
from schemas.verdicts import Direction
from store.among import among
from store.tables.alerts import alert, alert_explanation
from store.upsert import insert

_EXPLANATION = msgspec.json.Decoder(Explanation)
_REPLACED = ("revision", "onset_week", "label", "strength", "explanation", "version")


def is_explained(episode: Episode) -> bool:
    """A rise is news, and what a correction withdrew needs no reason."""
    return episode.direction is Direction.FALL and bool(episode.newest.grade)


def load_beside(
    tx: Connection, episodes: Sequence[Episode], made: Mapping[str, Explanation]
) -> dict[str, Explanation]:
    """Those just made, by alert_id, and those of the others: each episode's as of its last week, if any."""
    others = [e for e in episodes if e.alert_id not in made and is_explained(e)]
    return {**made, **load_of_weeks(tx, {e.alert_id: e.last_week for e in others})}


def load_of_weeks(tx: Connection, weeks: Mapping[str, int]) -> dict[str, Explanation]:
    """By alert_id the explanation of its week, where there is one."""
    if not weeks:
        return {}
    # As text: one typed decoding instead of two untyped ones.
    text = sa.cast(alert_explanation.c.explanation, sa.Text)
    columns = (alert_explanation.c.alert_id, alert_explanation.c.week, text)
    rows = tx.execute(sa.select(*columns).where(among(tx, alert_explanation.c.alert_id, weeks)))
    return {alert_id: _EXPLANATION.decode(found) for alert_id, week, found in rows if weeks[alert_id] == week}


def load_onsets(tx: Connection, first_week: int, last_week: int) -> dict[tuple[str, int], int]:
    """By client and week the onset of its fall, as it was explained then."""
    columns = (alert.c.client_id, alert_explanation.c.week, alert_explanation.c.onset_week)
    query = sa.select(*columns).join_from(
        alert_explanation, alert, alert.c.alert_id == alert_explanation.c.alert_id
    )
    rows = tx.execute(query.where(alert_explanation.c.week.between(first_week, last_week)))
    return {(client_id, week): onset for client_id, week, onset in rows}


def save(tx: Connection, episodes: Sequence[Episode], made: Mapping[str, Explanation]) -> None:
    """Keep those just made, by alert_id, of alerts that are stored."""
    rows = [
        {
            "alert_id": e.alert_id,
            "week": explanation.week,
            "revision": e.revision,
            "onset_week": explanation.onset_week,
            "label": explanation.label.value,
            "strength": explanation.strength.value,
            "explanation": msgspec.to_builtins(explanation),
            "version": explanation.version,
        }
        for e in episodes
        if (explanation := made.get(e.alert_id)) is not None
    ]
    if not rows:
        return
    statement = insert(tx, alert_explanation)
    replaced = {name: statement.excluded[name] for name in _REPLACED}
    tx.execute(statement.on_conflict_do_update(index_elements=["alert_id", "week"], set_=replaced), rows)
