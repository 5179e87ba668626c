"""The setting that keeps brokers from answering is named: address, protocol, certificates, mechanism."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from ingest.kafka.broker_probe import probe_brokers
from schemas.errors import BadSetting
from schemas.kafka_connection import KafkaConnection
from services.simulation.embedded_broker import EmbeddedBroker
from tests.brokers import SaslBroker
from tests.kafka.tls_proxy import HOST, Certificate, make_certificate, tls_before

SASL = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": "ebbwatch", "sasl_plain_password": "secret"}
ANSWER_WITHIN_S = 1.0


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    with EmbeddedBroker(0) as started:
        yield started.port


@pytest.fixture
def own(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path, "broker")


@pytest.fixture
def other(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path, "other")


@pytest.fixture
def encrypted(plain: int, own: Certificate) -> Iterator[int]:
    with tls_before(plain, own) as port:
        yield port


@pytest.fixture
def silent() -> Iterator[int]:
    """Something that accepts connections and never answers."""
    with socket.create_server((HOST, 0)) as listening:
        yield listening.getsockname()[1]


def probe(bootstrap: str | int, protocol: str = "PLAINTEXT", **security: object) -> str:
    address = bootstrap if isinstance(bootstrap, str) else f"{HOST}:{bootstrap}"
    options = {"security_protocol": protocol} | {name: str(value) for name, value in security.items()}
    return probe_brokers(KafkaConnection(address, security=options), ANSWER_WITHIN_S)


def refusal(bootstrap: str | int, protocol: str = "PLAINTEXT", **security: object) -> str:
    with pytest.raises(BadSetting) as caught:
        probe(bootstrap, protocol, **security)
    return str(caught.value)


def test_brokers_that_answer(plain: int, encrypted: int, own: Certificate) -> None:
    assert probe(plain) == "1 of 1 addresses answer"
    assert probe(encrypted, "SSL", ssl_cafile=own.certificate) == "1 of 1 addresses answer"


def test_one_address_that_answers_is_enough_and_the_others_are_told(plain: int) -> None:
    said = probe(f"{HOST}:1,{HOST}:{plain}")
    assert said.startswith("1 of 2 addresses answer; EBBWATCH_KAFKA_BOOTSTRAP: no answer from 127.0.0.1:1")


@pytest.mark.parametrize("bootstrap", ["kafka", "kafka:", "kafka:9o92", "kafka:70000", ":9092"])
def test_an_address_without_a_port_that_can_be(bootstrap: str) -> None:
    assert refusal(bootstrap) == f"EBBWATCH_KAFKA_BOOTSTRAP: {bootstrap!r} is not host:port"


def test_a_port_where_nothing_or_something_else_listens(silent: int) -> None:
    assert refusal(1).startswith("EBBWATCH_KAFKA_BOOTSTRAP: no answer from 127.0.0.1:1")
    said = f"EBBWATCH_KAFKA_BOOTSTRAP: what listens at 127.0.0.1:{silent} does not answer as Kafka does"
    assert refusal(silent) == said


def test_a_name_that_nobody_knows() -> None:
    assert refusal("broker.invalid:9092") == "EBBWATCH_KAFKA_BOOTSTRAP: no address is known of broker.invalid"


def test_tls_where_there_is_none_and_none_where_there_is(plain: int, encrypted: int, own: Certificate) -> None:
    said = f"EBBWATCH_KAFKA_SECURITY_PROTOCOL: SSL is set, and 127.0.0.1:{plain} speaks no TLS"
    assert refusal(plain, "SSL", ssl_cafile=own.certificate) == said
    assert refusal(encrypted) == (
        f"EBBWATCH_KAFKA_SECURITY_PROTOCOL: PLAINTEXT is set, and 127.0.0.1:{encrypted} speaks TLS"
    )


def test_a_ca_that_did_not_sign_it(encrypted: int, other: Certificate) -> None:
    said = refusal(encrypted, "SSL", ssl_cafile=other.certificate)
    assert said.startswith(f"EBBWATCH_KAFKA_SSL_CAFILE: the certificate of 127.0.0.1:{encrypted} is not believed")
    assert refusal(encrypted, "SSL").startswith("EBBWATCH_KAFKA_SSL_CAFILE: ")


def test_files_that_cannot_be_read_or_used(tmp_path: Path, own: Certificate, other: Certificate) -> None:
    gone, empty = tmp_path / "gone.pem", tmp_path / "empty.pem"
    empty.touch()
    assert refusal(1, "SSL", ssl_cafile=gone) == f"EBBWATCH_KAFKA_SSL_CAFILE: {gone}: No such file or directory"
    assert refusal(1, "SSL", ssl_cafile=empty) == (f"EBBWATCH_KAFKA_SSL_CAFILE: {empty} holds no certificate (PEM)")
    certificate, wrong_key = own.certificate, other.key
    said = refusal(1, "SSL", ssl_cafile=certificate, ssl_certfile=certificate, ssl_keyfile=wrong_key)
    assert said.startswith(f"EBBWATCH_KAFKA_SSL_CERTFILE: {certificate} and its key cannot be used")


def test_a_broker_that_wants_certificates_of_its_clients(plain: int, own: Certificate, other: Certificate) -> None:
    with tls_before(plain, own, clients=other) as port:
        said = refusal(port, "SSL", ssl_cafile=own.certificate)
        assert said.startswith("EBBWATCH_KAFKA_SSL_CERTFILE: 127.0.0.1:")
        mine = {"ssl_certfile": other.certificate, "ssl_keyfile": other.key}
        assert probe(port, "SSL", ssl_cafile=own.certificate, **mine) == "1 of 1 addresses answer"


def test_a_mechanism_that_there_is_not_or_that_nothing_was_given_for() -> None:
    assert refusal(1, "SASL_SSL").startswith("EBBWATCH_KAFKA_SASL_MECHANISM: not set, which is none of PLAIN, ")
    assert refusal(1, "SASL_SSL", **SASL | {"sasl_mechanism": "SCRAM"}).startswith(
        "EBBWATCH_KAFKA_SASL_MECHANISM: SCRAM, which is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"
    )
    without = {name: value for name, value in SASL.items() if name != "sasl_plain_password"}
    assert refusal(1, "SASL_SSL", **without).startswith("EBBWATCH_KAFKA_SASL_PASSWORD: not set")


def test_a_mechanism_that_the_broker_does_not_offer(plain: int) -> None:
    said = refusal(plain, "SASL_PLAINTEXT", **SASL)
    assert said.startswith(f"EBBWATCH_KAFKA_SASL_MECHANISM: SCRAM-SHA-512 is not offered by 127.0.0.1:{plain}")


@pytest.mark.apache
@pytest.mark.slow
def test_a_broker_that_lets_in_whom_it_knows(apache_sasl: SaslBroker) -> None:
    port, mine = apache_sasl.sasl_port, SASL | {"sasl_mechanism": "PLAIN"}
    assert probe(port, "SASL_PLAINTEXT", **mine) == "1 of 1 addresses answer"
    said = refusal(port, "SASL_PLAINTEXT", **mine | {"sasl_plain_password": "other"})
    assert said.startswith(f"EBBWATCH_KAFKA_SASL_PASSWORD: 127.0.0.1:{port} does not let this user in: ")
    assert refusal(port, "SASL_PLAINTEXT", **SASL | {"sasl_mechanism": "SCRAM-SHA-256"}) == (
        f"EBBWATCH_KAFKA_SASL_MECHANISM: SCRAM-SHA-256 is not offered by 127.0.0.1:{port}, which offers PLAIN, "
        "SCRAM-SHA-512"
    )
    assert refusal(port) == (
        f"EBBWATCH_KAFKA_SECURITY_PROTOCOL: PLAINTEXT is set, and 127.0.0.1:{port} answers no client without SASL"
    )
    assert refusal(apache_sasl.open_port, "SASL_PLAINTEXT", **mine).endswith("asks for no SASL")


@pytest.mark.apache
@pytest.mark.slow
def test_a_user_by_scram(apache_sasl: SaslBroker) -> None:
    admin = KafkaAdminClient(bootstrap_servers=f"{HOST}:{apache_sasl.open_port}")
    admin.alter_user_scram_credentials(
        [UserScramCredentialUpsertion("scram-user", ScramMechanism.SCRAM_SHA_512, "secret")]
    )
    admin.close()
    mine = SASL | {"sasl_plain_username": "scram-user"}
    assert probe(apache_sasl.sasl_port, "SASL_PLAINTEXT", **mine) == "1 of 1 addresses answer"
    said = refusal(apache_sasl.sasl_port, "SASL_PLAINTEXT", **mine | {"sasl_plain_password": "other"})
    assert said.startswith("EBBWATCH_KAFKA_SASL_PASSWORD: ")
