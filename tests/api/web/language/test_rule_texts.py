"""Every rule that may refuse what a form says has a sentence that people read, in their language."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import api
import casework
from api.web.amounts import plain_amount
from api.web.language.refusals import REFUSALS, refusal_text
from api.web.language.rule_texts import RULES
from language.catalogues import texts_in
from schemas.errors import Conflict, NotAllowedByRules

ROOMS = [Path(casework.__file__).parent, Path(api.__file__).parent]
_OWN_SENTENCE = {"outcome", "reason", "until"}  # of classes of their own


def named_fields() -> set[str]:
    """The fields that are named where a rule refuses; those in a variable are amounts and parts of a fee."""
    found = set()
    for room in ROOMS:
        for path in room.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotAllowedByRules":
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        found.add(first.value)
    return found


def test_every_field_that_a_rule_names_has_a_sentence() -> None:
    assert len(named_fields()) > 10
    assert named_fields() - RULES.keys() - _OWN_SENTENCE == set()


def test_a_rule_is_told_in_the_readers_language_and_not_in_its_own_words() -> None:
    error = NotAllowedByRules("ends_on", "2026-01-01 is not after 2026-02-01")
    assert refusal_text(error, texts_in("en")).startswith("Choose a day after today")
    assert refusal_text(error, texts_in("zh-Hans")).startswith("请选择今天")


def test_every_conflict_of_casework_has_a_sentence() -> None:
    for found in pkgutil.walk_packages(casework.__path__, "casework."):
        importlib.import_module(found.name)
    ours = {each.__name__ for each in Conflict.__subclasses__() if each.__module__.startswith("casework.")}
    assert ours - REFUSALS.keys() == set()


def test_amounts_may_be_typed_as_people_write_them() -> None:
    typed = {
        "1,200.00": "1200.00",
        "1 234 567": "1234567",
        "1\u00a0200.50": "1200.50",
        "１，２００": "1200",
        " 12.5 ": "12.5",
    }
    assert {text: plain_amount(text) for text in typed} == typed


def test_a_comma_that_may_be_a_point_is_left_for_the_rules_to_refuse() -> None:
    for text in ("12,50", "1.200,0", "1,20", "1,2000", "1,200 300", "much"):
        assert plain_amount(text) == text
