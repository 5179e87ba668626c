"""Decoding and the duplicate filter by themselves, in microseconds an event: `python -m bench.decode`."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from ingest.decoding.codes import Codes
from ingest.decoding.decoder import Decoder
from ingest.decoding.parsing.event_parser import EventParser
from ingest.folding.event_filter import EventFilter
from ingest.kafka.records import RecordBatch
from schemas.events import Event
from schemas.weeks import WeekCalendar

POLL = 5_000  # events a batch, about what one poll gives
RUNS = 5
FILTER_EVENTS = 10_000_000
NOW_S = 1_767_700_000.0  # 2026-01-06


def transactions(seed: int, foreign: float = 0.0) -> RecordBatch:
    """One poll of a mid-sized bank's partition, `foreign` of it in another currency."""
    rng = random.Random(seed)
    client_ids = [f"C{rng.randrange(10_000):06d}" for _ in range(POLL)]
    values: list[bytes | None] = [
        (
            f'{{"type":"transaction","event_id":"core-20260105-{seed:04d}{i:08d}","client_id":"{client_id}",'
            f'"account_id":"A{rng.randrange(30_000):06d}",'
            f'"booked_at":"2026-01-0{rng.randrange(2, 6)}T{rng.randrange(10, 24)}:{rng.randrange(10, 60)}:07Z",'
            f'"direction":"{rng.choice(("debit", "credit"))}","amount":"{rng.lognormvariate(8, 2):.2f}",'
            f'"currency":"{"USD" if rng.random() < foreign else "HKD"}","reversal":false}}'
        ).encode()
        for i, client_id in enumerate(client_ids)
    ]
    keys: list[bytes | None] = [client_id.encode() for client_id in client_ids]
    return RecordBatch("corebank.activity", 0, list(range(POLL)), keys, values)


def timed(work: Callable[[RecordBatch], object], batches: list[RecordBatch]) -> float:
    """Median of RUNS, microseconds an event."""
    runs = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for batch in batches:
            work(batch)
        runs.append((time.perf_counter() - start) / (POLL * len(batches)) * 1e6)
    return statistics.median(runs)


def poisoned(batch: RecordBatch) -> RecordBatch:
    values = list(batch.values)
    values[POLL // 2] = b'{"type":"transaction"'
    return replace(batch, values=values)


def formless(batch: RecordBatch) -> RecordBatch:
    """No template fits a value over several lines: each is parsed by msgspec."""
    return replace(batch, values=[value and value.replace(b",", b",\n") for value in batch.values])


def decoding() -> None:
    decoder = Decoder(
        WeekCalendar(ZoneInfo("Asia/Hong_Kong")), "HKD", Codes(), Codes(), lambda *_: Fraction("7.8125")
    )
    plain = [transactions(seed) for seed in range(10)]
    parse = msgspec.json.Decoder(Event).decode

    def decode(batch: RecordBatch) -> object:
        return decoder.decode(batch, NOW_S)

    def parsed(batch: RecordBatch) -> object:
        return list(map(parse, batch.values))

    parser = EventParser()

    def taken_apart(batch: RecordBatch) -> object:
        return parser.parse(batch.values)

    foreign = [transactions(seed, 0.2) for seed in range(10)]
    for title, work, batches in (
        ("msgspec to objects alone", parsed, plain),
        ("templates to texts alone", taken_apart, plain),
        ("decode to checked columns", decode, plain),
        ("  a fifth in another currency", decode, foreign),
        ("  one poison record a batch", decode, list(map(poisoned, plain))),
        ("  no record of a known form", decode, list(map(formless, plain))),
    ):
        print(f"{title:32}{timed(work, batches):6.3f} us/event")


def filtering() -> None:
    """Events all new, over ten weeks, drained every 100,000 as a checkpoint does."""
    rng, known, spent_s = np.random.default_rng(1), EventFilter(), 0.0
    shares = []
    for poll in range(FILTER_EVENTS // POLL):
        hashes, bodies = rng.integers(0, 2**64, (2, POLL), np.uint64)
        weeks = np.full(POLL, 2900 + poll * POLL * 10 // FILTER_EVENTS, np.int32)
        start = time.perf_counter()
        fresh, clash = known.admit(hashes, bodies, weeks)
        spent_s += time.perf_counter() - start
        assert fresh.sum() - clash.sum() == POLL
        if (poll + 1) % 20 == 0:
            known.drain()
        if (poll + 1) * POLL % (FILTER_EVENTS // RUNS) == 0:
            shares.append(spent_s / (FILTER_EVENTS / RUNS) * 1e6)
            spent_s = 0.0
    print(f"filter, all of {FILTER_EVENTS:,} events  {statistics.mean(shares):6.3f} us/event")
    print(f"  median and last of {RUNS} fifths     {statistics.median(shares):6.3f}, {shares[-1]:.3f}")
    print(f"  bytes an event                {known.nbytes / len(known):6.2f}")


if __name__ == "__main__":
    decoding()
    filtering()
