"""The dashboard of operations asks for what the product exports, and the file is what the code makes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import promql_parser
import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.dashboard import FILE, dashboard_text
from deploy.grafana.panels import ROWS, Panel, Query
from tests.deploy.exported import samples, series
from tests.deploy.promql import find_unknown, labels_of

PANELS = [panel for row in ROWS for panel in row.panels]
QUERIES = [query for panel in PANELS for query in panel.queries]


def as_prometheus_gets_it(query: Query) -> str:
    return query.expr.replace("$__rate_interval", "4m").replace("$job", "ebbwatch-api|ebbwatch-ingest")


def as_written(name: str, labels: Mapping[str, str]) -> str:
    return f"{name}{{{', '.join(f'{label}={json.dumps(value)}' for label, value in labels.items())}}}"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text())
    return loaded


@pytest.fixture(scope="module")
def panels(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in made["panels"] if panel["type"] != "row"]


def test_the_file_is_what_the_code_makes() -> None:
    assert FILE.read_text() == dashboard_text(), "`make dashboard` writes it anew"


def test_grafanas_own_types_read_the_file_and_find_nothing_else_in_it(made: dict[str, Any]) -> None:
    assert json.loads(JSONEncoder().encode(Dashboard.from_json(made))) == made


def test_source_and_jobs_are_chosen_once_for_all_panels(made: dict[str, Any], panels: list[dict[str, Any]]) -> None:
    assert [variable["name"] for variable in made["templating"]["list"]] == ["datasource", "job"]
    assert {panel["datasource"]["uid"] for panel in panels} == {"$datasource"}
    for query in QUERIES:
        selectors = re.findall(r"\b(?:ebbwatch_|process_|up\{)[^ )\[]*", query.expr)
        assert selectors
        assert all('{job=~"$job"' in selector for selector in selectors), query.expr


def test_panels_stand_side_by_side_and_can_be_linked_to(made: dict[str, Any]) -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in made["panels"]]
    assert len(set(places)) == len({panel["id"] for panel in made["panels"]}) == len(places)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_panel_names_metrics_and_labels_that_are_exported(panel: Panel) -> None:
    there = series()
    for query in panel.queries:
        asked = as_prometheus_gets_it(query)
        assert find_unknown(asked, there) == []
        named = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
        assert named <= labels_of(promql_parser.parse(asked), there), query.legend


def test_every_query_finds_something_where_all_is_exported(promtool, tmp_path) -> None:
    """Prometheus itself works them out, on an hour in which every counter rose."""
    given = [
        {"series": as_written(name, labels), "values": "0+6x60" if counts else "1x60"}
        for name, labels, counts in samples()
    ]
    found = {"eval_time": "50m", "exp_samples": [{"labels": "{}", "value": 1}]}
    asked = [{"expr": f"count({as_prometheus_gets_it(query)}) > bool 0", **found} for query in QUERIES]
    cases = tmp_path / "queries.test.yml"
    tests = [{"interval": "1m", "input_series": given, "promql_expr_test": asked}]
    cases.write_text(yaml.safe_dump({"evaluation_interval": "1m", "tests": tests}))
    promtool("test", "rules", str(cases))


def test_a_metric_or_a_label_that_is_renamed_is_missed() -> None:
    there = series()
    renamed = {name.replace("outbox_depth", "outbox_waiting"): labels for name, labels in there.items()}
    renamed["ebbwatch_dead_letters_total"] = frozenset({"job", "instance", "why"})
    missed = [each for query in QUERIES for each in find_unknown(as_prometheus_gets_it(query), renamed)]
    assert missed == ["by: reason", "ebbwatch_outbox_depth"]
    assert find_unknown('ebbwatch_events_total{partion="0"}', there) == ["ebbwatch_events_total: partion"]


def test_every_rule_has_a_panel_that_shows_what_it_is_about(rules: list[dict[str, Any]]) -> None:
    assert {name for panel in PANELS for name in re.findall(r"Ebbwatch\w+", panel.text)} == {
        rule["alert"] for rule in rules
    }
