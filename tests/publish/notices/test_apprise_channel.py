"""Apprise behind its port: a real post to a real server, and no word of an address in any log or error."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator

import pytest

from casework.notices.address import DEFAULT_SCHEMES
from casework.notices.text import NoticeText
from publish.notices.apprise_channel import AppriseChannel
from publish.notices.channel import NotSent
from schemas.errors import BadSetting
from tests.publish.notices.sink import SECRET, Sink, open_sink

TEXT = NoticeText("新警报：Harbour & Co", "年化约HK$123万借贷发生额面临流失。\n<b>https://desk.bank.example/</b>")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with open_sink() as opened:
        yield opened


@pytest.fixture
def everything_logged() -> Iterator[list[str]]:
    """All that reaches the root logger, at the lowest level there is."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logging.Formatter().format(record))

    root, keep = logging.getLogger(), Keep(0)
    before = root.level
    root.addHandler(keep)
    root.setLevel(1)
    yield lines
    root.setLevel(before)
    root.removeHandler(keep)


@pytest.fixture
def channel(everything_logged) -> AppriseChannel:
    return AppriseChannel(DEFAULT_SCHEMES, timeout_s=1)


def test_a_text_arrives_as_it_is(channel, sink) -> None:
    channel.send(sink.address(), TEXT)
    (got,) = sink.got
    assert (got["title"], got["message"], got["attachments"]) == (TEXT.title, TEXT.body, [])
    assert (got["path"], got["token"]) == (f"/hook/{SECRET}", SECRET)


@pytest.mark.parametrize(
    ("status", "reason"), [(500, "answered 500"), (404, "answered 404"), (302, "answered 302")]
)
def test_a_refusal_says_the_status_and_no_redirect_is_followed(channel, sink, status, reason) -> None:
    sink.status = status
    with pytest.raises(NotSent, match=reason) as refused:
        channel.send(sink.address(), TEXT)
    assert not refused.value.hopeless
    assert [got["path"] for got in sink.got] == [f"/hook/{SECRET}"]


def test_a_server_that_does_not_answer_is_left_in_time(channel, sink) -> None:
    sink.silent = threading.Event()
    with pytest.raises(NotSent, match="no answer in time"):
        channel.send(sink.address(), TEXT)
    sink.silent.set()


def test_a_server_that_is_not_there_is_worth_another_try(channel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotSent, match="could not be delivered") as failed:
        channel.send(f"json://robot:{SECRET}@127.0.0.1:{port}/", TEXT)
    assert not failed.value.hopeless


@pytest.mark.parametrize(
    "address",
    [
        "dbus://",
        "syslog://",
        f"slack://{SECRET}/B/C",
        f"json://127.0.0.1:1/?method=GET&x={SECRET}",
        f"workflows://h.example:443/{SECRET}/b?template=/etc/passwd",
        f"mailto://u:{SECRET}@[bad",
        f"mailto://u:{SECRET}@mail.bank.example?to=a@bank.example&pgppub=/etc/passwd",
        f"wecombot://{SECRET}!!",
        SECRET,
    ],
)
def test_what_the_bank_does_not_allow_or_apprise_cannot_read_is_hopeless(channel, address) -> None:
    with pytest.raises(NotSent) as refused:
        channel.send(address, TEXT)
    assert refused.value.hopeless
    assert SECRET not in str(refused.value)


def test_apprise_itself_knows_only_the_schemes_of_the_bank(channel, sink) -> None:
    with pytest.raises(NotSent):
        AppriseChannel({"mailto"}).send(sink.address(), TEXT)
    assert sink.got == []
    AppriseChannel({"json"}).send(sink.address(), TEXT)  # as another process would, with another setting
    assert len(sink.got) == 1


def test_a_scheme_that_apprise_does_not_have_stops_the_start() -> None:
    with pytest.raises(BadSetting, match="EBBWATCH_NOTICE_SCHEMES: Apprise has no msteams"):
        AppriseChannel({"mailto", "msteams"})  # the old connectors of Teams are gone: workflows


@pytest.mark.parametrize("status", [200, 500])
def test_no_secret_of_an_address_reaches_a_log_or_an_error(channel, sink, everything_logged, status) -> None:
    """At the lowest level, where Apprise logs whole addresses and urllib3 whole request lines."""
    sink.status = status
    wrong = sink.address().replace("127.0.0.1", "[").replace("json", "mailto")
    said = []
    for address in (sink.address(), wrong, f"workflows://{SECRET}:443/{SECRET}", f"dingtalk://{SECRET}@!!"):
        try:
            channel.send(address, TEXT)
        except NotSent as error:
            said.append(f"{error!r} {error} {error.__cause__}")
    assert len(said) == (3 if status == 200 else 4)
    logging.getLogger("ebbwatch").debug("the handler does hear")
    assert any("the handler does hear" in line for line in everything_logged)
    assert not [line for line in everything_logged + said if SECRET in line or "X-Token" in line]


def test_an_error_of_apprise_is_told_without_its_text(channel, sink, monkeypatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot use {sink.address()}")

    monkeypatch.setattr("apprise.Apprise.instantiate", crash)
    with pytest.raises(NotSent, match="Apprise failed: RuntimeError") as failed:
        channel.send(sink.address(), TEXT)
    assert failed.value.__suppress_context__
