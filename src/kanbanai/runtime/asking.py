"""The permission requests of one run that wait for a person."""

from __future__ import annotations

import asyncio

from kanbanai.domain.attempts import LogLine
from kanbanai.domain.errors import NotRunning
from kanbanai.domain.ids import AttemptId, ItemId, PermissionId
from kanbanai.domain.permissions import Mode, Permission, automatic, option_for
from kanbanai.domain.updates import Ask
from kanbanai.runtime.journal import Journal
from kanbanai.usecases import permissions
from kanbanai.usecases.attempts import Batch
from kanbanai.usecases.permissions import Asked


class Asking:
    """Puts what the agent asks to the people, where the profile's mode does not answer it, and waits for their answer.

    A request is a row: it may be answered by any client, it may expire, or be cancelled. `hear` is told how it stands.
    """

    def __init__(self, journal: Journal, attempt_id: AttemptId, mode: Mode) -> None:
        self._journal = journal
        self._attempt_id = attempt_id
        self._mode = mode
        self._waiting: dict[PermissionId, asyncio.Future[str | None]] = {}

    async def ask(self, item_id: ItemId | None, ask: Ask) -> str | None:
        """The id of the option that was chosen; None: nobody chose any."""
        decision = automatic(self._mode, ask.tool.action)
        chosen = option_for(ask.options, decision) if decision else None
        if chosen is not None:
            line = LogLine(f"[permissions] {ask.title}: {chosen.label} (mode {self._mode})")
            await self._journal.record(Batch(logs=(line,)))
            return chosen.id
        asked = Asked(title=ask.title, tool=ask.tool, options=ask.options, item_id=item_id)
        try:
            permission = await self._journal.persist(permissions.ask, self._attempt_id, asked)
        except NotRunning:
            return None
        return await self._answered(permission)

    def hear(self, permission: Permission) -> None:
        """A request of this attempt stands so now."""
        future = self._waiting.get(permission.id)
        if future is not None and permission.status != "pending" and not future.done():
            future.set_result(permission.option_id)

    def lapse(self) -> None:
        """The turn is over: nobody waits for an answer any more, whatever becomes of the rows."""
        for future in self._waiting.values():
            if not future.done():
                future.set_result(None)

    async def _answered(self, permission: Permission) -> str | None:
        future = self._waiting[permission.id] = asyncio.get_running_loop().create_future()
        try:
            # It may have been answered before anybody here listened.
            now = await self._journal.read(lambda tx: tx.permissions.get(permission.id))
            return now.option_id if now is not None and now.status != "pending" else await future
        finally:
            del self._waiting[permission.id]
