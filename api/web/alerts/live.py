"""Server-sent events of alerts that are new or have changed: one reader of the database for all who listen.

    1. A page says up to where it knows (`alert_news.newest_outbox_id`, in its address of the stream).
    2. The stream tells what came after that, then whatever the reader finds, every few seconds.
    3. It ends with the session, with the process, and when the browser goes.

Fails open: while the database cannot be read nothing is told, and the page is as old as it says.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Annotated

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.deps import ApiDeps
from api.web.session_cookie import token_of
from api.web.visitor import AlertReader, Visitor
from store.alerts import alert_news
from store.alerts.alert_news import ChangedAlert
from store.sign_in import web_sessions

log = logging.getLogger(__name__)

STREAM = "/desk/events"
BATCH = 500  # more than anybody looks through: the page then says "many"
OVERLAP = 20  # polls, a minute: how long a change may take to be committed and still be told
_WAITING = 50  # batches that a browser may be behind

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds. A heartbeat keeps a quiet stream from every proxy's idle timeout."""

    poll_s: float = 3.0
    heartbeat_s: float = 15.0
    session_s: float = 15.0
    stop_s: float = 0.5


class Watch:
    """Reads the database while anybody listens, and hands what is new to each of them. Lives in one event loop."""

    def __init__(self, deps: ApiDeps, stopping: Event | None, pace: Pace) -> None:
        self.deps, self.pace = deps, pace
        self._stopping = stopping
        self._listeners: set[asyncio.Queue[Sequence[ChangedAlert] | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._floors: deque[int] = deque(maxlen=OVERLAP)  # where the last polls began: ids before may still appear
        self._seen: set[int] = set()

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def listen(self) -> AsyncGenerator[Sequence[ChangedAlert]]:
        """What changes from now on; ends when the process stops."""
        queue: asyncio.Queue[Sequence[ChangedAlert] | None] = asyncio.Queue(_WAITING)
        self._listeners.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            while (batch := await queue.get()) is not None:
                yield batch
        finally:
            self._listeners.discard(queue)

    async def _run(self) -> None:
        self._floors.clear()
        self._seen.clear()
        waited_s = self.pace.poll_s
        while self._listeners and not (self._stopping and self._stopping.is_set()):
            if waited_s >= self.pace.poll_s:
                waited_s = 0.0
                self._hand_out(await self._poll())
            await asyncio.sleep(self.pace.stop_s)
            waited_s += self.pace.stop_s
        for queue in self._listeners:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(None)

    async def _poll(self) -> list[ChangedAlert]:
        try:
            return await to_thread.run_sync(self._read)
        except Exception:  # the next poll is a new chance
            log.exception("changed alerts cannot be read")
            return []

    def _read(self) -> list[ChangedAlert]:
        with self.deps.store.read() as tx:
            if not self._floors:
                self._floors.append(alert_news.newest_outbox_id(tx))
                return []
            ids = alert_news.load_ids_after(tx, self._floors[0], BATCH * OVERLAP)
            fresh = [outbox_id for outbox_id in ids if outbox_id not in self._seen]
            found = alert_news.load_changes(tx, fresh[-BATCH:])
        self._seen.update(fresh)
        self._floors.append(max(ids, default=self._floors[-1]))
        self._seen = {outbox_id for outbox_id in self._seen if outbox_id > self._floors[0]}
        return found

    def _hand_out(self, found: list[ChangedAlert]) -> None:
        if not found:
            return
        for queue in self._listeners:
            with suppress(asyncio.QueueFull):  # a browser that takes nothing is told of it when it comes back
                queue.put_nowait(found)


def watch_of(visitor: Visitor) -> Watch:
    """The application's own; a new one on another store. `stopping` and `pace` are set by whoever serves it."""
    state, deps = visitor.request.app.state, visitor.deps
    known: Watch | None = getattr(state, "watch", None)
    if known is None or known.deps.store is not deps.store:
        known = state.watch = Watch(deps, getattr(state, "stopping", None), getattr(state, "pace", Pace()))
    return known


@router.get(STREAM)
def events(visitor: AlertReader, after: Annotated[int, Query(ge=0)]) -> Response:
    """`after`, or Last-Event-ID where the browser comes back, is what it knows already."""
    visitor.reading.close()  # a stream lasts for hours, and a snapshot would stand in the way of every writer
    last = visitor.request.headers.get("last-event-id", "")
    since = int(last) if last.isascii() and last.isdigit() and len(last) < len(str(2**63)) else after
    watch = watch_of(visitor)
    return EventSourceResponse(_event_stream(visitor, watch, since), ping=watch.pace.heartbeat_s)


async def _event_stream(visitor: Visitor, watch: Watch, since: int) -> AsyncGenerator[ServerSentEvent]:
    """First what came while nobody listened, then what comes."""
    clock, deps, session_s = asyncio.get_running_loop().time, watch.deps, watch.pace.session_s
    changes = watch.listen()
    coming = asyncio.ensure_future(anext(changes, None))
    try:
        await asyncio.sleep(0)  # so that listening begins before what was missed is read
        known, missed = await to_thread.run_sync(_known_and_missed, deps, since)
        if event := _event(visitor, missed, since):
            yield event
        check_at = clock() + session_s
        while True:
            done, _ = await asyncio.wait({coming}, timeout=max(0.0, check_at - clock()))
            if clock() >= check_at:
                if not await to_thread.run_sync(_is_signed_in, visitor):
                    yield ServerSentEvent(event="ended", data="session")
                    return
                check_at = clock() + session_s
            if not done:
                continue
            batch = coming.result()
            if batch is None:
                return
            coming = asyncio.ensure_future(anext(changes, None))
            news = [change for change in batch if change.outbox_id not in known]
            if event := _event(visitor, news, since):
                yield event
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError):
            await coming
        await changes.aclose()


def _is_signed_in(visitor: Visitor) -> bool:
    """Whether the session still holds. Listening is not doing: it does not keep one alive."""
    deps, token = visitor.deps, token_of(visitor.request, visitor.deps.desk)
    if token is None:
        return False
    with deps.store.read() as tx:
        return web_sessions.find_session(tx, web_sessions.hash_token(token), deps.desk.now()) is not None


def _known_and_missed(deps: ApiDeps, since: int) -> tuple[frozenset[int], list[ChangedAlert]]:
    """What the page shows already, which the next poll may find only now, and what came after the page."""
    with deps.store.read() as tx:
        ids = alert_news.load_ids_after(tx, since - BATCH, 2 * BATCH)
        known = frozenset(outbox_id for outbox_id in ids if outbox_id <= since)
        return known, alert_news.load_changes(tx, ids[len(known) : len(known) + BATCH])


def _event(visitor: Visitor, found: Sequence[ChangedAlert], since: int) -> ServerSentEvent | None:
    """The ids and revisions of those that are the visitor's to see."""
    branch = visitor.branch
    mine = {change.alert_id: change.revision for change in found if branch is None or change.branch_id == branch}
    if not mine:
        return None
    last = max(since, *(change.outbox_id for change in found))
    return ServerSentEvent(event="alerts", id=str(last), data=msgspec.json.encode(mine).decode())
