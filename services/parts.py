"""What every process is made of, from the settings: the one place that knows which part is which."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from publish.kafka.client_choice import open_producer
from publish.kafka.producer import Producer
from schemas.errors import BadSetting, DatabaseAway
from schemas.kafka_connection import KafkaConnection
from schemas.weeks import WeekCalendar
from services import certificates
from services.outliving import Outliving
from services.settings import Settings, load_settings
from services.supervisor import Supervisor
from store import schema
from store.operations import bank_basis
from store.unit_of_work import Store, is_transient, open_store
from telemetry.logs import log_to
from telemetry.metrics import Metrics

Clock = Callable[[], datetime]
Work = Callable[[Event], None]

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The clock of every process that has no simulated bank in it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """Handed to each service. `clock` may run with the simulated bank; `metrics` are this process's own."""

    settings: Settings
    store: Store
    calendar: WeekCalendar
    metrics: Metrics
    clock: Clock = utc_now

    @property
    def kafka(self) -> KafkaConnection:
        return KafkaConnection(self.settings.kafka_bootstrap, "ebbwatch", self.settings.kafka_security)

    def producer(self) -> Producer:
        """A producer of its own for each thread: they are not shared."""
        return open_producer(self.settings.kafka_client, self.kafka)

    @property
    def owner(self) -> str:
        """A name in leases that no other process has: two containers may share a host name and a process id."""
        return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def open_parts(settings: Settings, clock: Clock = utc_now) -> Parts:
    """Connects to nothing yet, but makes the data folder. Raises BadSetting."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"EBBWATCH_DATA_DIR: {settings.data_dir}: {error.strerror}") from None
    metrics = Metrics()
    metrics.describe_process(schema.newest_revision())
    for certificate, end in certificates.find_ends(settings).items():
        metrics.certificate_end_s.labels(certificate).set(end.timestamp())
    store = open_store(settings.database)
    metrics.watch_pool(store.pool_use)
    return Parts(settings, store, WeekCalendar(settings.zone), metrics, clock)


def run_process(name: str, work_of: Callable[[Parts], Work]) -> None:
    """One service on its own: settings, logs, metrics, database, then work until a signal. It waits for a database
    that cannot be reached. Raises BadSetting.
    """
    settings = load_settings()
    log_to(level=settings.log_level)
    parts = open_parts(settings)
    _serve_metrics(parts)

    def start() -> None:
        require_schema(parts.store)
        begin_or_require_basis(parts)
        log.info("starting", extra={"service": name, "kafka": settings.kafka_bootstrap})
        supervisor.start(name, work_of(parts))

    with Supervisor() as supervisor:
        Outliving(name, parts.metrics).run(supervisor.stop, start)
        supervisor.wait()
    log.info("stopped", extra={"service": name})


def require_schema(store: Store) -> str:
    """The schema's revision. Raises BadSetting unless the database can be reached (for now: DatabaseAway) and has a
    schema that this code can work with.
    """
    with _naming_the_database():
        return schema.check_schema(store)


def require_basis(parts: Parts) -> None:
    """Raises BadSetting where base currency or time zone are not those that the database was begun with."""
    basis = _basis(parts.settings)
    with parts.store.read() as tx:
        differing = bank_basis.find_differing(tx, basis)
    for name, value in differing.items():
        raise BadSetting(
            f"{name}: {basis[name]}, but what is in the database was kept with {value}; set that, or use another "
            "database"
        )


def require_database(parts: Parts) -> None:
    """Of commands: a schema that serves this release, and the same basis. Raises BadSetting."""
    require_schema(parts.store)
    require_basis(parts)


def begin_or_require_basis(parts: Parts) -> None:
    """The first process on a database notes what it is begun with; all others are held to it. Raises BadSetting."""
    parts.store.transact(lambda tx: bank_basis.begin_with(tx, _basis(parts.settings)))
    require_basis(parts)


def _basis(settings: Settings) -> dict[str, str]:
    return {"EBBWATCH_BASE_CURRENCY": settings.base_currency, "EBBWATCH_TIME_ZONE": settings.zone.key}


def upgrade_schema(store: Store) -> str:
    """Bring the database to the newest schema; safe to do again, and by two at once. Its revision. Raises
    BadSetting, and DatabaseAway where the database cannot be reached for now.
    """
    with _naming_the_database():
        schema.upgrade_schema(store)
        return schema.check_schema(store)


def downgrade_schema(store: Store, revision: str) -> None:
    """Back to an older schema. Raises as `upgrade_schema` does."""
    with _naming_the_database():
        schema.downgrade_schema(store, revision)


@contextmanager
def _naming_the_database() -> Iterator[None]:
    """Whatever goes wrong inside is for whoever set the address to mend."""
    try:
        yield
    except schema.SchemaUnfit as error:
        raise BadSetting(f"EBBWATCH_DATABASE_URL: {error}") from None
    except Exception as error:
        found = str(error).splitlines()[0]
        kind = DatabaseAway if is_transient(error) else BadSetting
        raise kind(f"EBBWATCH_DATABASE_URL: {found}; is it up, and is that its address?") from error


def _serve_metrics(parts: Parts) -> None:
    host, port = parts.settings.http_host, parts.settings.metrics_port
    if not port:
        return
    try:
        parts.metrics.serve(host, port)
    except OSError as error:
        raise BadSetting(f"EBBWATCH_METRICS_PORT: port {port} on {host} cannot be had ({error.strerror})") from None
