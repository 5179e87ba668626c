"""`python -m tests.chaos`: play many seeds, or one; each seed that fails is a command to play it again."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections import Counter

from tests.chaos.database import Database
from tests.chaos.playing import play


def main() -> int:
    """How many seeds failed, as an exit status of 1."""
    asked = _arguments()
    for name in [name for name in os.environ if name.startswith("EBBWATCH_")]:
        del os.environ[name]
    if asked.seed is None:
        logging.disable(logging.CRITICAL)  # thousands of quarters of trouble
    seeds = range(asked.first, asked.first + asked.seeds) if asked.seed is None else [asked.seed]
    database, struck, failed, began = Database(), Counter[str](), [], time.process_time()
    for done, seed in enumerate(seeds, 1):
        played = play(seed, database)
        struck += played.struck
        if played.checker is not None:
            failed.append(seed)
            print(f"seed {seed}: {played.found}\n    python -m tests.chaos --seed {seed}", flush=True)
        if done % asked.every == 0 or done == len(seeds):
            took_s = (time.process_time() - began) / done
            print(f"{done} seeds, {len(failed)} failed, {struck.total()} faults, {took_s:.2f} s a seed", flush=True)
    for kind, count in sorted(struck.items()):
        print(f"    {kind}: {count}")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one alone, with the product's own log")
    parser.add_argument("--seeds", type=int, default=10_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--every", type=int, default=100, help="say how it goes after so many")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
