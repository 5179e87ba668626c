"""Whether chance and label of a first alert can be believed, on simulated banks that nothing was made on.

    python -m research.reliability [--banks 8] [--write]

Of each client the first fall that shipped presets and shipped model raise after WARM_UP_WEEKS: its learned chance
and its label beside the share whose leaving had begun by then, and the same LATER weeks later where it is raised
then too. Clients that are wound up are left out: the bank is told.
`--write` puts the tables into docs/detection.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bench.client_weeks import FIRST_WEEK, grades, simulated
from bench.client_weeks import History as Weeks
from detector.explanation.evidence import Known
from detector.explanation.explaining import explain
from detector.leaver.history import History
from detector.leaver.model import LeaverModel
from detector.leaver.sharpen import beside_preset
from detector.policies.presets import default_policy
from feeds.simulated_bank import SimulatedBank
from schemas.explanations import Label, Strength
from schemas.verdicts import Series
from schemas.weeks import Week
from services.judging.leaver_model import model_of
from services.settings import Settings

FIRST_SEED, CLIENTS, WARM_UP_WEEKS, PEERS = 701, 600, 78, 50
LATER = (2, 4, 13)
BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
PAGE = Path(__file__).parents[1] / "docs" / "detection.md"
BEGIN, END = "<!-- reliability -->", "<!-- end of reliability -->"


class Seen(NamedTuple):
    """A week of a client. `left`: its leaving had begun."""

    chance: float
    left: bool


class Alert(NamedTuple):
    """One client's first. `later`: by weeks after it, where it is still raised."""

    chance: float
    label: Label
    strength: Strength
    left: bool
    later: Mapping[int, Seen]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--banks", type=int, default=8)
    arguments.add_argument("--write", action="store_true")
    asked = arguments.parse_args()
    model = model_of(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert model is not None
    found = [alert for seed in range(FIRST_SEED, FIRST_SEED + asked.banks) for alert in first_alerts(seed, model)]
    text = "\n".join(tables(found, asked.banks))
    print(text)
    if asked.write:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")


def first_alerts(seed: int, model: LeaverModel, clients: int = CLIENTS) -> Iterator[Alert]:
    """1. The bank's weeks. 2. What presets and score say of each. 3. Explain each client's first alert."""
    bank, weeks = simulated(seed, clients)
    begins = np.minimum(weeks.begins, weeks.weeks)
    volume = (weeks.debit + weeks.credit).astype(np.float64)
    chance = model.score(History(volume, bank.branches, begins, weeks.payments))
    by_preset = grades(weeks, default_policy("HKD"))[:, 0].T > 0
    raised = by_preset | (chance >= model.prompt_at)
    chance = np.where(by_preset, beside_preset(chance), chance)
    raised[:, :WARM_UP_WEEKS] = False
    truth = {leaver.client_id: leaver for leaver in bank.truth()}
    industry = _industries(bank)
    for row in np.flatnonzero(raised.any(axis=1)).tolist():
        at, leaver = int(raised[row].argmax()), truth.get(bank.client_ids[row])
        if leaver is not None and leaver.kind == "closed":
            continue
        told = explain(_known(weeks, begins, industry, row, at), Series.TURNOVER, float(chance[row, at]))
        onset = weeks.weeks if leaver is None else leaver.onset_week - FIRST_WEEK
        still = [after for after in LATER if at + after < weeks.weeks and raised[row, at + after]]
        later = {after: Seen(float(chance[row, at + after]), onset <= at + after) for after in still}
        yield Alert(float(chance[row, at]), told.label, told.strength, onset <= at, later)


def tables(found: Sequence[Alert], banks: int) -> Iterator[str]:
    """By chance, by label, and by weeks later, as Markdown."""
    yield f"First alerts of {len(found)} clients of {banks} simulated banks of {CLIENTS}, seeds from {FIRST_SEED}:"
    yield ""
    yield "| learned chance | alerts | mean chance | really leaving |"
    yield "|---|---|---|---|"
    for low, high in pairwise(BINS):
        mine = [each for each in found if low <= each.chance < high or each.chance == high == 1.0]
        if mine:
            yield f"| {low:.0%} to {high:.0%} | {_line(mine)} |"
    yield f"| all | {_line(found)} |"
    yield ""
    yield "| label | alerts | mean chance | really leaving |"
    yield "|---|---|---|---|"
    for label in (Label.LEAVING, Label.UNKNOWN, Label.SHRINKING, Label.SEASONAL, Label.FEED_FAULT):
        for strength in (Strength.STRONG, Strength.FAIR, Strength.WEAK):
            mine = [each for each in found if (each.label, each.strength) == (label, strength)]
            if mine:
                name = label.value if label is Label.UNKNOWN else f"{label.value}, {strength.value}"
                yield f"| {name} | {_line(mine)} |"
    yield ""
    yield "| still raised | alerts | mean chance | really leaving |"
    yield "|---|---|---|---|"
    for weeks in LATER:
        yield f"| {weeks} weeks later | {_line([each.later[weeks] for each in found if weeks in each.later])} |"


def _line(alerts: Sequence[Alert | Seen]) -> str:
    mean = np.mean([each.chance for each in alerts])
    return f"{len(alerts)} | {mean:.0%} | {np.mean([each.left for each in alerts]):.0%}"


def _known(weeks: Weeks, begins: npt.NDArray[np.int64], industry: npt.NDArray[np.str_], row: int, at: int) -> Known:
    since = slice(int(begins[row]), at + 1)
    peers = [each for each in np.flatnonzero(industry == industry[row]).tolist() if each != row][:PEERS]
    return Known(
        week=Week(FIRST_WEEK + at),
        debit=weeks.debit[row, since],
        credit=weeks.credit[row, since],
        industry=(weeks.debit + weeks.credit)[peers, since] if peers else None,
        industry_since=(begins[peers] - begins[row]).astype(np.int64) if peers else None,
    )


def _industries(bank: SimulatedBank) -> npt.NDArray[np.str_]:
    """By row; those who join later have none yet and are each other's peers."""
    named = {record.client_id: record.industry or "" for record in bank.client_records()}
    return np.array([named.get(client_id, "") for client_id in bank.client_ids])


if __name__ == "__main__":
    main()
