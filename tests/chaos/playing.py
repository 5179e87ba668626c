"""Seeds played: the disturbed quarter under all checkers, then the undisturbed one, and both compared."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass

from tests.chaos.checkers.checking import Wrong
from tests.chaos.database import Database
from tests.chaos.ending import Ending, compare_endings, ending_of
from tests.chaos.world import World

CRASH = "crash"  # in place of a checker: a process ended by an error that nobody expects


@dataclass(frozen=True, slots=True)
class Played:
    """A seed. `checker` None: nothing wrong. `struck`: faults by kind."""

    seed: int
    checker: str | None
    found: str
    struck: Counter[str]
    ending: Ending | None


def play(seed: int, database: Database) -> Played:
    """Raises nothing but what stops the whole run."""
    world = World(seed, database)
    try:
        world.play()
        found = ending_of(database)
        quiet = World(seed, database, active=False)
        quiet.settle()
        compare_endings(
            found,
            ending_of(database),
            corrected=world.quarter.corrects_closed_weeks,
            marked_early=bool(world.quarter.early_weeks),
            people_acted=world.people_act,
        )
    except Wrong as wrong:
        return Played(seed, wrong.checker, str(wrong), world.faults.struck, None)
    except Exception:  # noqa: BLE001 - whatever a process ends with is what was found
        return Played(seed, CRASH, traceback.format_exc(), world.faults.struck, None)
    return Played(seed, None, "", world.faults.struck, found)
