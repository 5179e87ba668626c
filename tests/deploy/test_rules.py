"""Rules speak of metrics that exist, fire when they should and not else, and point at what to do."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from telemetry.metrics import Metrics

_SUFFIXES = ("_bucket", "_sum", "_count")


def exported_names():
    """Names as scraped: counters with _total, histograms with their three suffixes."""
    names = set()
    for family in Metrics().registry.collect():
        endings = {"counter": ("_total",), "info": ("_info",), "histogram": _SUFFIXES}.get(family.type, ("",))
        names |= {family.name + ending for ending in endings}
    return names


def metric_names(text):
    return set(re.findall(r"\bebbwatch_[a-z_]+\b", text))


def anchors(markdown):
    return {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", markdown, re.MULTILINE)
    }


@pytest.fixture
def promtool(root, missing):
    """Runs Prometheus' own checker beside the rules; fails with what it says."""
    tool = shutil.which("promtool") or missing("promtool", "it is not installed; it comes with Prometheus")

    def run(*arguments):
        folder = root / "deploy/prometheus"
        done = subprocess.run([tool, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


CASES = ("rules.test.yml", "rules.weeks.test.yml", "rules.years.test.yml")


def test_rules_fire_and_stay_quiet_as_their_cases_say(promtool):
    promtool("test", "rules", *CASES)


def test_prometheus_accepts_its_configuration(promtool):
    promtool("check", "config", "prometheus.yml")


def test_every_metric_of_a_rule_exists(rules):
    used = {name for rule in rules for name in metric_names(rule["expr"])}
    assert len(used) >= 6
    assert used <= exported_names()


def test_every_metric_of_the_rules_cases_and_of_the_metrics_page_exists(root):
    for path in (*(f"deploy/prometheus/{cases}" for cases in CASES), "docs/metrics.md", "docs/runbook.md"):
        known = exported_names() | {family.name for family in Metrics().registry.collect()}
        assert metric_names((root / path).read_text()) <= known, path


def test_there_are_these_rules_each_with_cases_that_fire_and_that_must_not(rules, root):
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
    cases = "".join((root / "deploy/prometheus" / name).read_text() for name in CASES)
    for name in names:
        assert re.search(rf"alertname: {name}, exp_alerts: \[\]", cases)
        assert re.search(rf"alertname: {name}\n\s+exp_alerts:( &\w+)?\n", cases)


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
