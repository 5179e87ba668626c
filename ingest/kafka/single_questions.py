"""One question to a broker and its answer, over a connection of the caller's own: to learn what is in the way."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.metadata import ApiVersionsRequest, ApiVersionsResponse, MetadataRequest, MetadataResponse
from kafka.protocol.sasl import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

_LENGTH_BYTES = 4  # before each Kafka message
_LONGEST_ANSWER = 1 << 20
_OFFERED, _UNKNOWN_MECHANISM = 0, 33  # error codes of a SaslHandshake response


class NoAnswer(Exception):
    """What came is no Kafka answer, or nothing came."""


class LoginRefused(Exception):
    """The broker's word on why."""


def ask_versions(channel: socket.socket) -> None:
    """What any broker answers anybody. Raises NoAnswer, or OSError."""
    _ask(channel, ApiVersionsRequest(version=0), ApiVersionsResponse)


def ask_metadata(channel: socket.socket) -> None:
    """What a broker answers those it lets in. Raises NoAnswer, or OSError."""
    _ask(channel, MetadataRequest(version=1, topics=[]), MetadataResponse)


def ask_mechanisms(channel: socket.socket, mechanism: str) -> list[str] | None:
    """The mechanisms to choose from, the one asked for alone if it is among them; None where SASL is not asked for.

    Raises NoAnswer, or OSError.
    """
    answer = _ask(channel, SaslHandshakeRequest(version=1, mechanism=mechanism), SaslHandshakeResponse)
    if answer.error_code == _OFFERED:
        return [mechanism]
    if answer.error_code == _UNKNOWN_MECHANISM:
        return [each for each in answer.mechanisms if each != mechanism]
    return None


def log_in(channel: socket.socket, host: str, security: Mapping[str, str]) -> None:
    """After `ask_mechanisms`. Raises LoginRefused, NoAnswer, or OSError."""
    mechanism = get_sasl_mechanism(security["sasl_mechanism"])(host=host, **security)
    while not mechanism.is_done():
        answer = _ask(
            channel, SaslAuthenticateRequest(version=0, auth_bytes=mechanism.auth_bytes()), SaslAuthenticateResponse
        )
        if answer.error_code:
            raise LoginRefused(answer.error_message or f"error {answer.error_code}")
        try:
            mechanism.receive(answer.auth_bytes)
        except Exception as error:  # the library raises whatever comes up where the broker knows no such password
            raise LoginRefused(str(error)) from error


def _ask(channel: socket.socket, request: Any, answer_of: Any) -> Any:
    request.with_header(correlation_id=1, client_id="ebbwatch-doctor")
    channel.sendall(request.encode(header=True, framed=True))
    length = _read(channel, _LENGTH_BYTES)
    size = int.from_bytes(length, "big")
    if size > _LONGEST_ANSWER:
        raise NoAnswer
    framed = length + _read(channel, size)
    try:
        return answer_of.decode(framed, version=request.version, header=True, framed=True)
    except Exception as error:  # as above, of bytes that are no answer
        raise NoAnswer from error


def _read(channel: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = channel.recv(size - len(found))
        if not part:
            raise NoAnswer
        found += part
    return found
