"""Do brokers answer as the settings say, and if not, which setting is wrong: for a person who asks, not for work.

The client libraries try again instead of saying why. So each address is asked what a client asks first, step by
step: a connection, TLS, a Kafka answer, SASL, a log-in.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from ingest.kafka.single_questions import (
    LoginRefused,
    NoAnswer,
    ask_mechanisms,
    ask_metadata,
    ask_versions,
    log_in,
)
from schemas.errors import BadSetting
from schemas.kafka_connection import KafkaConnection

BOOTSTRAP, PROTOCOL = "EBBWATCH_KAFKA_BOOTSTRAP", "EBBWATCH_KAFKA_SECURITY_PROTOCOL"
CA_FILE, MECHANISM = "EBBWATCH_KAFKA_SSL_CAFILE", "EBBWATCH_KAFKA_SASL_MECHANISM"
USERNAME, PASSWORD = "EBBWATCH_KAFKA_SASL_USERNAME", "EBBWATCH_KAFKA_SASL_PASSWORD"
CERT_FILE, KEY_FILE = "EBBWATCH_KAFKA_SSL_CERTFILE", "EBBWATCH_KAFKA_SSL_KEYFILE"
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")  # those that a name and a password are enough for
Address = tuple[str, int]


def probe_brokers(connection: KafkaConnection, timeout_s: float) -> str:
    """What was found where a broker answers. Raises BadSetting, naming the setting, where none does."""
    security = connection.security
    _check_sasl(security)
    context = _tls_context(security)
    addresses = [_address(each) for each in connection.bootstrap.split(",")]
    failed: list[BadSetting] = []
    for address in addresses:
        try:
            _Probe(address, security, context, timeout_s).run()
        except BadSetting as error:
            failed.append(error)
    if len(failed) == len(addresses):
        raise failed[0]
    said = f"{len(addresses) - len(failed)} of {len(addresses)} addresses answer"
    return "; ".join([said, *map(str, failed)])


def _address(text: str) -> Address:
    host, _, port = text.strip().rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise BadSetting(f"{BOOTSTRAP}: {text!r} is not host:port")
    return host.strip("[]"), int(port)


def _check_sasl(security: Mapping[str, str]) -> None:
    if not _asks_for_sasl(security):
        return
    mechanism = security.get("sasl_mechanism")
    if mechanism not in _MECHANISMS:
        raise BadSetting(f"{MECHANISM}: {mechanism or 'not set'}, which is none of {', '.join(_MECHANISMS)}")
    for name, option in ((USERNAME, "sasl_plain_username"), (PASSWORD, "sasl_plain_password")):
        if not security.get(option):
            raise BadSetting(f"{name}: not set, and {mechanism} needs it")


def _asks_for_sasl(security: Mapping[str, str]) -> bool:
    return security.get("security_protocol", "").startswith("SASL")


def _tls_context(security: Mapping[str, str]) -> ssl.SSLContext | None:
    """None without TLS. Raises BadSetting for a file that cannot be read or used."""
    if not security.get("security_protocol", "").endswith("SSL"):
        return None
    for name, option in ((CA_FILE, "ssl_cafile"), (CERT_FILE, "ssl_certfile"), (KEY_FILE, "ssl_keyfile")):
        _check_readable(name, security.get(option))
    try:
        context = ssl.create_default_context(cafile=security.get("ssl_cafile"))
    except ssl.SSLError:
        raise BadSetting(f"{CA_FILE}: {security['ssl_cafile']} holds no certificate (PEM)") from None
    if certificate := security.get("ssl_certfile"):
        try:
            context.load_cert_chain(certificate, security.get("ssl_keyfile"))
        except ssl.SSLError as error:
            raise BadSetting(f"{CERT_FILE}: {certificate} and its key cannot be used: {error.reason}") from None
    return context


def _check_readable(name: str, path: str | None) -> None:
    if path is None:
        return
    try:
        Path(path).read_bytes()
    except OSError as error:
        raise BadSetting(f"{name}: {path}: {error.strerror}") from None


class _Probe:
    """One address, asked in the order in which a client would."""

    def __init__(
        self, address: Address, security: Mapping[str, str], context: ssl.SSLContext | None, timeout_s: float
    ) -> None:
        self._address, self._security = address, security
        self._context, self._timeout_s = context, timeout_s
        self._name = f"{address[0]}:{address[1]}"

    def run(self) -> None:
        """Raises BadSetting for the first step that fails."""
        with closing(self._connect()) as plain:
            channel = plain if self._context is None else self._encrypt(plain, self._context)
            with closing(channel):
                self._greet(channel)
                if _asks_for_sasl(self._security):
                    self._offer_mechanism(channel)
                    self._log_in(channel)
                else:
                    self._expect_open(channel)

    def _connect(self) -> socket.socket:
        try:
            return socket.create_connection(self._address, self._timeout_s)
        except socket.gaierror:
            raise BadSetting(f"{BOOTSTRAP}: no address is known of {self._address[0]}") from None
        except TimeoutError:
            raise BadSetting(f"{BOOTSTRAP}: no answer from {self._name} within {self._timeout_s:g} s") from None
        except OSError as error:
            raise BadSetting(f"{BOOTSTRAP}: no answer from {self._name}: {error.strerror}") from None

    def _encrypt(self, plain: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        try:
            return context.wrap_socket(plain, server_hostname=self._address[0])
        except ssl.SSLCertVerificationError as error:
            found = error.verify_message.rstrip(".")
            raise BadSetting(f"{CA_FILE}: the certificate of {self._name} is not believed: {found}") from None
        except OSError as error:
            if self._answers(None):
                raise BadSetting(f"{PROTOCOL}: {self._protocol} is set, and {self._name} speaks no TLS") from None
            raise BadSetting(f"{BOOTSTRAP}: no TLS with {self._name}: {error}") from None

    def _greet(self, channel: socket.socket) -> None:
        try:
            ask_versions(channel)
        except ssl.SSLError as error:
            raise BadSetting(
                f"{CERT_FILE}: {self._name} does not take this client for one of its own: {error.reason}"
            ) from None
        except (OSError, NoAnswer):
            if self._context is None and self._answers(_without_verification()):
                raise BadSetting(f"{PROTOCOL}: {self._protocol} is set, and {self._name} speaks TLS") from None
            raise BadSetting(f"{BOOTSTRAP}: what listens at {self._name} does not answer as Kafka does") from None

    def _offer_mechanism(self, channel: socket.socket) -> None:
        mechanism = self._security["sasl_mechanism"]
        try:
            offered = ask_mechanisms(channel, mechanism)
        except (OSError, NoAnswer):
            offered = None
        if offered is None:
            raise BadSetting(f"{PROTOCOL}: {self._protocol} is set, and {self._name} asks for no SASL")
        if offered != [mechanism]:
            found = ", ".join(offered) or "none"
            raise BadSetting(f"{MECHANISM}: {mechanism} is not offered by {self._name}, which offers {found}")

    def _log_in(self, channel: socket.socket) -> None:
        try:
            log_in(channel, self._address[0], self._security)
        except (OSError, NoAnswer, LoginRefused) as error:
            raise BadSetting(f"{PASSWORD}: {self._name} does not let this user in: {error}") from None

    def _expect_open(self, channel: socket.socket) -> None:
        try:
            ask_metadata(channel)
        except (OSError, NoAnswer):
            raise BadSetting(
                f"{PROTOCOL}: {self._protocol} is set, and {self._name} answers no client without SASL"
            ) from None

    @property
    def _protocol(self) -> str:
        return self._security.get("security_protocol", "PLAINTEXT")

    def _answers(self, context: ssl.SSLContext | None) -> bool:
        """Whether it answers over a connection of the other kind."""
        try:
            with closing(socket.create_connection(self._address, self._timeout_s)) as plain:
                if context is not None:
                    context.wrap_socket(plain, server_hostname=self._address[0]).close()
                    return True
                ask_versions(plain)
        except (OSError, NoAnswer):
            return False
        return True


def _without_verification() -> ssl.SSLContext:
    """To learn whether there is TLS at all: nothing is sent over it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
