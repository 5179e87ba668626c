"""The colours of the desk: text can be read on its ground, in both schemes (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

import pytest

from api.web.rendering import TEMPLATES

STATIC = TEMPLATES.parent / "static"
TEXT, MARK = 4.5, 3.0
GROUNDS = ("paper", "sheet", "sunk")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3", "accent", "alarm", "prompt") for ground in GROUNDS),
    *((name, f"{name}-soft", TEXT) for name in ("alarm", "prompt", "good", "fresh")),
    ("accent-strong", "accent-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    *(("ink", f"{name}-soft", TEXT) for name in ("accent", "alarm", "prompt", "good")),
    *(("ink-2", f"{name}-soft", TEXT) for name in ("accent", "prompt")),
    *(("ink-3", f"{name}-soft", TEXT) for name in ("accent", "prompt")),
    *((mark, ground, MARK) for mark in ("edge", "accent") for ground in ("paper", "sheet")),
    *((f"chart-{name}", "sheet", MARK) for name in ("debit", "credit", "recent", "quarter", "year")),
]


def _schemes() -> dict[str, dict[str, str]]:
    """Tokens that are a colour, of the light scheme and, where it says otherwise, of the dark one."""
    text = (STATIC / "tokens.css").read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    dark = dark.split("@media (prefers-contrast")[0]
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS, ids=str)
def test_what_is_written_can_be_read(scheme: str, front: str, ground: str, least: float) -> None:
    tokens = _schemes()[scheme]
    assert _contrast(tokens[front], tokens[ground]) >= least


def test_pages_use_no_colour_that_is_not_a_token() -> None:
    for path in STATIC.glob("*.css"):
        if path.name not in ("tokens.css", "print.css"):
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text()) == [], path.name


def test_every_token_that_is_used_exists() -> None:
    known = set(re.findall(r"(--[\w-]+):", (STATIC / "tokens.css").read_text()))
    used = {name for path in STATIC.glob("*.css") for name in re.findall(r"var\((--[\w-]+)", path.read_text())}
    assert used <= known
