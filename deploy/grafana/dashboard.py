"""Write the dashboard of operations: `python -m deploy.grafana.dashboard`, or `make dashboard`.

In the older of Grafana's two formats, which versions that a bank may still have read as well as the newest.
`panels.py` says what is asked.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TypeAlias

from grafana_foundation_sdk.builders import common, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as boards
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    DataSourceRef,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataTransformerConfig,
    Threshold,
    ThresholdsMode,
    VariableOption,
    VariableRefresh,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.grafana.panels import ROWS, Panel, Query

FILE = Path(__file__).parent / "ebbwatch.json"
_WIDTH, _HEIGHT = 8, 7  # of 24 columns: three panels side by side
_PROMETHEUS = DataSourceRef("prometheus", "$datasource")

Built: TypeAlias = timeseries.Panel | stat.Panel | table.Panel


def dashboard_text() -> str:
    """The dashboard as JSON."""
    return JSONEncoder(indent=2, ensure_ascii=False, sort_keys=True).encode(_dashboard().build()) + "\n"


def _dashboard() -> boards.Dashboard:
    built = (
        boards.Dashboard("Ebbwatch: operations")
        .uid("ebbwatch-operations")
        .description("Five questions of whoever is on duty. What to do is in the runbook, under the rule's name.")
        .tags(["ebbwatch"])
        .refresh("1m")
        .time("now-24h", "now")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .with_variable(boards.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(_jobs())
    )
    number = count(1)  # of each, for links to it
    for row in ROWS:
        built.with_row(boards.Row(row.question).id(next(number)))
        for panel in row.panels:
            built.with_panel(_panel(panel).id(next(number)))
    return built


def _jobs() -> boards.QueryVariable:
    """All by default; only jobs of ours have this metric."""
    return (
        boards.QueryVariable("job")
        .label("Job")
        .datasource(_PROMETHEUS)
        .query("label_values(ebbwatch_build_info, job)")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .current(VariableOption(selected=True, text=["All"], value=["$__all"]))
    )


def _panel(panel: Panel) -> Built:
    built = _empty(panel)
    built.title(panel.title).description(panel.text).datasource(_PROMETHEUS)
    for query in panel.queries:
        built.with_target(_target(panel, query))
    return built.unit(panel.unit).height(_HEIGHT).span(_WIDTH)


def _empty(panel: Panel) -> Built:
    if panel.shows == "table":
        hidden = {"excludeByName": {"Time": True, "Value": True}}
        return table.Panel().with_transformation(DataTransformerConfig("organize", options=hidden))
    built = _lines(panel) if panel.shows == "lines" else _number()
    return built if panel.red_from is None else built.thresholds(_red_from(panel.red_from))


def _target(panel: Panel, query: Query) -> prometheus.Dataquery:
    number = panel.queries.index(query)
    target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id("ABCDEF"[number])
    if panel.shows == "lines":
        return target.range()
    return target.instant().format(PromQueryFormat.TABLE if panel.shows == "table" else PromQueryFormat.TIME_SERIES)


def _lines(panel: Panel) -> timeseries.Panel:
    legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    built = timeseries.Panel().min(0).legend(legend.show_legend(True))
    if panel.red_from is None:
        return built
    return built.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED))


def _number() -> stat.Panel:
    return stat.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))


def _red_from(value: float) -> boards.ThresholdsConfig:
    steps = [Threshold(None, "green"), Threshold(value, "red")]
    return boards.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


if __name__ == "__main__":
    FILE.write_text(dashboard_text(), encoding="utf-8")
