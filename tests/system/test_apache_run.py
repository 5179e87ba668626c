"""The separate processes on Apache Kafka: from the simulated bank's topic to an acknowledged alert's message."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.messages import TOPIC_ALERTS
from store.unit_of_work import Store
from tests.kafka.reading import APACHE_SESSION_S, Broker
from tests.system.product import Product
from tests.system.published_topic import read_up_to

SERVICES = ("ingest", "detect", "relay", "follow-up", "notify", "api")
CLIENTS, WEEKS = 120, 80

pytestmark = [pytest.mark.apache, pytest.mark.timeout(240)]
on_postgres = pytest.mark.postgres
later = pytest.mark.slow


def settings(bootstrap: str, client: str, store: Store) -> dict[str, str]:
    return {
        "EBBWATCH_KAFKA_BOOTSTRAP": bootstrap,
        "EBBWATCH_KAFKA_CLIENT": client,
        "EBBWATCH_KAFKA_SESSION_TIMEOUT_S": str(APACHE_SESSION_S),
        "EBBWATCH_DATABASE_URL": store.engine.url.render_as_string(hide_password=False),
        "EBBWATCH_ALERTS_FROM": "2010-W01",  # alerts from the first weeks on, not only when all is judged
        "EBBWATCH_SIMULATED_CLIENTS": str(CLIENTS),
        "EBBWATCH_CHECKPOINT_SECONDS": "0.5",
    }


@pytest.mark.parametrize(
    ("client", "store"),
    [
        ("kafka-python", "sqlite"),
        pytest.param("confluent", "sqlite", marks=later),
        pytest.param("kafka-python", "postgresql", marks=[on_postgres, later]),
        pytest.param("confluent", "postgresql", marks=[on_postgres, later]),
    ],
    indirect=["store"],
)
def test_from_a_topic_to_an_acknowledged_alert(
    apache_alone: str, client: str, store: Store, tmp_path: Path
) -> None:
    """1. Publish. 2. Start the processes. 3. Acknowledge. 4. Its message. 5. All is well. 6. Stop them."""
    with Product(tmp_path / "data", settings(apache_alone, client, store)) as product:
        sent = product.run("simulate", "--weeks", str(WEEKS), "--no-live")
        assert sent.returncode == 0, sent.stderr
        for service in SERVICES:
            product.start(service)
        alert = product.wait_until("an acknowledged alert", product.acknowledge_one)
        message = read_up_to(
            Broker(apache_alone, APACHE_SESSION_S),
            TOPIC_ALERTS,
            alert_id=alert["alert_id"],
            revision=alert["revision"],
        )
        assert (message["state"], message["client_id"]) == ("acknowledged", alert["client_id"])
        checked = product.run("doctor")
        failed = [line for line in checked.stdout.splitlines() if not line.startswith("ok  ")]
        on_sqlite = store.engine.dialect.name == "sqlite"
        assert [line[:10] for line in failed] == ([] if on_sqlite else ["FAIL keys:"]), checked.stdout
        assert checked.returncode == (0 if on_sqlite else 1)
        assert [product.interrupt(service) for service in SERVICES] == [0] * len(SERVICES)
        for service in SERVICES:
            assert '"level":"error"' not in product.said(service)
