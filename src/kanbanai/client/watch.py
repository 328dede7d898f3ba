"""Following a channel: stay connected, come back when the connection breaks, say how it is going.

    connecting ─► live ─► reconnecting 1 … 8 ─► refreshing (plain HTTP every 15 s, the stream tried all the while)
                   ▲            │                    │
                   └────────────┴────────────────────┘            closed: the server said so for good, or the user left

A connection is dead after 2.5 heartbeats without a byte. A new one resumes by the cursor; what was missed comes first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec

from kanbanai.client.api import Calls
from kanbanai.client.frames import Frame, FrameParser, FrameTooLarge
from kanbanai.client.health import Health, Phase
from kanbanai.client.patches import PatchFailed
from kanbanai.client.problems import ApiProblem, ClientError, UnexpectedAnswer, Unreachable
from kanbanai.client.rhythm import MachineTime, Rhythm, Time
from kanbanai.client.views import Update, View

V = TypeVar("V", bound=View)

BACKLOG = 1_000
"""Pieces of news that wait for a slow user. When it is full the connection is not read, the server sees a slow reader,
and nothing is lost: the next connection resumes by the cursor."""


FAREWELLS = {
    "silent": "the server ended the stream",
    "shutdown": "the server went down or is restarting",
    "slow": "what the server told was not read fast enough",
    "resync": "the server had to begin anew",
    "gone": "the project was deleted",
    "denied": "access was taken away",
}
"""The server's reasons (`bye`) in words; one that is not here is told as it came."""


class Bye(msgspec.Struct, frozen=True):
    """The server's last word on a stream. Without `reconnect` it is meant for good."""

    reason: str = ""
    reconnect: bool = True


