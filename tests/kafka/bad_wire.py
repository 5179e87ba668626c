"""A TCP proxy before a broker that spoils chosen record batches on their way to the consumer.

Brokers refuse to store a corrupt batch, so it is made here: metadata is rewritten so that clients stay with the
proxy, and in every Fetch response the batches that hold a given marker are changed in place.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from crc32c import crc32c

HEADER_BYTES = 61  # of a record batch of message format v2, from the base offset to the records count
_CRC, _ATTRIBUTES = 17, 21  # places in it
_HOST = b"127.0.0.1"

Spoil = Callable[[bytearray], None]


def wrong_crc(batch: bytearray) -> None:
    """The last byte of the last record is another one."""
    batch[-1] ^= 0xFF


def unknown_codec(batch: bytearray) -> None:
    """A compression codec that nobody has, under a right CRC."""
    batch[_ATTRIBUTES + 1] |= 0x07
    _seal(batch)


def broken_compression(batch: bytearray) -> None:
    """Says zstd and holds something else, under a right CRC."""
    batch[_ATTRIBUTES + 1] |= 0x04
    _seal(batch)


def garbage_records(batch: bytearray) -> None:
    """A right header and CRC around bytes that are no records."""
    batch[HEADER_BYTES:] = b"\xff" * (len(batch) - HEADER_BYTES)
    _seal(batch)


def cut_short(batch: bytearray) -> None:
    """Says that it is longer than all that follows."""
    batch[8:12] = struct.pack(">i", 100_000_000)


def lying_length(batch: bytearray) -> None:
    """Says that it spans a thousand offsets, under a wrong CRC."""
    batch[23:27] = struct.pack(">i", 999)


# A batch that holds the marker is spoiled so.
KINDS: dict[bytes, Spoil] = {
    b"SPOIL-" + spoil.__name__.encode(): spoil
    for spoil in (wrong_crc, unknown_codec, broken_compression, garbage_records, cut_short, lying_length)
}


class BadWire:
    """Listens on `port`; spoils the batches that hold one of the markers, and counts them."""

    def __init__(self, bootstrap: str, spoils: Mapping[bytes, Spoil]) -> None:
        self._broker_port = int(bootstrap.rsplit(":", 1)[1])
        self._spoils = spoils
        self.spoiled: Counter[bytes] = Counter()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        for one in [self._server, *self._open]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._broker_port))
                self._open += [near, far]
                for source, target, change in ((near, far, bytes), (far, near, self._changed)):
                    threading.Thread(target=_pump, args=(source, target, change), daemon=True).start()

    def _changed(self, frame: bytes) -> bytes:
        """Point every address at the proxy, then spoil."""
        frame = frame.replace(_HOST + struct.pack(">i", self._broker_port), _HOST + struct.pack(">i", self.port))
        changed = bytearray(frame)
        for marker in [marker for marker in self._spoils if marker in frame]:
            for start, end in _batches(frame):
                if marker in frame[start:end]:
                    batch = bytearray(frame[start:end])
                    self._spoils[marker](batch)
                    changed[start:end] = batch
                    self.spoiled[marker] += 1
        return bytes(changed)


def _batches(frame: bytes) -> Iterator[tuple[int, int]]:
    """Where record batches start and end: their CRC tells them from other bytes."""
    for found in re.finditer(rb"(?=\x00{4}.{12}\x02)", frame, re.DOTALL):
        start = found.start()
        (length,) = struct.unpack_from(">i", frame, start + 8)
        end = start + 12 + length
        if length > HEADER_BYTES - 12 and end <= len(frame):
            (crc,) = struct.unpack_from(">I", frame, start + _CRC)
            if crc == crc32c(frame[start + _ATTRIBUTES : end]):
                yield start, end


def _seal(batch: bytearray) -> None:
    batch[_CRC:_ATTRIBUTES] = struct.pack(">I", crc32c(bytes(batch[_ATTRIBUTES:])))


def _pump(source: socket.socket, target: socket.socket, change: Callable[[bytes], bytes]) -> None:
    with contextlib.suppress(OSError), source.makefile("rb") as stream:
        while size := stream.read(4):
            frame = change(stream.read(struct.unpack(">i", size)[0]))
            target.sendall(struct.pack(">i", len(frame)) + frame)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
