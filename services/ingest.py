"""`ebbwatch ingest`: Kafka to the weekly ledger."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from acts.callers import TIME_ALONE
from acts.offset_moves import Move, move_offsets
from ingest.consumer import Consumer, Lane, Pace
from ingest.folding.closing import ClosingRules
from ingest.kafka.client_choice import open_source
from ingest.kafka.source import KafkaConfig
from ingest.kafka.watchdog import Watchdog, WatchedSource
from ingest.lanes.activity_lane import ActivityLane
from ingest.lanes.rate_book import RateBook
from ingest.lanes.reference_lane import ClientMaster, Rates, ReferenceLane
from ingest.lanes.standing import LogQuestions, Standing, find_standing
from schemas.errors import LostPartition, OffsetGone, TopicChanged
from schemas.events import TOPIC_ACTIVITY, TOPIC_CLIENTS, TOPIC_RATES
from schemas.money import minor_digits
from services.acting import performer_of
from services.outliving import Outliving
from services.parts import Parts, Work, run_process, utc_now
from services.settings import Settings
from store.clients.client_master import HomeTaken
from store.ledger import offsets

REFERENCE = (TOPIC_CLIENTS, TOPIC_RATES)
TOPICS = (TOPIC_ACTIVITY, *REFERENCE)
AGAIN_S = 2.0  # between sessions after a failure that may pass

log = logging.getLogger(__name__)


def kafka_config(parts: Parts) -> KafkaConfig:
    settings = parts.settings
    return KafkaConfig(
        bootstrap=settings.kafka_bootstrap,
        group_id=settings.kafka_group,
        client_id=f"ebbwatch-ingest-{os.getpid()}",
        session_timeout_s=settings.kafka_session_timeout_s,
        security=settings.kafka_security,
    )


def closing_rules(settings: Settings) -> ClosingRules:
    return ClosingRules(
        allowed_lateness_s=int(settings.allowed_lateness_hours * 3600),
        witnesses=settings.watermark_witnesses,
        correction_weeks=settings.correction_weeks,
        idle_grace_s=settings.idle_grace_minutes * 60,
        branch_hold_share=settings.branch_hold_share,
        branch_hold_min_events=settings.branch_hold_min_events,
        no_rate_hold_share=settings.no_rate_hold_share,
    )


class Lanes:
    """Opens the lane of an assigned partition where the database stands."""

    def __init__(self, parts: Parts, source: LogQuestions, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._source = source
        self._stopwatch = stopwatch
        self._rules = closing_rules(parts.settings)
        self._rates = RateBook(parts.store, stopwatch)

    def open(self, topic: str, partition: int) -> Lane:
        """Raises TopicChanged where the stored offset is of another topic, or outside the log: a person decides. A
        reference topic is read again from its start.
        """
        topic_id = self._checked(topic, partition)
        store, metrics = self._parts.store, self._parts.metrics
        if topic == TOPIC_ACTIVITY:
            settings = self._parts.settings
            return ActivityLane(
                store,
                topic,
                topic_id,
                partition,
                self._rules,
                self._parts.calendar,
                settings.base_currency,
                self._rates.find,
                timedelta(hours=settings.future_tolerance_hours),
                settings.largest_amount * 10 ** minor_digits(settings.base_currency),
                self._parts.clock,
                metrics,
                self._stopwatch,
            )
        reference = ClientMaster() if topic == TOPIC_CLIENTS else Rates(self._parts.settings.base_currency)
        return ReferenceLane(store, topic, topic_id, partition, reference, metrics, self._stopwatch)

    def _checked(self, topic: str, partition: int) -> str:
        with self._parts.store.read() as tx:
            stored = offsets.load_offsets(tx, topic).get(partition)
        standing = find_standing(self._source, topic, partition, stored)
        if standing.trouble is not None:
            if topic not in REFERENCE:
                raise TopicChanged(f'{standing.trouble}; see docs/runbook.md, "The topic is not the one we know"')
            self._begin_again(standing, standing.trouble)
        return standing.topic_id

    def _begin_again(self, standing: Standing, trouble: str) -> None:
        """Of a compacted topic the newest record of each key holds, however often it is read."""
        moves = [Move(standing.topic, standing.partition, standing.topic_id, standing.start)]
        performer_of(self._parts).perform(TIME_ALONE, lambda context: move_offsets(context, moves, trouble))
        self._parts.metrics.topics_read_again.labels(standing.topic).inc()
        log.warning(
            "read again from the start",
            extra={"topic": standing.topic, "partition": standing.partition, "reason": trouble},
        )


def ingest_work(parts: Parts) -> Work:
    """One session after the other: what may pass ends a session, and the next starts from the last checkpoint."""
    pace = Pace(parts.settings.checkpoint_seconds, parts.settings.checkpoint_events)
    outliving = Outliving("ingest", parts.metrics)

    def session(stop: Event) -> None:
        watchdog = Watchdog()
        watchdog.start()
        opened = open_source(parts.settings.kafka_client, kafka_config(parts), parts.metrics)
        source = WatchedSource(opened, watchdog)
        lanes = Lanes(parts, source)
        Consumer(source, lanes.open, REFERENCE, pace, parts.metrics, utc_now).run(TOPICS, stop, outliving.worked)

    def work(stop: Event) -> None:
        while not stop.is_set():
            began = time.monotonic()
            try:
                outliving.run(stop, lambda: session(stop))
            except (LostPartition, HomeTaken, OffsetGone) as passing:
                log.warning("session ended", extra={"reason": str(passing)})
            stop.wait(max(0.0, AGAIN_S - (time.monotonic() - began)))

    return work


def main() -> None:
    run_process("ingest", ingest_work)
