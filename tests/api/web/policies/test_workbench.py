"""The workbench: limits in a form, a year under them, and two people who change what is in force."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from detector.policies.presets import default_policy
from store.policies import policy_versions
from store.tables.policies import policy, policy_preview
from tests.api.conftest import NOW, Bank
from tests.api.policy_desk import SHIPPED, judged_bank
from tests.api.web.filling import form_to
from tests.api.web.reading import Page

LIST = "/desk/policies"
ONE = f"{LIST}/{SHIPPED}"


@pytest.fixture
def bench(desk):
    judged_bank(Bank(desk.store))
    with desk.store.write() as tx:
        policy_versions.ensure_base_policy(tx, default_policy("HKD"), NOW)
    return desk


def sent(person, action: str, *, page: str = ONE, **changed):
    """The form of a page, filled in and sent to one of its buttons' addresses."""
    form = form_to(person.get(page).text, f"{page}/preview")
    return person.post(f"{page}/{action}", data=form.filled(**changed))


def test_the_list_shows_which_policy_is_in_force(bench) -> None:
    page = Page(bench.a("auditor").get(LIST).text)
    assert "In force: default." in page.text
    assert page.one("a", href=ONE)
    assert page.has_inline() == []


def test_an_empty_list_says_so(desk) -> None:
    assert "No policy is kept yet" in desk.a("approver").get(LIST).text


def test_a_policy_stands_there_with_its_limits_a_tier(bench) -> None:
    page = Page(bench.a("approver").get(ONE).text)
    assert page.has_inline() == []
    assert [page.value(f"effect-{tier}") for tier in "ABC"] == ["2500000", "500000", "100000"]
    limits = [found["value"] for found in page.all("input", _class="limit")]
    assert {"-46", "-55", "260", ""} <= set(limits)  # a shipped rise has no alarm
    assert page.one("input", type="range")["value"] == "100"
    assert "Judges from the beginning" in page.text


@pytest.mark.parametrize("role", ["auditor", "branch_manager"])
def test_who_may_only_read_finds_nothing_to_fill_in(bench, role) -> None:
    person = bench.a(role, "B1")
    page = Page(person.get(ONE).text)
    assert page.all("input", _class="limit") == []
    assert "-46" in page.text
    assert person.get(LIST).status_code == 200
    answer = person.post(f"{ONE}/preview", data={"csrf": person.headers["X-Test-Token"]})
    assert answer.status_code == 403


def test_a_preview_stands_beside_what_is_in_force(bench) -> None:
    answer = sent(bench.a("approver"), "preview", scale="150")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert "Clients that left 1 1" in page.text
    assert "Of them, warned of in time 1 1" in page.text
    assert "Most alerts of one branch in a week 1 1" in page.text
    assert "These limits are not kept yet." in page.text
    assert page.one("input", type="range")["value"] == "150"


def test_a_script_is_answered_with_the_figures_alone_and_nothing_is_noted(bench) -> None:
    answer = sent(bench.a("approver"), "answer", scale="60")
    assert "<html" not in answer.text
    assert "Clients that left" in Page(answer.text).text
    with bench.store.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(policy_preview)) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prompt-A-0": "12"}, "Less than 0."),
        ({"prompt-A-0": "-120"}, "At least -100."),
        ({"prompt-A-0": "half"}, "Write a number such as -54.5."),
        ({"effect-B": "-1"}, "At least 0."),
    ],
)
def test_a_limit_that_does_not_fit_is_told_at_its_field(bench, change, said) -> None:
    answer = sent(bench.a("approver"), "preview", **change)
    page = Page(answer.text)
    (name,) = change
    assert answer.status_code == 422
    assert said in page.text
    assert page.one("input", name=name)["aria-invalid"] == "true"
    assert page.value(name) == change[name]


def test_an_alarm_that_is_not_beyond_its_prompt_is_told(bench) -> None:
    answer = sent(bench.a("approver"), "preview", **{"prompt-A-0": "-90", "alarm-A-0": "-80"})
    assert answer.status_code == 422
    assert "an alarm lies beyond its prompt" in answer.text


def test_two_people_change_what_is_in_force(bench) -> None:
    first, second = bench.a("approver", user="approver-1"), bench.a("approver", user="approver-2")
    answer = sent(first, "keep", name="calmer", note="too many prompts", scale="120")
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    with bench.store.read() as tx:
        version = tx.scalar(sa.select(policy.c.version).where(policy.c.name == "calmer"))
        kept = policy_versions.get(tx, version)
    assert kept.note == "too many prompts"
    page = f"{LIST}/{version}"
    assert "You proposed it: somebody else applies it." in first.get(page).text
    assert "Preview it unchanged before you apply it." in second.get(page).text
    assert "/apply" not in second.get(page).text
    looked = sent(second, "preview", page=page)
    assert f"{page}/apply" in looked.text
    form = form_to(looked.text, f"{page}/preview")
    done = second.post(f"{page}/apply", data=form.filled(revision="1"))
    assert (done.status_code, done.headers["location"]) == (303, page)
    shown = second.get(page).text
    assert "Applied: it judges from the next week on." in shown
    assert "In force: calmer." in second.get(LIST).text


def test_a_preview_of_other_limits_does_not_let_one_apply(bench) -> None:
    sent(bench.a("approver", user="approver-1"), "keep", name="calmer", scale="120")
    with bench.store.read() as tx:
        version = tx.scalar(sa.select(policy.c.version).where(policy.c.name == "calmer"))
    page = f"{LIST}/{version}"
    looked = sent(bench.a("approver", user="approver-2"), "preview", page=page, scale="90")
    assert "/apply" not in looked.text
    refused = sent(bench.a("approver", user="approver-2"), "apply", page=page)
    assert refused.status_code == 409
    assert "Preview it unchanged" in refused.text


def test_a_name_is_needed_and_has_to_fit(bench) -> None:
    person = bench.a("approver")
    for name in ("", "two words"):
        answer = sent(person, "keep", name=name)
        assert answer.status_code == 422
        assert Page(answer.text).one("input", name="name")["aria-invalid"] == "true"


def test_a_bank_without_judged_weeks_has_no_year_to_look_at(desk) -> None:
    with desk.store.write() as tx:
        policy_versions.ensure_base_policy(tx, default_policy("HKD"), NOW)
    answer = sent(desk.a("approver"), "preview")
    assert answer.status_code == 409
    assert "No week has been judged yet" in answer.text


def test_who_opens_a_policy_finds_its_year_ready(bench) -> None:
    replays = bench.app.state.deps.replays
    bench.a("auditor").get(ONE)
    assert replays._bank is None  # only reads
    bench.a("approver").get(ONE)
    assert [version for version, _ in replays._figures] == [SHIPPED]
