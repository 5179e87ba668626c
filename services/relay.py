"""`ebbwatch relay`: the outbox to Kafka."""

from __future__ import annotations

from publish.outbox.relay import Relay
from services.parts import Parts, Work, run_process, utc_now


def relay_work(parts: Parts) -> Work:
    """A lease says which of several relays works; leases go by the real clock, whatever the bank's."""
    return lambda stop: Relay(parts.store, parts.producer(), parts.metrics, utc_now, parts.owner).run(stop)


def main() -> None:
    run_process("relay", relay_work)
