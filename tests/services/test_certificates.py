"""Prometheus is told when the certificates end that a process was started with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.parts import open_parts
from services.settings import Settings
from tests.kafka.tls_proxy import make_certificate

IN_A_DAY = datetime.now(UTC) + timedelta(days=1)


def end_of(certificate: str, settings: Settings) -> float | None:
    parts = open_parts(settings)
    parts.store.close()
    name = "ebbwatch_certificate_end_timestamp_seconds"
    return parts.metrics.registry.get_sample_value(name, {"certificate": certificate})


def ends(data_dir: Path, ca: Path | None, client: Path | None) -> list[float | None]:
    settings = Settings(data_dir=data_dir, kafka_ssl_cafile=ca, kafka_ssl_certfile=client)
    return [end_of(certificate, settings) for certificate in ("kafka_ca", "kafka_client")]


def test_none_is_set(tmp_path: Path) -> None:
    assert ends(tmp_path, None, None) == [0, 0]


def test_of_a_chain_the_clients_own_counts_and_of_authorities_the_last(tmp_path: Path) -> None:
    soon = make_certificate(tmp_path, "soon", IN_A_DAY).certificate
    late = make_certificate(tmp_path, "late", IN_A_DAY + timedelta(days=300)).certificate
    both = tmp_path / "both.pem"
    both.write_bytes(soon.read_bytes() + late.read_bytes())
    in_300_days = pytest.approx((IN_A_DAY + timedelta(days=300)).timestamp(), abs=1)
    assert ends(tmp_path, both, both) == [in_300_days, pytest.approx(IN_A_DAY.timestamp(), abs=1)]


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_that_cannot_be_read_keeps_no_process_from_starting(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "bad.pem"
    if content is not None:
        file.write_bytes(content)
    assert ends(tmp_path, file, file) == [0, 0]
