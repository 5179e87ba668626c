"""What a PromQL expression names, beside what there is."""

from __future__ import annotations

from collections.abc import Mapping

import promql_parser as parser

Series = Mapping[str, frozenset[str]]


def find_unknown(expr: str, series: Series) -> list[str]:
    """Metrics of the expression that are not exported, and labels that theirs do not have. Raises ValueError for
    what is no PromQL.
    """
    unknown: list[str] = []

    def look(node: parser.Expr) -> None:
        if isinstance(node, parser.VectorSelector):
            if node.name not in series:
                unknown.append(str(node.name))
            elif missing := {each.name for each in node.matchers.matchers} - series[node.name]:
                unknown.extend(f"{node.name}: {label}" for label in sorted(missing))
        if isinstance(node, parser.AggregateExpr) and node.modifier is not None:
            missing = set(node.modifier.labels) - labels_of(node.expr, series)
            unknown.extend(f"by: {label}" for label in sorted(missing))

    parser.walk(parser.parse(expr), look)
    return unknown


def labels_of(node: parser.Expr, series: Series) -> frozenset[str]:
    """Labels that the result of an expression has."""
    match node:
        case parser.VectorSelector():
            return series.get(str(node.name), frozenset())
        case parser.MatrixSelector():
            return labels_of(node.vector_selector, series)
        case parser.AggregateExpr() if node.modifier is not None:
            return frozenset(node.modifier.labels)
        case parser.AggregateExpr():  # topk keeps them, sum does not
            return labels_of(node.expr, series) if node.param is not None else frozenset()
        case parser.BinaryExpr():
            return labels_of(node.lhs, series) | labels_of(node.rhs, series)
        case parser.Call():
            return frozenset().union(*(labels_of(each, series) for each in node.args))
        case parser.ParenExpr():
            return labels_of(node.expr, series)
    return frozenset()
