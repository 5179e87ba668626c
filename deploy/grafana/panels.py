"""What the dashboard of operations asks, row by row: a question, its panels, and their queries.

`$job` and `$__rate_interval` are Grafana's variables. Each query is tried against what the product exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and what a line is called: the legend's `{{label}}` is the value of that label."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`unit` by Grafana's name; `red_from`: the value from which on it is coloured. `shows`: lines over time, the
    last number, or a table of the last labels.
    """

    title: str
    text: str
    queries: tuple[Query, ...]
    unit: str = "short"
    shows: Literal["lines", "number", "table"] = "lines"
    red_from: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that answer one question, side by side."""

    question: str
    panels: tuple[Panel, ...]


def of(metric: str, *matchers: str) -> str:
    """A selector of our metric, of the jobs that are looked at."""
    matched = ", ".join(('job=~"$job"', *matchers))
    return f"ebbwatch_{metric}{{{matched}}}"


def rate(metric: str, by: str, *matchers: str) -> str:
    return f"sum by ({by}) (rate({of(metric, *matchers)}[$__rate_interval]))"


def increase(metric: str, by: str, over: str, *matchers: str) -> str:
    return f"sum by ({by}) (increase({of(metric, *matchers)}[{over}]))"


def quantile(share: float, histogram: str) -> str:
    return f"histogram_quantile({share}, {rate(f'{histogram}_bucket', 'le')})"


def since(metric: str, *by: str) -> str:
    """Seconds since the time that a gauge holds, where it holds one."""
    newest = f"max by ({', '.join(by)}) " if by else "max"
    return f"time() - {newest}({of(metric)} > 0)"


TAKES_IN = Row(
    "Does it take in what core banking sends?",
    (
        Panel(
            "Records a second",
            "All that is taken from Kafka, whatever becomes of it.",
            (Query(rate("events_total", "topic"), "{{topic}}"),),
            "cps",
        ),
        Panel(
            "What became of events",
            "Repeats are dropped; late ones amend a week that was closed.",
            (
                Query(f"sum(rate({of('events_accepted_total')}[$__rate_interval]))", "accepted"),
                Query(f"sum(rate({of('events_duplicate_total')}[$__rate_interval]))", "repeats"),
                Query(f"sum(rate({of('events_late_total')}[$__rate_interval]))", "late"),
            ),
            "cps",
        ),
        Panel(
            "Records behind",
            "Rules: EbbwatchPartitionStuck.",
            (Query(f"sum by (topic, partition) ({of('consumer_lag')})", "{{topic}} [{{partition}}]"),),
        ),
        Panel(
            "Since the last poll",
            "Of each process that consumes. Rules: EbbwatchPollStuck.",
            (Query(since("consumer_last_poll_timestamp_seconds", "instance"), "{{instance}}"),),
            "s",
            red_from=60,
        ),
        Panel(
            "Dead letters in an hour",
            "By reason; the runbook says what each means. Rules: EbbwatchDeadLetters, EbbwatchAmountImplausible.",
            (Query(f"{increase('dead_letters_total', 'reason', '1h')} > 0", "{{reason}}"),),
        ),
        Panel(
            "One checkpoint",
            "Grows with the database's trouble before anything else does. Rules: EbbwatchDatabaseSlow.",
            (
                Query(quantile(0.5, "checkpoint_seconds"), "half take less"),
                Query(quantile(0.9, "checkpoint_seconds"), "nine in ten take less"),
            ),
            "s",
            red_from=5,
        ),
    ),
)

JUDGES = Row(
    "Are weeks closed and judged?",
    (
        Panel(
            "Overdue weeks",
            "How long ago the oldest open week of a partition should have closed. Rules: EbbwatchWeekOverdue.",
            (Query(f"max by (partition) ({of('week_close_age_seconds')})", "partition {{partition}}"),),
            "s",
            red_from=6 * 3600,
        ),
        Panel(
            "Held weeks",
            "Kept back because their feed looks incomplete. Rules: EbbwatchWeekHeld.",
            (Query(f"max by (partition) ({of('held_weeks')})", "partition {{partition}}"),),
            red_from=1,
        ),
        Panel(
            "Closed and not judged",
            "Shard-weeks, as follow-up last saw them. Rules: EbbwatchDetectorStopped.",
            (Query(f"max({of('weeks_unjudged')})", "shard-weeks"),),
        ),
        Panel(
            "The oldest that is not judged",
            "Since it closed.",
            (Query(f"max({of('weeks_unjudged_oldest_age_seconds')})", "age"),),
            "s",
        ),
        Panel(
            "Judged in an hour",
            "Shard-weeks: as many as there are partitions once a week, and again for each amendment.",
            (Query(increase("weeks_judged_total", "instance", "1h"), "{{instance}}"),),
        ),
        Panel(
            "One shard-week judged",
            "Its alerts written.",
            (
                Query(quantile(0.5, "judge_seconds"), "half take less"),
                Query(quantile(0.9, "judge_seconds"), "nine in ten take less"),
            ),
            "s",
        ),
    ),
)

GOES_OUT = Row(
    "Do alerts and messages go out?",
    (
        Panel(
            "New alerts in a day",
            "Rules: EbbwatchAlertFlood, EbbwatchAlertDrought.",
            (
                Query(
                    increase("alerts_total", "grade, direction", "1d", 'state="open"'), "{{grade}}, {{direction}}"
                ),
            ),
        ),
        Panel(
            "Messages that wait",
            "Written, and not yet sent to Kafka.",
            (Query(f"max({of('outbox_depth')})", "messages"),),
        ),
        Panel(
            "The oldest message that waits",
            "Rules: EbbwatchOutboxOld.",
            (Query(f"max({of('outbox_oldest_age_seconds')})", "age"),),
            "s",
            red_from=300,
        ),
        Panel(
            "Messages in an hour",
            "Refused ones are too large for the broker, and were set aside. Rules: EbbwatchOutboxRefused.",
            (
                Query(increase("outbox_sent_total", "topic", "1h"), "sent: {{topic}}"),
                Query(f"{increase('outbox_refused_total', 'topic', '1h')} > 0", "refused: {{topic}}"),
                Query(f"sum(increase({of('outbox_failures_total')}[1h])) > 0", "failed, tried again"),
            ),
        ),
        Panel(
            "Notices in an hour",
            "To people, by the kind of their address. Rules: EbbwatchNoticesNotSent.",
            (
                Query(increase("notices_sent_total", "scheme", "1h"), "sent: {{scheme}}"),
                Query(f"{increase('notice_failures_total', 'scheme', '1h')} > 0", "failed: {{scheme}}"),
                Query(f"{increase('notices_given_up_total', 'scheme', '1h')} > 0", "given up: {{scheme}}"),
            ),
        ),
        Panel(
            "Since follow-up last looked",
            "What time alone does: waivers end, cases wake, notices are written. Rules: EbbwatchFollowUpStopped.",
            (Query(since("follow_up_last_round_timestamp_seconds"), "age"),),
            "s",
            red_from=900,
        ),
    ),
)

_FAILED = of("http_requests_total", 'status=~"5.."')

REACHED = Row(
    "Do people reach it?",
    (
        Panel(
            "Requests a second",
            "By the answer's status.",
            (Query(rate("http_requests_total", "status"), "{{status}}"),),
            "reqps",
        ),
        Panel(
            "Share of errors of ours",
            "Rules: EbbwatchHttpErrors, EbbwatchApiDown.",
            (
                Query(
                    f"(sum(rate({_FAILED}[$__rate_interval])) or vector(0))"
                    f" / sum(rate({of('http_requests_total')}[$__rate_interval]))",
                    "errors",
                ),
            ),
            "percentunit",
            red_from=0.02,
        ),
        Panel(
            "How long an answer takes",
            "All routes together.",
            (
                Query(quantile(0.5, "http_request_seconds"), "half take less"),
                Query(quantile(0.95, "http_request_seconds"), "19 in 20 take less"),
                Query(quantile(0.99, "http_request_seconds"), "99 in 100 take less"),
            ),
            "s",
        ),
        Panel(
            "The slowest routes",
            "Mean of the last quarter of an hour.",
            (
                Query(
                    f"topk(5, {increase('http_request_seconds_sum', 'method, route', '15m')}"
                    f" / ({increase('http_request_seconds_count', 'method, route', '15m')} > 0))",
                    "{{method}} {{route}}",
                ),
            ),
            "s",
        ),
        Panel(
            "Connections to the database",
            "Of each process. At the limit, requests wait for one another.",
            (
                Query(of("database_connections", 'state="in_use"'), "{{job}} {{instance}}"),
                Query(f"max({of('database_connections_limit')})", "limit"),
            ),
        ),
        Panel(
            "Outages in a day",
            "Times that a part lost its database or its broker. It waits, and goes on by itself.",
            (Query(f"{increase('outages_total', 'part, of', '1d')} > 0", "{{part}}: {{of}}"),),
        ),
    ),
)

_HAS_JUDGED = of("judged_by_info", 'policy!=""')

RUNS = Row(
    "What runs?",
    (
        Panel(
            "Processes that answer",
            "Rules: EbbwatchTargetDown.",
            (Query('sum by (job) (up{job=~"$job"})', "{{job}}"),),
            shows="number",
        ),
        Panel(
            "Since the learned score was first used",
            "Rules: EbbwatchModelOld.",
            (Query(f"time() - min({of('model_first_used_timestamp_seconds')} > 0)", "age"),),
            "s",
            "number",
            366 * 86400,
        ),
        Panel(
            "Until a certificate ends",
            "Rules: EbbwatchCertificateEnds.",
            (
                Query(
                    f"min by (certificate) ({of('certificate_end_timestamp_seconds')} > 0) - time()",
                    "{{certificate}}",
                ),
            ),
            "s",
            "number",
        ),
        Panel(
            "Memory",
            "Of each process.",
            (Query('process_resident_memory_bytes{job=~"$job"}', "{{job}} {{instance}}"),),
            "bytes",
        ),
        Panel(
            "Release and schema",
            "The schema is the one that a release was made for.",
            (Query(f"count by (job, instance, version, schema) ({of('build_info')})", ""),),
            shows="table",
        ),
        Panel(
            "Policy and model in force",
            "Of the weeks that were judged last. Rules: EbbwatchModelsDiffer.",
            (Query(f"count by (instance, policy, model) ({_HAS_JUDGED})", ""),),
            shows="table",
        ),
    ),
)

ROWS = (TAKES_IN, JUDGES, GOES_OUT, REACHED, RUNS)
