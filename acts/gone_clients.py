"""What became of clients that are gone: their alerts are closed, and what went with them is recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from acts.alert_bulk import BulkDone, act_on_many
from acts.performing import ActContext
from casework.alerts import actions
from casework.alerts.closings import consequences_of_closings
from casework.alerts.episodes import Episode
from casework.alerts.gone import Going, GoneClient, NotGone, one_each, warned_weeks, year_before
from schemas.vocabulary import Outcome
from store.alerts import gone_clients
from store.clients import turnover_windows
from store.quiet import closings


@dataclass(frozen=True, slots=True)
class GoneDone:
    """What became of the alerts, and the clients that were recorded with them."""

    done: BulkDone
    recorded: tuple[GoneClient, ...]


def record_gone(
    context: ActContext, alert_ids: Collection[str], outcome: Outcome, note: str | None = None
) -> GoneDone:
    """1. Close the alerts of clients that are gone, each with what it turned out to be. 2. Record each client once:
    what was lost, whether the bank was warned, whether it tried. What is not gone stops nothing else.
    """
    going = gone_clients.goings(context.tx, alert_ids, context.bank.as_of(context.at))
    done = act_on_many(context, alert_ids, _CloseGone(going, outcome, note))
    closings.save_consequences(context.tx, consequences_of_closings(done.changed), context.actor, context.at)
    there = gone_clients.recorded(context.tx, {each.client_id for each in done.changed})
    one_a_client = one_each(done.changed)
    new = [each for each in one_a_client if (each.client_id, going[each.alert_id].last_paid_week) not in there]
    recorded = _gone(context, new, going, outcome)
    gone_clients.save(context.tx, recorded, context.week, context.at, context.actor)
    for each in recorded:
        context.audit("client.gone", "client", each.client_id, None, asdict(each))
    return GoneDone(done, tuple(recorded))


@dataclass(frozen=True, slots=True)
class _CloseGone:
    """Closes alerts of clients that are gone."""

    going: Mapping[str, Going]
    outcome: Outcome
    note: str | None
    name: str = "close"

    def apply(self, _context: ActContext, episode: Episode) -> Episode:
        closed = actions.close(episode, self.outcome, self.note)
        if closed is not episode and episode.alert_id not in self.going:
            raise NotGone(episode.alert_id)
        return closed


def _gone(
    context: ActContext, closed: Sequence[Episode], going: Mapping[str, Going], outcome: Outcome
) -> list[GoneClient]:
    years = [year_before(each, going[each.alert_id]) for each in closed]
    firsts, ends = (np.array([year[at] for year in years], np.int64) for at in (0, 1))
    lost = turnover_windows.load_turnover_sums(context.tx, [each.client_id for each in closed], firsts, ends)
    return [
        GoneClient(
            alert_id=each.alert_id,
            client_id=each.client_id,
            outcome=outcome,
            last_paid_week=going[each.alert_id].last_paid_week,
            lost_minor=lost_minor,
            warned_weeks=warned_weeks(each, going[each.alert_id]),
            tried=going[each.alert_id].tried,
        )
        for each, lost_minor in zip(closed, lost, strict=True)
    ]
