"""docs/metrics.md lists the metrics that exist, and no others."""

from __future__ import annotations

import re

from telemetry.metrics import Metrics


def rows_of_the_page(root):
    page = (root / "docs/metrics.md").read_text()
    found = re.findall(r"^\| `(ebbwatch_\w+)` \| (\w+) \|([\w, ]*)\| (.+) \|$", page, re.MULTILINE)
    return {
        name: (kind, tuple(label.strip() for label in labels.split(",") if label.strip()))
        for name, kind, labels, _ in found
    }


SUFFIXES = {"counter": "_total", "info": "_info"}


def exported():
    metrics = Metrics()
    labels = {m._name: m._labelnames for m in vars(metrics).values() if hasattr(m, "_labelnames")}
    return {
        family.name + SUFFIXES.get(family.type, ""): (family.type, tuple(labels[family.name]))
        for family in metrics.registry.collect()
    }


def test_the_page_lists_exactly_the_metrics_that_exist_with_type_and_labels(root):
    assert rows_of_the_page(root) == exported()


def test_no_label_holds_a_client_or_an_account():
    labels = {label for _, names in exported().values() for label in names}
    assert not labels & {"client", "client_id", "account", "account_id", "name", "amount"}
