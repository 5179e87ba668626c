"""Every metric, in one place, on a registry that is handed in. Described for operators in docs/metrics.md.

A label whose values are known has them all from the start, at zero: what Prometheus sees for the first time at 800
has not increased.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import product
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.messages import TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_REMEDIES
from schemas.vocabulary import AlertState, DeadLetterReason, DirectionName, GradeName
from store.unit_of_work import PoolUse

KAFKA_CA, KAFKA_CLIENT = "kafka_ca", "kafka_client"  # certificates
_TOPICS_OUT = (TOPIC_ALERTS, TOPIC_REMEDIES, TOPIC_DEAD_LETTERS)
_PARTS, _OUTAGES_OF = ("ingest", "detect", "relay", "follow-up", "notify", "api", "run"), ("database", "broker")
_CONNECTIONS = ("in_use", "idle")
_CHECKPOINT_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """All metrics of one process. Rooms get it as an argument and count on its attributes."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        r = self.registry

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"ebbwatch_{name}", text, labels, registry=r)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"ebbwatch_{name}", text, labels, registry=r)

        def histogram(name: str, text: str, buckets: Sequence[float], *labels: str) -> Histogram:
            return Histogram(f"ebbwatch_{name}", text, labels, buckets=buckets, registry=r)

        self.events = counter("events", "Records taken from a topic.", "topic", "partition")
        self.accepted = counter("events_accepted", "Events folded into the ledger.", "partition")
        self.duplicates = counter("events_duplicate", "Events dropped as repeats.", "partition")
        self.late = counter("events_late", "Events that amended a closed week.", "partition")
        self.dead_letters = counter("dead_letters", "Records not taken in.", "reason")
        self.topics_read_again = counter(
            "topics_read_again", "Partitions of reference topics begun again from their start.", "topic"
        )
        self.position = gauge("consumer_position", "Next offset to be read.", "topic", "partition")
        self.lag = gauge("consumer_lag", "Records behind the end of the partition.", "topic", "partition")
        self.last_poll_s = gauge("consumer_last_poll_timestamp_seconds", "When poll last returned.")
        self.commit_failures = counter(
            "consumer_commit_failures", "Offsets that Kafka was not told (displays only)."
        )
        self.checkpoint_s = histogram("checkpoint_seconds", "One checkpoint transaction.", _CHECKPOINT_S)
        self.open_weeks = gauge("open_weeks", "Weeks open for events.", "partition")
        self.held_weeks = gauge("held_weeks", "Weeks held back from judgement.", "partition")
        self.week_close_age_s = gauge(
            "week_close_age_seconds",
            "Time since the oldest open week should have closed; 0 when none is due.",
            "partition",
        )
        self.weeks_unjudged = gauge("weeks_unjudged", "Closed shard-weeks that could be judged and are not.")
        self.unjudged_age_s = gauge("weeks_unjudged_oldest_age_seconds", "Time since the oldest of them closed.")
        self.weeks_judged = counter("weeks_judged", "Shard-weeks the detector has judged.")
        self.judge_s = histogram("judge_seconds", "One shard-week judged.", _CHECKPOINT_S)
        self.verdicts = counter("verdicts", "Client-weeks that passed a preset.", "direction", "grade")
        self.alerts = counter("alerts", "Alert revisions written.", "direction", "grade", "state")
        self.outbox_depth = gauge("outbox_depth", "Messages written and not yet sent.")
        self.outbox_age_s = gauge("outbox_oldest_age_seconds", "Age of the oldest message not yet sent.")
        self.relayed = counter("outbox_sent", "Messages sent to Kafka.", "topic")
        self.relay_failures = counter("outbox_failures", "Sends that failed and will be tried again.")
        self.refused = counter("outbox_refused", "Messages set aside: too large for the broker.", "topic")
        self.notices_sent = counter("notices_sent", "Notices that reached their channel.", "kind", "scheme")
        self.notice_failures = counter("notice_failures", "Sends of notices that failed.", "scheme")
        self.notices_given_up = counter("notices_given_up", "Notices that will not be sent.", "scheme")
        self.notices_waiting = gauge("notices_waiting", "Notices that could be sent now and are not.")
        self.notices_oldest_s = gauge("notices_oldest_age_seconds", "Time since the oldest could have been sent.")
        self.follow_up_done = counter("follow_up_done", "What time alone has changed or told.", "step")
        self.follow_up_failures = counter("follow_up_failures", "Steps of follow-up that failed.", "step")
        self.follow_up_last_s = gauge("follow_up_last_round_timestamp_seconds", "When follow-up last looked.")
        self.outages = counter("outages", "Times that a part lost what it depends on.", "part", "of")
        self.requests = counter("http_requests", "HTTP requests answered.", "method", "route", "status")
        self.request_s = histogram("http_request_seconds", "HTTP request time.", _REQUEST_S, "method", "route")
        self.connections = gauge("database_connections", "Connections of the pool to the database.", "state")
        self.connections_limit = gauge("database_connections_limit", "The most that the pool opens.")
        self.certificate_end_s = gauge(
            "certificate_end_timestamp_seconds", "When a certificate of this process ends.", "certificate"
        )
        self.model_first_used_s = gauge(
            "model_first_used_timestamp_seconds", "When the learned score in use was first used here."
        )
        self.build = Info("ebbwatch_build", "The release, and the schema that it was made for.", registry=r)
        self.in_force = Info("ebbwatch_judged_by", "Policy and model by which weeks are judged.", registry=r)
        self._begin_at_zero()

    def describe_process(self, schema: str) -> None:
        """What runs here: release and schema; memory, processor time and open files of the process."""
        self.build.info({"version": version("ebbwatch"), "schema": schema})
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def watch_pool(self, pool_use: Callable[[], PoolUse]) -> None:
        """The pool is asked whenever Prometheus asks."""
        self.connections.labels("in_use").set_function(lambda: pool_use().in_use)
        self.connections.labels("idle").set_function(lambda: pool_use().idle)
        self.connections_limit.set_function(lambda: pool_use().limit)

    def judged_by(self, policy: str, model: str) -> None:
        """The policy and the model of the week that was judged last; `none` where presets alone judge."""
        self.in_force.info({"policy": policy, "model": model})

    def _begin_at_zero(self) -> None:
        for reason in get_args(DeadLetterReason):
            self.dead_letters.labels(reason)
        for direction, grade in product(get_args(DirectionName), get_args(GradeName)):
            self.verdicts.labels(direction, grade)
            for state in get_args(AlertState):
                self.alerts.labels(direction, grade, state)
        for topic in (TOPIC_CLIENTS, TOPIC_RATES):
            self.topics_read_again.labels(topic)
        for topic in _TOPICS_OUT:
            self.relayed.labels(topic)
            self.refused.labels(topic)
        for part, of in product(_PARTS, _OUTAGES_OF):
            self.outages.labels(part, of)
        for certificate in (KAFKA_CA, KAFKA_CLIENT):
            self.certificate_end_s.labels(certificate)
        for state in _CONNECTIONS:
            self.connections.labels(state)

    def exposition(self) -> tuple[bytes, str]:
        """The text to scrape, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def forget_partition(self, topic: str, partition: int) -> None:
        """Another process shows it from now on: what stood here would stand for ever."""
        for shown in (self.position, self.lag):
            shown.remove_by_labels({"topic": topic, "partition": str(partition)})
        for shown in (self.open_weeks, self.held_weeks, self.week_close_age_s):
            if topic == TOPIC_ACTIVITY:
                shown.remove_by_labels({"partition": str(partition)})

    def serve(self, host: str, port: int) -> None:
        """Answer scrapes on a port of its own, in a daemon thread: for processes without an API."""
        start_http_server(port, addr=host, registry=self.registry)
