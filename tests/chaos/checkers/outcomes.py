"""What comes of the weeks: alerts, messages, the audit trail, and what time alone does."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

from telemetry.metrics import Metrics
from tests.chaos.broker import Broker
from tests.chaos.checkers.checking import Wrong
from tests.chaos.database import Database
from tests.chaos.staff import Staff


class EpisodeChecker:
    """An alert's revisions follow each other one by one, each published once; no alert is ever gone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, int] = {}

    def check(self) -> None:
        revisions: dict[str, list[int]] = defaultdict(list)
        for alert_id, revision in self._database.rows(
            "SELECT alert_id, revision FROM alert_revision ORDER BY 1, 2"
        ):
            revisions[alert_id].append(revision)
        for alert_id, revision, grade, opened, last in self._database.rows(
            "SELECT alert_id, revision, grade, opened_week, last_week FROM alert"
        ):
            if revisions[alert_id] != list(range(1, revision + 1)):
                raise Wrong("episodes", f"{alert_id} is at {revision}, published are {revisions[alert_id]}")
            if revision < self._seen.get(alert_id, 0):
                raise Wrong("episodes", f"{alert_id} went back to revision {revision}")
            if last < opened or grade not in (1, 2):
                raise Wrong("episodes", f"{alert_id} has grade {grade}, weeks {opened} to {last}")
            self._seen[alert_id] = revision
        gone = self._seen.keys() - revisions.keys()
        if gone:
            raise Wrong("episodes", f"{sorted(gone)} are gone")

    def check_at_rest(self) -> None:
        pass


class OutboxChecker:
    """What is marked as sent has arrived; of each key things arrive first in the order of their writing."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self._database = database
        self._broker = broker
        self._first: dict[tuple[str, bytes | None, bytes | None], int] = {}  # when it arrived first
        self._read = 0

    def check(self) -> None:
        for place, arrived in enumerate(self._broker.arrived[self._read :], self._read):
            self._first.setdefault((arrived.topic, arrived.key, arrived.value), place)
        self._read = len(self._broker.arrived)
        newest: dict[tuple[str, bytes | None], int] = {}
        rows = self._database.rows("SELECT outbox_id, topic, key, value, sent_at FROM outbox ORDER BY outbox_id")
        for outbox_id, topic, key, value, sent_at in rows:
            place = self._first.get((topic, key, value))
            if place is None:
                if sent_at is not None:
                    raise Wrong("outbox", f"{outbox_id} to {topic} is marked as sent and did not arrive")
                newest[topic, key] = len(self._broker.arrived)  # nothing behind it may have arrived
            elif place < newest.get((topic, key), -1):
                raise Wrong("outbox", f"{outbox_id} to {topic} arrived before an earlier one of its key")
            else:
                newest[topic, key] = place
        written = {(topic, key, value) for _, topic, key, value, _ in rows}
        if not self._first.keys() <= written:
            raise Wrong("outbox", "something arrived that was never written")
        if len(written) != len(rows):
            raise Wrong("outbox", "the same message was written twice")

    def check_at_rest(self) -> None:
        unsent = self._database.rows("SELECT count(*) FROM outbox WHERE sent_at IS NULL OR refused IS NOT NULL")
        if unsent != [(0,)]:
            raise Wrong("outbox", f"{unsent[0][0]} messages were not sent")


class AuditChecker:
    """One row for each act that was answered, none twice, no number left out."""

    def __init__(self, database: Database, staff: Staff) -> None:
        self._database = database
        self._staff = staff

    def check(self) -> None:
        rows = self._database.rows("SELECT audit_id, key, before, after, request_id FROM audit ORDER BY audit_id")
        if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
            raise Wrong("audit", f"the numbers of {len(rows)} rows have holes")
        written = Counter(row[4] for row in rows)
        for key, count in self._staff.answered.items():
            if written[key] != count:
                raise Wrong("audit", f"{key} was answered with {count} rows, there are {written[key]}")
        unknown = written.keys() - self._staff.answered.keys() - self._staff.unanswered
        if unknown:
            raise Wrong("audit", f"nobody asked for {sorted(map(str, unknown))}")
        seen: set[tuple[str, int]] = set()
        for _, alert_id, before, after, key in rows:
            revision = json.loads(after)["revision"]
            if revision != json.loads(before)["revision"] + 1 or (alert_id, revision) in seen:
                raise Wrong("audit", f"{key} made revision {revision} of {alert_id} in another way than by one")
            seen.add((alert_id, revision))

    def check_at_rest(self) -> None:
        pass


class FollowUpChecker:
    """No step of follow-up met what it did not expect; such failures are counted and passed over there."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def check(self) -> None:
        for found in self._metrics.follow_up_failures.collect():
            failed = [sample.labels for sample in found.samples if sample.name.endswith("_total") and sample.value]
            if failed:
                raise Wrong("follow-up", f"failed: {failed}")

    def check_at_rest(self) -> None:
        pass
