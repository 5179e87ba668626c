"""The application behind a real server on a free port of this host, as a browser meets it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import httpx2
import uvicorn
from fastapi import FastAPI

START_S = 20


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Its address. At the end the streams are told to end, as the service does it, and then the server stops."""
    stopping = app.state.stopping = Event()
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        _wait(server)
        yield address
    finally:
        stopping.set()
        server.should_exit = True
        thread.join(START_S)
        listening.close()
        assert not thread.is_alive(), "the server did not stop"


def _wait(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + START_S
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)


def events(answer: httpx2.Response) -> Iterator[dict[str, str]]:
    """Server-sent events as they come; a comment is one of kind `:`."""
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        if line.startswith(":"):
            yield {":": line[1:].strip()}
        elif line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            yield event
            event = {}
