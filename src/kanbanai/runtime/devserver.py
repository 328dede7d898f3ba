"""`kanbanai.ports.DevProcesses`: dev scripts that run beside the agent's work, each an item of the conversation."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

import msgspec

from kanbanai.domain.conversations import Automation
from kanbanai.domain.errors import Conflict, KanbanError, NotFound
from kanbanai.domain.ids import AUTOMATION_PREFIX, AttemptId, ItemId
from kanbanai.domain.processes import DevProcess, ProcessId
from kanbanai.domain.times import seconds_between
from kanbanai.ports import Clock, Ids, Pause, Report, ScriptEnd, Scripts, Store
from kanbanai.usecases import attempts, places

TELL_EVERY = 1.0
"""Seconds between two states of a process that prints: a server in development says a line for each request."""
UNEXPECTED = "Something went wrong in the server while the script ran; the server's log says what"
SHOWN = 8_192
"""Characters of each stream told while it runs, some hundred lines; its end tells all that is kept."""


class DevServers:
    """The dev scripts at work. `report` hears of what could not be recorded."""

    def __init__(
        self,
        store: Store,
        scripts: Scripts,
        clock: Clock,
        ids: Ids,
        *,
        report: Report,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._store = store
        self._scripts = scripts
        self._clock = clock
        self._ids = ids
        self._report = report
        self._pause = pause
        self._running: dict[AttemptId, DevServer] = {}
        self._door = asyncio.Lock()
        """One starts at a time, and none while others are looked for to be ended."""
        self._is_over = False

    async def start(self, attempt_id: AttemptId) -> DevProcess:
        return (await self._started(attempt_id)).process

    async def run(self, attempt_id: AttemptId) -> Automation:
        server = await self._started(attempt_id)
        # Whoever asked may leave; the script runs on, and its end is told in the conversation.
        return await asyncio.shield(server.task)

    def of_attempt(self, attempt_id: AttemptId) -> list[DevProcess]:
        server = self._running.get(attempt_id)
        return [] if server is None else [server.process]

    async def stop(self, attempt_id: AttemptId, process_id: ProcessId) -> Automation:
        server = self._running.get(attempt_id)
        if server is None or server.process.id != process_id:
            raise NotFound("The process has ended, or there never was one")
        return await server.stop()

    async def end_for(self, attempt_id: AttemptId) -> None:
        async with self._door:
            server = self._running.get(attempt_id)
        if server is not None:
            await server.stop()

    async def close_all(self) -> None:
        self._is_over = True
        async with self._door:
            running = list(self._running.values())
        await asyncio.gather(*(server.stop() for server in running))

    async def _started(self, attempt_id: AttemptId) -> DevServer:
        async with self._door:
            return await self._start(attempt_id)

    async def _start(self, attempt_id: AttemptId) -> DevServer:
        order = await self._store.run(places.dev_order, attempt_id)
        if self._is_over:
            raise Conflict("The server is stopping")
        if attempt_id in self._running:
            raise Conflict("The dev script is running already")
        now = self._clock.now()
        item = Automation(
            id=ItemId(self._ids.new(AUTOMATION_PREFIX)),
            timestamp=now,
            stage="dev",
            command=order.script,
            cwd=order.cwd,
            status="running",
            started_at=now,
            completed_at=None,
            duration_ms=None,
            exit_code=None,
            stdout=None,
            stderr=None,
        )
        await self._store.run(attempts.put_items, attempt_id, [item])
        server = DevServer(
            attempt_id, item, self._scripts, self._record(attempt_id), report=self._report, pause=self._pause
        )
        self._running[attempt_id] = server
        server.begin(self._clock, on_end=lambda: self._running.pop(attempt_id, None))
        return server

    def _record(self, attempt_id: AttemptId) -> Callable[[Automation], Awaitable[None]]:
        async def record(item: Automation) -> None:
            try:
                await self._store.run(attempts.put_items, attempt_id, [item])
            except NotFound:  # the attempt was deleted in the meantime: there is nobody to tell
                return
            except KanbanError as error:  # a full disk, say: the script runs on, what it prints is not told
                self._report(error)

        return record


class DevServer:
    """One dev script at work."""

    def __init__(
        self,
        attempt_id: AttemptId,
        item: Automation,
        scripts: Scripts,
        record: Callable[[Automation], Awaitable[None]],
        *,
        report: Report,
        pause: Pause,
    ) -> None:
        self.process = DevProcess(
            id=ProcessId(item.id),
            attempt_id=attempt_id,
            item_id=item.id,
            command=item.command,
            cwd=item.cwd,
            started_at=item.started_at,
        )
        self.task: asyncio.Task[Automation]
        """Its life; answers with its item at the end."""
        self._item = item
        self._scripts = scripts
        self._record = record
        self._report = report
        self._pause = pause
        self._seen = ("", "")
        self._news = asyncio.Event()
        self._script: asyncio.Task[ScriptEnd]

    def begin(self, clock: Clock, *, on_end: Callable[[], object]) -> None:
        """Starts the script. `on_end` is called when nothing of it is left and its end is told."""
        self._script = asyncio.create_task(self._run())
        self.task = asyncio.create_task(self._live(clock, on_end), name=f"dev-{self.process.attempt_id}")

    async def stop(self) -> Automation:
        """Ends it, and answers with its item, when nothing of it is left."""
        self._script.cancel()
        return await asyncio.shield(self.task)

    async def _run(self) -> ScriptEnd:
        return await self._scripts.run(
            self._item.command,
            stage="dev",
            cwd=self._item.cwd,
            mark=f"{self.process.attempt_id}/dev",
            patience=math.inf,
            on_output=self._show,
        )

    def _show(self, stdout: str, stderr: str) -> None:
        self._seen = (stdout, stderr)
        self._news.set()

    async def _live(self, clock: Clock, on_end: Callable[[], object]) -> Automation:
        telling = asyncio.create_task(self._tell())
        try:
            end = await self._ended()
        finally:
            telling.cancel()
            (fault,) = await asyncio.gather(telling, return_exceptions=True)
            if isinstance(fault, Exception):
                self._report(fault)
        now = clock.now()
        self._item = msgspec.structs.replace(
            self._item,
            status="succeeded" if end.exit_code == 0 or end.ended_by == "stop" else "failed",
            completed_at=now,
            duration_ms=round(seconds_between(self._item.started_at, now) * 1000),
            exit_code=end.exit_code,
            stdout=end.stdout or None,
            stderr=end.stderr or None,
            metadata={"endedBy": end.ended_by} if end.ended_by else None,
        )
        try:
            await self._record(self._item)
        finally:
            on_end()
        return self._item

    async def _ended(self) -> ScriptEnd:
        """How the script ended; one that could not be started says why on its stderr.

        Never raises: whatever happened, it runs no more, and another one may be started.
        """
        await asyncio.wait([self._script])
        if self._script.cancelled():
            stdout, stderr = self._seen
            return ScriptEnd(exit_code=None, stdout=stdout, stderr=stderr, ended_by="stop")
        error = self._script.exception()
        if error is None:
            return self._script.result()
        if isinstance(error, KanbanError):
            return ScriptEnd(exit_code=None, stdout="", stderr=error.detail)
        if isinstance(error, Exception):
            self._report(error)
        return ScriptEnd(exit_code=None, stdout=self._seen[0], stderr=UNEXPECTED)

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            stdout, stderr = (text[-SHOWN:] or None for text in self._seen)
            await self._record(msgspec.structs.replace(self._item, stdout=stdout, stderr=stderr))
            await self._pause(TELL_EVERY)
