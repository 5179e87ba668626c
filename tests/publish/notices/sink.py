"""An HTTP server of the tests' own on 127.0.0.1, which Apprise's json:// really posts to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "s3cret-Token-9f1c"


@dataclass
class Sink:
    """What has arrived. `status` is answered to the next posts; `silent`: no answer until it is set."""

    port: int = 0
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)
    silent: threading.Event | None = None

    def address(self, path: str = "hook") -> str:
        """With a secret in each place where an address can hold one."""
        return f"json://robot:{SECRET}@127.0.0.1:{self.port}/{path}/{SECRET}?+X-Token={SECRET}"

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.got]


@contextmanager
def open_sink() -> Iterator[Sink]:
    """Serve until the end."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if sink.silent is not None:
                sink.silent.wait(10)
            sink.got.append(json.loads(body) | {"path": self.path, "token": self.headers.get("X-Token")})
            self.send_response(sink.status)
            if 300 <= sink.status < 400:
                self.send_header("Location", f"http://127.0.0.1:{sink.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
