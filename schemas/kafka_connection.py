"""How to reach the Kafka brokers, said once and translated for each client library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import BadSetting

# Our names are kafka-python's; these are librdkafka's for the same things.
_LIBRDKAFKA = {
    "security_protocol": "security.protocol",
    "sasl_mechanism": "sasl.mechanism",
    "sasl_plain_username": "sasl.username",
    "sasl_plain_password": "sasl.password",
    "ssl_cafile": "ssl.ca.location",
    "ssl_certfile": "ssl.certificate.location",
    "ssl_keyfile": "ssl.key.location",
    "ssl_password": "ssl.key.password",
}


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """Brokers as `host:port,host:port`, the client's name, and the security options by kafka-python's names."""

    bootstrap: str
    client_id: str = "ebbwatch"
    security: Mapping[str, str] = field(default_factory=dict, repr=False)  # holds a password

    def __post_init__(self) -> None:
        for name in self.security:
            if name not in _LIBRDKAFKA:
                raise BadSetting(f"EBBWATCH_KAFKA_*: {name} is not a security option that both clients know")

    def kafka_python(self) -> dict[str, Any]:
        """Options of every kafka-python client."""
        return {"bootstrap_servers": self.bootstrap.split(","), "client_id": self.client_id, **self.security}

    def librdkafka(self) -> dict[str, Any]:
        """Options of every librdkafka client."""
        security = {_LIBRDKAFKA[name]: value for name, value in self.security.items()}
        return {"bootstrap.servers": self.bootstrap, "client.id": self.client_id, **security}
