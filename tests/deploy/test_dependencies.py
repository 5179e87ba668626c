"""Every library that the product installs is named with its reason, and what is optional is named as that."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

NAME = re.compile(r"[a-z0-9-]+")


@pytest.fixture
def project(root: Path) -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return loaded


@pytest.fixture
def named(root: Path) -> dict[str, str | None]:
    """Library -> its extra, as the table of decision 14 has them."""
    table = (root / "docs/decisions/0014-dependencies.md").read_text()
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ") and "---" not in line]
    extra = [(cell, re.search(r"\(extra `(\w+)`\)", cell)) for cell in cells]
    return {name: found and found[1] for cell, found in extra for name in NAME.findall(cell.split("(")[0])}


def names(requirements: list[str]) -> set[str]:
    return {NAME.match(requirement)[0] for requirement in requirements}


def test_every_dependency_is_in_the_record_with_its_reason(project, named) -> None:
    assert names(project["dependencies"]) <= {name for name, extra in named.items() if extra is None}
    for extra, requirements in project["optional-dependencies"].items():
        assert {named.get(name) for name in names(requirements)} == {extra}


def test_the_record_names_nothing_that_is_no_longer_installed(project, named) -> None:
    optional = [each for requirements in project["optional-dependencies"].values() for each in requirements]
    by_way_of = {"cryptography"}  # pyjwt[crypto]
    assert set(named) - {"library"} <= names(project["dependencies"]) | names(optional) | by_way_of


def test_what_runs_is_locked_with_every_extra_and_no_host(project, root: Path) -> None:
    lock = (root / "requirements/run.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    for requirements in (project["dependencies"], *project["optional-dependencies"].values()):
        assert names(requirements) <= locked
    assert not [
        line
        for path in (root / "requirements").glob("*.lock")
        for line in path.read_text().splitlines()
        if "://" in line
    ]
