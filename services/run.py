"""`ebbwatch run`: every service in one process, with the embedded broker and the simulated bank if asked."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from threading import Event

from acts.performing import Performer
from acts.roles import Role
from acts.sign_in.local_key import LocalKey, issue_token
from casework.alerts.history import NewsRule
from feeds.simulated_bank import SimulatedBank
from schemas.weeks import WeekCalendar, format_week
from services.api import api_work
from services.bank_rules import bank_of
from services.detect import detect_work
from services.follow_up.process import follow_up_work
from services.ingest import ingest_work
from services.notify import notify_work
from services.outliving import Outliving
from services.parts import Parts, Work, begin_or_require_basis, open_parts, upgrade_schema, utc_now
from services.relay import relay_work
from services.settings import Settings, load_settings
from services.sign_in.demo_accounts import demo_lines
from services.simulate import publish
from services.simulation.bank import BankClock, falling_branch, open_bank, publish_clients
from services.simulation.embedded_broker import EmbeddedBroker
from services.simulation.kept_broker import KeptBroker
from services.simulation.live_table import show
from services.simulation.senders import ResumedSender, topics
from services.simulation.staff import staff_work
from services.supervisor import Supervisor
from store.ledger import offsets, shards
from store.operations.overview import Overview, load_overview
from telemetry.logs import log_to

TOKEN_HOURS = 12
LOOK_S = 0.2  # between two looks at whether to stop
EMBEDDED_SESSION_S = 6.0  # the embedded broker lets a member join after about half of this


PARTS: tuple[tuple[str, Callable[[Parts], Work]], ...] = (
    ("api", api_work),
    ("relay", relay_work),
    ("follow-up", follow_up_work),
    ("notify", notify_work),
    ("detect", detect_work),
    ("ingest", ingest_work),
)


def run_all(*, embedded: bool, simulate: bool) -> None:
    """1. Broker. 2. Schema. 3. Topics. 4. Services and the bank. 5. The live table. 6. A signal: stop all.

    A part that fails is started again, and ends none of the others; so is the embedded broker.
    """
    settings = load_settings()
    with ExitStack() as stack:
        broker = EmbeddedBroker(settings.embedded_kafka_port, settings.data_dir / "broker.log")
        if embedded:
            stack.enter_context(broker)
            settings = _with_broker(settings, broker)
        if simulate:
            settings = _with_news(settings)
        clock = BankClock(WeekCalendar(settings.zone)) if simulate else None
        parts = open_parts(settings, clock or utc_now)
        log_to(str(settings.data_dir / "ebbwatch.log"), settings.log_level)
        supervisor, ingest_made = Supervisor(), Event()
        if embedded:
            of_broker = ("ingest", "bank") if simulate else ("ingest",)
            stack.enter_context(KeptBroker(broker, lambda: _go_on(parts, supervisor, of_broker, ingest_made)))
        else:
            ingest_made.set()
        stack.enter_context(supervisor)
        outliving = Outliving("run", parts.metrics)
        outliving.run(supervisor.stop, lambda: _make_ready(parts, embedded=embedded))
        if supervisor.stop.is_set():
            return
        for name, work_of in PARTS:
            make = partial(_ingest_of_embedded, ingest_made) if embedded and name == "ingest" else work_of
            supervisor.keep(name, partial(make, parts))
        if clock is not None:
            this_week = parts.calendar.week_at(utc_now())
            bank = open_bank(parts, this_week - settings.simulated_history_weeks)
            supervisor.keep("bank", lambda: partial(_publish, parts, bank, clock, ingest_made))
            supervisor.keep("staff", lambda: staff_work(_performer(parts), this_week - 1))
            _greet(parts, falling_branch(bank, bank.first_week + settings.simulated_history_weeks))
        else:
            _greet(parts, None)
        _show_until_stopped(parts, supervisor.stop, outliving)
        sys.stdout.write("stopping\n")


def _with_broker(settings: Settings, broker: EmbeddedBroker) -> Settings:
    return settings.model_copy(
        update={"kafka_bootstrap": broker.bootstrap, "kafka_session_timeout_s": EMBEDDED_SESSION_S}
    )


def _with_news(settings: Settings) -> Settings:
    """The simulated bank's past is history by the world's clock: its own runs on while weeks wait to be judged."""
    this_week = WeekCalendar(settings.zone).week_at(utc_now())
    first = NewsRule(settings.first_news_week).begins(this_week)
    return settings.model_copy(update={"alerts_from": format_week(first)})


def _make_ready(parts: Parts, *, embedded: bool) -> None:
    upgrade_schema(parts.store)
    begin_or_require_basis(parts)
    if embedded:
        _begin_incarnation(parts)


def _begin_incarnation(parts: Parts) -> None:
    """The embedded broker forgot its topics when it stopped: what the store knows of offsets is of older ones."""
    ids = topics(parts)
    with parts.store.write() as tx:
        for topic, topic_id in ids.items():
            offsets.start_incarnation(tx, topic, topic_id)


def _ingest_of_embedded(made: Event, parts: Parts) -> Work:
    """A last checkpoint of the topics that are gone may have come after `_go_on`: what it left is of them too."""
    _begin_incarnation(parts)
    made.set()
    return ingest_work(parts)


def _go_on(parts: Parts, supervisor: Supervisor, of_broker: Iterable[str], ingest_made: Event) -> None:
    """After the embedded broker was started again: what it forgot is published, and read, again."""
    ingest_made.clear()
    _begin_incarnation(parts)
    for name in of_broker:
        supervisor.start_again(name)


def _publish(parts: Parts, bank: SimulatedBank, clock: BankClock, ingest_made: Event, stop: Event) -> None:
    """Goes on where each shard stands: what the broker had and ingest had not is published again.

    The shards are asked when `ingest_made` is set: no ingest of before has a last word any more then.
    """
    while not ingest_made.wait(LOOK_S):
        if stop.is_set():
            return
    this_week = parts.calendar.week_at(utc_now())
    with parts.store.read() as tx:
        stands = shards.load_next_to_close(tx)
    furthest_back = [stands.get(number, bank.first_week) for number in range(parts.settings.simulated_partitions)]
    first = max(bank.first_week, min(furthest_back))
    clock.reached(max(furthest_back) - 1)
    history = range(first, max(this_week, first))
    sender = ResumedSender(parts.producer(), stands)

    def reached(week: int) -> None:
        sender.week = week
        clock.reached(week)

    try:
        publish_clients(bank, sender, history.start)
        live = itertools.count(history.stop)
        publish(bank, sender, history, live, parts.settings.simulated_week_seconds, stop, reached)
    finally:
        sender.close()


def _performer(parts: Parts) -> Performer:
    """For what the simulated bank's people do."""
    return Performer(parts.store, bank_of(parts.settings, parts.calendar), parts.clock)


def _show_until_stopped(parts: Parts, stop: Event, outliving: Outliving) -> None:
    def read() -> Overview:
        with parts.store.read() as tx:
            found = load_overview(tx)
        outliving.worked()
        return found

    outliving.run(stop, lambda: show(read, parts.settings.base_currency, stop))


def _greet(parts: Parts, simulated_branch: str | None) -> None:
    """`simulated_branch`: whose people may sign in, where the bank is simulated."""
    settings = parts.settings
    address = f"http://{settings.http_host}:{settings.http_port}"
    lines = [f"Ebbwatch at {address} (documentation {address}/docs), data in {settings.data_dir.absolute()}"]
    if simulated_branch is not None:
        lines += demo_lines(parts, address, simulated_branch)
    if simulated_branch is not None and not settings.jwks_url:
        key = LocalKey(settings.data_dir)
        token = issue_token(key, os.environ.get("USER", "you"), Role.APPROVER, None, timedelta(hours=TOKEN_HOURS))
        lines += [
            f"Token of an approver, who sees every branch ({TOKEN_HOURS} hours):",
            token,
            f'Try: curl -H "Authorization: Bearer $TOKEN" "{address}/api/v1/alerts?grade=alarm&limit=3"',
        ]
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()
