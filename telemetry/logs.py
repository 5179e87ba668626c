"""Structured logs: one JSON object a line on standard error."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import msgspec

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, then whatever was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({k: v for k, v in vars(record).items() if k not in _STANDARD and not k.startswith("_")})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


def log_to(path: str | None = None, level: str = "INFO") -> None:
    """Send log lines from `level` up to a file or to standard error alone; of talkative libraries only warnings."""
    handler = logging.FileHandler(path) if path else logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.setLevel(level)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for talkative in ("kafka", "alembic"):  # at INFO several lines per rebalance, connection and look at the schema
        logging.getLogger(talkative).setLevel("WARNING")
    logging.getLogger("kafka.net.selector").setLevel("ERROR")  # warns whenever a rebalance waits for the database
    logging.getLogger("kafka.cluster").addFilter(_not_cancelled)


def _not_cancelled(record: logging.LogRecord) -> bool:
    """A look at the metadata that is under way when its client is closed is given up: the library says error."""
    return not record.getMessage().endswith("failed Cancelled")
