"""`ebbwatch relay`: the outbox to Kafka."""

from __future__ import annotations

from threading import Event

from publish.outbox.relay import Relay
from services.outliving import Outliving
from services.parts import Parts, Work, run_process, utc_now


def relay_work(parts: Parts) -> Work:
    """A lease says which of several relays works; leases go by the real clock, whatever the bank's."""
    outliving = Outliving("relay", parts.metrics)

    def work(stop: Event) -> None:
        relay = Relay(parts.store, parts.producer(), parts.metrics, utc_now, parts.owner)
        outliving.run(stop, lambda: relay.run(stop, outliving.worked))

    return work


def main() -> None:
    run_process("relay", relay_work)
