"""`ebbwatch notify`: notices to people."""

from __future__ import annotations

from publish.notices.apprise_channel import AppriseChannel
from publish.notices.notifier import LEASE, LEASE_TTL, RENEW_BEFORE_END, Notifier
from services.outliving import Outliving
from services.parts import Parts, Work, run_process, utc_now
from store.operations.turns import Turn


def notify_work(parts: Parts) -> Work:
    """Quiet hours go by the bank's clock; the lease that picks one of several processes, by the real clock."""
    settings = parts.settings
    notifier = Notifier(
        parts.store,
        AppriseChannel(settings.schemes),
        parts.metrics,
        parts.clock,
        Turn(parts.store, LEASE, parts.owner, utc_now, ttl=LEASE_TTL, renew_before_end=RENEW_BEFORE_END),
        zone=settings.zone,
        currency=settings.base_currency,
        desk_url=settings.public_url,
    )
    for scheme in settings.schemes:
        parts.metrics.notice_failures.labels(scheme)
        parts.metrics.notices_given_up.labels(scheme)
    outliving = Outliving("notify", parts.metrics)
    return lambda stop: outliving.run(stop, lambda: notifier.run(stop, outliving.worked))


def main() -> None:
    run_process("notify", notify_work)
