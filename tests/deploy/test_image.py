"""The image is locked and runs as nobody in particular; its recipe is read, no container engine is needed."""

from __future__ import annotations

import json
import re
import shlex
import tomllib

import pytest


@pytest.fixture(scope="module")
def recipe(root):
    """Instructions in order, continuation lines joined, comments gone."""
    lines = (root / "deploy/image/Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return [line.strip() for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]


def arguments(recipe, instruction):
    return [line.split(maxsplit=1)[1] for line in recipe if line.split()[0] == instruction]


def rooms(root):
    found = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]
    return [pattern.removesuffix("*") for pattern in found["include"]]


def test_dependencies_are_installed_by_their_hashes_only(recipe):
    installs = [run for run in arguments(recipe, "RUN") if "pip install" in run]
    assert any("--require-hashes -r requirements/run.lock" in run for run in installs)
    for command in (part for run in installs for part in run.split("&&") if "pip install" in part):
        assert "--require-hashes" in command or "--no-deps" in command


def test_the_last_stage_has_no_compiler_and_runs_as_a_numbered_user(recipe):
    last = max(i for i, line in enumerate(recipe) if line.startswith("FROM"))
    assert recipe[last] == "FROM python:${PYTHON}-slim"
    assert not any("pip" in line or "apt" in line for line in recipe[last:])
    assert arguments(recipe[last:], "USER") == ["10001:10001"]


def test_the_image_starts_the_command_and_asks_for_its_health(recipe):
    assert json.loads(arguments(recipe, "ENTRYPOINT")[0]) == ["ebbwatch"]
    (check,) = arguments(recipe, "HEALTHCHECK")
    program, flag, code = json.loads(check[check.index("CMD") + 3 :])
    assert (program, flag) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")
    assert "/healthz" in code


def test_every_package_of_the_wheel_gets_into_the_build(root):
    kept = set((root / "deploy/image/Dockerfile.dockerignore").read_text().splitlines())
    assert {f"!{room}" for room in rooms(root)} <= kept


def test_every_folder_of_source_is_a_package_and_so_in_the_wheel(root):
    folders = {path.parent for room in rooms(root) for path in (root / room).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_settings_of_the_image_are_in_its_environment(recipe):
    words = [word for env in arguments(recipe, "ENV") for word in shlex.split(env)]
    assert "EBBWATCH_HTTP_HOST=0.0.0.0" in words
    assert "EBBWATCH_DATA_DIR=/var/lib/ebbwatch" in words