class Watch(Generic[V]):
    """A channel being followed. Use as `async with`, and iterate.

        async with client.watch_board(project_id) as watch:
            async for news in watch:      # Update | Health
                ...
            watch.view.state, watch.health, watch.age

    Iterating ends when the server ends the stream for good (`health.reason` says why), and raises ApiProblem when it
    refuses for good: no such board, no access.
    """

    def __init__(
        self, calls: Calls, view: V, *, rhythm: Rhythm | None = None, time: Time | None = None
    ) -> None:
        self.view = view
        self.health = Health(phase="connecting")
        self._calls = calls
        self._rhythm = rhythm or Rhythm()
        self._time = time or MachineTime()
        self._news: asyncio.Queue[Update | Health | None] = asyncio.Queue(BACKLOG)
        self._task: asyncio.Task[None] | None = None
        self._refresher: asyncio.Task[None] | None = None
        self._attempt = 0
        self._retry: float | None = None
        self._heard_at = self._time.now()
        self._last_frame_at: float | None = None
        self._next_try_at: float | None = None
        self._delivering = False

    # ── For the user ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def age(self) -> float | None:
        """Seconds since the last frame of the stream; None before the first."""
        return None if self._last_frame_at is None else self._time.now() - self._last_frame_at

    @property
    def next_in(self) -> float | None:
        """Seconds to the next try to connect; None when none is planned."""
        return None if self._next_try_at is None else max(0.0, self._next_try_at - self._time.now())

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            await _ended(self._task)
            failure = None if self._task.cancelled() else self._task.exception()
            if error is None and failure is not None and not isinstance(failure, ClientError):
                raise failure  # a defect of ours, which must not go unseen because nobody asked for more news

    def __aiter__(self) -> AsyncIterator[Update | Health]:
        return self

    async def __anext__(self) -> Update | Health:
        if self._task is None:
            raise RuntimeError("a watch runs inside `async with`")
        news = None if self._task.done() and self._news.empty() else await self._news.get()
        if news is not None:
            return news
        if not self._task.cancelled():
            await self._task  # raises what made an end of it
        raise StopAsyncIteration

    # ── The life of a watch ─────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        reason = None
        try:
            await self._is(Health(phase="connecting"))
            while True:
                reason, at_least = await self._connection()
                if at_least is None:
                    await self._is(Health(phase="closed", reason=reason))
                    return
                await self._pause(reason, at_least)
        except ClientError as error:
            reason = str(error)
            raise
        finally:
            await self._stop_refreshing()
            self._next_try_at = None
            self.health = Health(phase="closed", reason=reason)
            with contextlib.suppress(asyncio.QueueFull):
                # Wakes who waits on an empty queue. With a full one nobody waits, and the end is seen after the rest.
                self._news.put_nowait(None)

    async def _connection(self) -> tuple[str, float | None]:
        """One connection from its beginning to its end: why it ended, and the least seconds to wait; None: for good."""
        try:
            bye = await self._read_until_silence()
        except ApiProblem as problem:
            if problem.is_final:
                raise
            return str(problem), problem.retry_after or 0.0
        except Unreachable as error:
            return error.reason, 0.0
        except ClientError as error:
            return str(error), 0.0
        except (PatchFailed, FrameTooLarge, msgspec.DecodeError, LookupError) as error:
            # Going on from a copy that may be wrong would be worse than asking for the whole anew.
            self.view.forget()
            return f"what the server sent does not fit ({error})", 0.0
        if bye is None:
            return f"nothing was heard for {self._rhythm.silence:g} s", 0.0
        return FAREWELLS.get(bye.reason, bye.reason), 0.0 if bye.reconnect else None

    async def _pause(self, reason: str, at_least: float) -> None:
        """Waits for the next try, and has the state fetched when there were too many."""
        self._attempt += 1
        phase: Phase = "reconnecting" if self._attempt <= self._rhythm.attempts else "refreshing"
        wait = max(at_least, self._rhythm.wait(self._attempt, asked=self._retry))
        self._next_try_at = self._time.now() + wait
        await self._is(Health(phase=phase, attempt=self._attempt, next_in=wait, reason=reason))
        if phase == "refreshing" and self._refresher is None:
            self._refresher = asyncio.create_task(self._refresh(), name="watch: refresh")
        await self._time.sleep(wait)
        self._next_try_at = None
        await self._is(Health(phase=phase, attempt=self._attempt, reason=self.health.reason))

    # ── One connection ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _read_until_silence(self) -> Bye | None:
        """Reads a connection to its end; None: it was given up for its silence."""
        self._heard_at = self._time.now()
        reader = asyncio.create_task(self._read(), name="watch: read")
        silence = asyncio.create_task(self._silence(), name="watch: silence")
        try:
            await asyncio.wait({reader, silence}, return_when=asyncio.FIRST_COMPLETED)
            return reader.result() if reader.done() else None
        finally:
            await _ended(reader)
            await _ended(silence)

    async def _read(self) -> Bye:
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store", "Accept-Encoding": "gzip"}
        if self.view.cursor:
            headers["Last-Event-ID"] = self.view.cursor
        parser = FrameParser()
        async with self._calls.streamed("/sse", params=self.view.parameters, headers=headers) as response:
            kind = response.headers.get("content-type", "")
            if not kind.startswith("text/event-stream"):
                raise UnexpectedAnswer(
                    f"{response.url} answered with {kind or 'nothing'} instead of a stream"
                )
            async for chunk in response.aiter_bytes():
                self._heard_at = self._time.now()
                frames = parser.feed(chunk)
                if parser.retry_ms is not None:
                    self._retry = parser.retry_ms / 1000
                for frame in frames:
                    if frame.event == "bye":
                        return msgspec.json.decode(frame.data, type=Bye)
                    await self._take(frame)
        return Bye("silent")

    async def _take(self, frame: Frame) -> None:
        self._last_frame_at = self._time.now()
        update = self.view.take(frame)
        if frame.event == "hello":
            await self._stop_refreshing()
            await self._is(Health(phase="live"))
        else:
            # Not at the greeting: a server that greets and then breaks off is no better than one that does not answer.
            self._attempt = 0
        await self._tell(update)

    async def _silence(self) -> None:
        """Returns when the connection was silent for too long. Time that the user takes for the news does not count."""
        while True:
            silent = 0.0 if self._delivering else self._time.now() - self._heard_at
            if silent >= self._rhythm.silence:
                return
            await self._time.sleep(self._rhythm.silence - silent)

    # ── Without a connection ────────────────────────────────────────────────────────────────────────────────────────

    async def _refresh(self) -> None:
        """Fetches the state from time to time, until cancelled. A refusal for good is left to the stream's tries."""
        while True:
            try:
                answer = await self._calls.fetched(self.view.source, self.view.etag)
                if answer is not None:
                    await self._tell(self.view.refresh(answer))
            except (ClientError, msgspec.DecodeError) as error:
                if str(error) != self.health.reason:
                    await self._is(msgspec.structs.replace(self.health, reason=str(error)))
            await self._time.sleep(self._rhythm.refresh)

    async def _stop_refreshing(self) -> None:
        if self._refresher is not None:
            await _ended(self._refresher)
            self._refresher = None

    # ── Telling ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _is(self, health: Health) -> None:
        self.health = health
        await self._tell(health)

    async def _tell(self, news: Update | Health) -> None:
        self._delivering = True
        try:
            await self._news.put(news)
        finally:
            self._delivering = False
            self._heard_at = self._time.now()


async def _ended(task: asyncio.Task[Any]) -> None:
    """Cancels a task and waits until it is over, however it ends."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()  # looked at, so that asyncio does not report it as forgotten
