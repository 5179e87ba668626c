"""`python -m bench.detection --data FOLDER`: one table, and with `--out` a page with a picture beside it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.detection.measures import REPEATS
from bench.detection.measuring import Measured, measure_all
from bench.detection.not_measured import NotMeasured
from bench.detection.picture import draw
from bench.detection.reading import FolderIncomplete, read_folder
from bench.detection.report import describe, mean_within, page
from bench.detection.rows import ROWS
from bench.detection.sample import Branch
from bench.detection.simulated import simulated_branches

NO_DATA = """!! No real payments: neither --data nor EBBWATCH_TEST_DATA names a folder.
!! What follows is measured on SIMULATED banks. It says nothing about real clients."""
BAD_FOLDER = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """1. Read the branches. 2. Measure row by row. 3. Print the page, and write it with its picture."""
    asked = _parser().parse_args(arguments)
    try:
        words, branches = _branches(asked.data)
    except FolderIncomplete as error:
        print(f"bench.detection: {error}", file=sys.stderr)
        return BAD_FOLDER
    names = asked.only or [row.name for row in ROWS]
    rows = []
    for measured in measure_all(names, branches, asked.repeats, asked.processes):
        rows.append(measured)
        print(_line(measured), file=sys.stderr, flush=True)
    picture = _draw(rows, asked.out.with_suffix(".svg")) if asked.out else None
    text = page(describe(words, branches, asked.repeats), rows, picture)
    print(text)
    if asked.out:
        asked.out.write_text(text, "utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bench.detection", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of real payments; else EBBWATCH_TEST_DATA")
    parser.add_argument("--out", type=Path, help="Markdown file to write; the picture stands beside it as .svg")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"draws a course ({REPEATS})")
    parser.add_argument("--processes", type=int, default=1, help="rows measured at a time (1)")
    parser.add_argument("--only", action="append", choices=[row.name for row in ROWS], help="this row; repeatable")
    return parser


def _branches(given: Path | None) -> tuple[str, list[Branch]]:
    """What they are, in words, and the branches. Raises FolderIncomplete."""
    named = os.environ.get("EBBWATCH_TEST_DATA")
    folder = given or (Path(named) if named else None)
    if folder is None:
        print(NO_DATA, flush=True)
        return "**simulated banks, no real client among them**", simulated_branches()
    branches = read_folder(folder)
    return f"real payments of {', '.join(branch.name for branch in branches)}", branches


def _line(row: Measured) -> str:
    if row.why is not None:
        return f"!! {row.name}: NOT MEASURED: {row.why}"
    return f"{row.name}: {mean_within(row, 13):.3f} within 13 weeks, {row.seconds:.0f} s"


def _draw(rows: Sequence[Measured], path: Path) -> str | None:
    try:
        draw(rows, path)
    except NotMeasured as why:
        print(f"!! no picture: {why}", file=sys.stderr)
        return None
    return path.name


if __name__ == "__main__":
    sys.exit(main())
