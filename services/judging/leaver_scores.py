"""Which leaver model is in use, and each shard's scores week by week from a window of turnover kept in memory."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from casework.alerts.message import ClientFacts
from detector.leaver.model import LeaverModel, UnusableModel, load_model
from detector.leaver.sharpen import Scores
from detector.leaver.window import WINDOW_WEEKS, window_scores
from schemas.errors import BadSetting
from services.settings import Settings
from store.ledger import checkpoint_saving
from store.ledger.checkpoint_saving import WeekRows
from store.ledger.shard_weeks import Claim
from store.unit_of_work import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Window:
    """A shard's last WINDOW_WEEKS weeks, oldest first: turnover float32 (n, WINDOW_WEEKS), `row` by client."""

    row: dict[str, int]
    turnover: npt.NDArray[np.float32]
    last_week: int
    amendments: int


class LeaverScores:
    """Holds a window a shard, so that a week costs its own volumes and O(clients) of arithmetic.

    A window is used only where it is of the week before and no closed week has changed since; else it is read from
    the ledger, so that dropping it is always safe.
    """

    def __init__(self, model: LeaverModel) -> None:
        self._model = model
        self._windows: dict[int, _Window] = {}

    def scores(self, tx: Tx, claim: Claim, rows: WeekRows, facts: dict[str, ClientFacts]) -> Scores:
        """Of the week's clients, in its order."""
        turnover = _with(rows, *_before(tx, claim, self._windows.pop(claim.shard, None)))
        row = {client_id: at for at, client_id in enumerate(rows.client_ids)}
        self._windows[claim.shard] = _Window(row, turnover, claim.week, claim.amendments)
        branches = [facts[client_id].branch_id for client_id in rows.client_ids]
        return window_scores(self._model, turnover, branches, rows.first_week, claim.week)


def _before(tx: Tx, claim: Claim, window: _Window | None) -> tuple[dict[str, int], npt.NDArray[np.float32]]:
    """Rows of clients, and the WINDOW_WEEKS - 1 weeks before the claimed one: from the window where it is of the
    week before and of the ledger as it is, else from the ledger.
    """
    if window is not None and (window.last_week, window.amendments) == (claim.week - 1, claim.amendments):
        return window.row, window.turnover[:, 1:]
    past = checkpoint_saving.load_history(tx, claim.shard, claim.week - 1, WINDOW_WEEKS - 1)
    row = {client_id: at for at, client_id in enumerate(past.client_ids)}
    return row, (past.debit_minor + past.credit_minor).astype(np.float32)


def _with(rows: WeekRows, row: dict[str, int], before: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The window of the week's clients, in its order, with the week itself; zeros where nothing was before."""
    turnover = np.zeros((len(rows.client_ids), WINDOW_WEEKS), np.float32)
    at = np.fromiter((row.get(client_id, -1) for client_id in rows.client_ids), np.int64, len(turnover))
    turnover[at >= 0, :-1] = before[at[at >= 0]]
    turnover[:, -1] = rows.debit_minor + rows.credit_minor
    return turnover


def model_of(settings: Settings) -> LeaverModel | None:
    """The model of the settings, the shipped one, or none. Raises BadSetting where a file cannot be used."""
    if settings.leaver_model == "none":
        log.info("no leaver model: presets alone raise alerts")
        return None
    try:
        if settings.leaver_model == "default":
            raw = (files("detector.leaver") / "default_model.json").read_bytes()
        else:
            raw = Path(settings.leaver_model).read_bytes()
        model = load_model(raw)
    except (OSError, UnusableModel) as error:
        raise BadSetting(f"EBBWATCH_LEAVER_MODEL: {settings.leaver_model}: {error}") from None
    log.info("leaver model", extra={"model": settings.leaver_model, "version": model.version})
    return model
