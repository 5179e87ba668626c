"""Rules speak of metrics that exist, fire when they should and not else, and point at what to do."""

from __future__ import annotations

import re

import pytest

from telemetry.metrics import Metrics
from tests.deploy.conftest import read_yaml
from tests.deploy.exported import series
from tests.deploy.promql import find_unknown


def metric_names(text):
    return set(re.findall(r"\bebbwatch_[a-z_]+\b", text))


def anchors(markdown):
    return {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)
    }


def courses_of(group):
    """Of each rule of a test group: does it fire, one look after the other."""
    courses = {}
    for look in group["alert_rule_test"]:
        courses.setdefault(look["alertname"], []).append(bool(look["exp_alerts"]))
    return courses.items()


CASES = ("rules.test.yml", "rules.hours.test.yml", "rules.weeks.test.yml", "rules.years.test.yml")


@pytest.mark.parametrize("cases", CASES)
def test_rules_fire_and_stay_quiet_as_their_cases_say(promtool, cases):
    promtool("test", "rules", cases)


def test_prometheus_accepts_its_configuration(promtool):
    promtool("check", "config", "prometheus.yml")


def test_every_metric_and_label_of_a_rule_exists(rules):
    there = series()
    assert {rule["alert"]: find_unknown(rule["expr"], there) for rule in rules} == {
        rule["alert"]: [] for rule in rules
    }


def test_every_metric_of_the_rules_cases_and_of_the_metrics_page_exists(root):
    for path in (*(f"deploy/prometheus/{cases}" for cases in CASES), "docs/metrics.md", "docs/runbook.md"):
        known = series().keys() | {family.name for family in Metrics().registry.collect()}
        assert metric_names((root / path).read_text()) <= known, path


def test_there_are_these_rules(rules):
    names = [rule["alert"] for rule in rules]
    assert names == [
        "EbbwatchPartitionStuck",
        "EbbwatchPollStuck",
        "EbbwatchWeekOverdue",
        "EbbwatchDeadLetters",
        "EbbwatchOutboxOld",
        "EbbwatchFollowUpStopped",
        "EbbwatchNoticesNotSent",
        "EbbwatchTargetDown",
        "EbbwatchApiDown",
        "EbbwatchDetectorStopped",
        "EbbwatchWeekHeld",
        "EbbwatchAmountImplausible",
        "EbbwatchOutboxRefused",
        "EbbwatchDatabaseSlow",
        "EbbwatchHttpErrors",
        "EbbwatchModelsDiffer",
        "EbbwatchAlertFlood",
        "EbbwatchAlertDrought",
        "EbbwatchModelOld",
        "EbbwatchCertificateEnds",
    ]


def test_every_rule_is_seen_to_stay_quiet_to_fire_and_to_end(rules):
    groups = [group for name in CASES for group in read_yaml(f"deploy/prometheus/{name}")["tests"]]
    courses = [course for group in groups for course in courses_of(group)]
    for name in (rule["alert"] for rule in rules):
        mine = [fires for alert, fires in courses if alert == name]
        assert any(True in fires and fires[-1] is False for fires in mine), name
        assert any(False in fires[: fires.index(True)] for fires in mine if True in fires), name


def test_every_rule_says_how_bad_what_and_where_to_read_on(rules, root):
    sections = anchors((root / "docs/runbook.md").read_text())
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert page == "{{ $externalLabels.runbook }}"
        assert anchor in sections


def test_links_to_the_runbook_are_absolute_by_one_setting_that_no_alert_carries(prometheus):
    assert re.fullmatch(r"https://[^#\s]+", prometheus["global"]["external_labels"]["runbook"])
    assert prometheus["alerting"]["alert_relabel_configs"] == [{"action": "labeldrop", "regex": "runbook"}]
