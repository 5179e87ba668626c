"""When the certificates end that this process speaks to Kafka with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from services.settings import Settings
from telemetry.metrics import KAFKA_CA, KAFKA_CLIENT


def find_ends(settings: Settings) -> Mapping[str, datetime]:
    """Certificate -> its end, of those that are set. A file of several authorities ends with the last of them; of a
    client's chain its own certificate counts, which comes first.

    Fails open: a file that cannot be read is missing here, and Kafka's client and `doctor` say why.
    """
    authorities = _ends_in(settings.kafka_ssl_cafile)
    chain = _ends_in(settings.kafka_ssl_certfile)
    return {
        **({KAFKA_CA: max(authorities)} if authorities else {}),
        **({KAFKA_CLIENT: chain[0]} if chain else {}),
    }


def _ends_in(file: Path | None) -> list[datetime]:
    if file is None:
        return []
    from cryptography import x509  # here, since a process without certificates has no need of it

    try:
        return [each.not_valid_after_utc for each in x509.load_pem_x509_certificates(file.read_bytes())]
    except (OSError, ValueError):
        return []
