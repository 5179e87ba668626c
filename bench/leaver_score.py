"""What the learned score costs: training on a large bank, and a week's scores of a million clients on two cores.

    python -m bench.leaver_score [--train 100000] [--score 1000000]

Clients: lognormal sums of some payments in a share of weeks, both of which differ by client. Training: 104 weeks,
seconds and the most memory the process ever held. Scoring: `LeaverModel.latest` on the window that the detector
keeps, in two processes, as two detectors would share the shards; the time is that of the slower one, reading the
ledger is not in it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from multiprocessing import get_context

import numpy as np

from detector.leaver.history import History
from detector.leaver.model import LeaverModel
from detector.leaver.training import fit
from detector.leaver.window import WINDOW_WEEKS
from services.judging.leaver_model import model_of
from services.settings import Settings

PROCESSES = 2
MOST_TRAIN_S, MOST_TRAIN_GIB, MOST_SCORE_S = 600.0, 4.0, 60.0
_PART = 50_000  # clients drawn and scored at a time: a shard


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--train", type=int, default=100_000)
    arguments.add_argument("--score", type=int, default=1_000_000)
    chosen = arguments.parse_args()
    with get_context("spawn").Pool(PROCESSES) as pool:
        each = chosen.score // PROCESSES
        score_s = max(pool.map(_score, [(seed, each) for seed in range(PROCESSES)]))
    print(f"scores of a week, {chosen.score:,} clients in {PROCESSES} processes: {score_s:.1f} s")
    history = _bank(9, chosen.train, 104)
    began = time.perf_counter()
    model = fit(history, 1)
    train_s = time.perf_counter() - began
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"training, {chosen.train:,} clients x 104 weeks: {train_s:.0f} s, {peak_gib:.2f} GiB; {model.evaluation}"
    )
    return int(score_s > MOST_SCORE_S or train_s > MOST_TRAIN_S or peak_gib > MOST_TRAIN_GIB)


def _score(job: tuple[int, int]) -> float:
    seed, clients = job
    model = model_of(Settings(kafka_bootstrap="127.0.0.1:1"))
    assert isinstance(model, LeaverModel)
    seconds = 0.0
    for start in range(0, clients, _PART):
        bank = _bank(seed, min(_PART, clients - start), WINDOW_WEEKS)
        began = time.perf_counter()
        model.latest(bank)
        seconds += time.perf_counter() - began
    return seconds


def _bank(seed: int, clients: int, weeks: int) -> History:
    draw = np.random.default_rng(seed)
    active = draw.random((clients, weeks)) < draw.uniform(0.2, 1.0, (clients, 1))
    turnover = np.exp(draw.normal(8, 1, (clients, 1)) + draw.normal(0, 0.6, (clients, weeks))) * active
    count = active * (1 + draw.poisson(draw.gamma(1.0, 2.0, (clients, 1)), active.shape))
    return History(turnover, np.arange(clients) % 200, np.zeros(clients, np.int64), count)


if __name__ == "__main__":
    sys.exit(main())
