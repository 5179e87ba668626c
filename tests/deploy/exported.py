"""What Prometheus sees of the product: every series that is exported, by the code that exports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.parser import text_string_to_metric_families

from schemas.events import TOPIC_ACTIVITY
from store.unit_of_work import PoolUse
from telemetry.metrics import Metrics

_OF_A_SCRAPE = {"job": "ebbwatch-api", "instance": "a"}  # what Prometheus adds
_EXAMPLES = {
    "topic": TOPIC_ACTIVITY,
    "partition": "0",
    "method": "GET",
    "route": "/api/v1/alerts",
    "status": "500",
    "step": "round",
    "kind": "new_alarm",
    "scheme": "mailto",
}


def exercised() -> Metrics:
    """Every metric has said something: labels that nobody can know before have the value of an example."""
    metrics = Metrics()
    metrics.describe_process("0001")
    metrics.watch_pool(lambda: PoolUse(1, 2, 20))
    metrics.judged_by("p-1", "m-1")
    for metric in vars(metrics).values():
        if set(names := getattr(metric, "_labelnames", ())) & set(_EXAMPLES):
            metric.labels(*(_EXAMPLES[name] for name in names))
    return metrics


def samples() -> Iterator[tuple[str, Mapping[str, str], bool]]:
    """Name and labels of each series as it is scraped, and whether it counts up."""
    for family in text_string_to_metric_families(exercised().exposition()[0].decode()):
        for sample in family.samples:
            yield sample.name, {**sample.labels, **_OF_A_SCRAPE}, family.type in {"counter", "histogram"}
    yield "up", _OF_A_SCRAPE, False


def series() -> dict[str, frozenset[str]]:
    """Name of each series -> names of its labels."""
    found: dict[str, frozenset[str]] = {}
    for name, labels, _ in samples():
        found[name] = found.get(name, frozenset()) | labels.keys()
    return found
