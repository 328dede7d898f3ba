"""A project's scripts on their way: each is an item of the conversation, told while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import msgspec

from kanbanai.domain.attempts import LogLine
from kanbanai.domain.conversations import Automation
from kanbanai.domain.environments import run_mark
from kanbanai.domain.errors import KanbanError, Unprocessable
from kanbanai.domain.times import seconds_between
from kanbanai.ports import ScriptEnd
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.journal import Journal
from kanbanai.runtime.orders import Order
from kanbanai.runtime.stages import LENIENCE_OF, NAME_OF, SCRIPT_OF, Stage

TELL_EVERY = 0.5
"""Seconds between two states of a script that runs: its last 32,768 characters are told whole each time."""


class ScriptFailed(Unprocessable):
    """A script failed that must not; the attempt cannot go on."""

    code = "script_failed"


async def run_script(equipment: Equipment, journal: Journal, order: Order, stage: Stage, cwd: str) -> None:
    """Runs the project's script for a stage, if it has one.

    Raises ScriptFailed when it fails and is not allowed to. When it is cancelled every process of it is ended and its
    item says so.
    """
    text = getattr(order.settings, SCRIPT_OF[stage])
    if not text:
        return
    started = Automation(
        id=journal.new_item(),
        timestamp=journal.now(),
        stage=stage,
        command=text,
        cwd=cwd,
        status="running",
        started_at=journal.now(),
        completed_at=None,
        duration_ms=None,
        exit_code=None,
        stdout=None,
        stderr=None,
    )
    await journal.item(started)
    telling = _Telling(equipment, journal, started)
    patience = order.settings.script_timeout_minutes * 60.0
    try:
        end = await telling.during(
            equipment.scripts.run(
                text,
                stage=stage,
                cwd=cwd,
                mark=run_mark(order.attempt.id),
                patience=patience,
                on_output=telling.show,
            )
        )
    except asyncio.CancelledError:
        await journal.item(
            _ended(telling.latest, journal, ScriptEnd(exit_code=None, **telling.seen, ended_by="stop"))
        )
        raise
    except KanbanError as error:
        end = ScriptEnd(exit_code=None, stdout="", stderr=error.detail)
    await _conclude(journal, order, stage, _ended(telling.latest, journal, end), end, patience)


async def _conclude(
    journal: Journal, order: Order, stage: Stage, item: Automation, end: ScriptEnd, patience: float
) -> None:
    if end.exit_code == 0 and end.ended_by is None:
        await journal.item(item)
        return
    how = _how(end, patience)
    is_lenient = order.settings.allow_scripts_to_fail or getattr(order.settings, LENIENCE_OF[stage])
    if is_lenient or stage == "cleanup":
        item = msgspec.structs.replace(item, allowed_failure=is_lenient)
        words = "failed but was allowed to fail; continuing." if is_lenient else how
        await journal.item(item, LogLine(f"[automation:{stage}] {words}", "warn"))
        return
    await journal.item(item, LogLine(f"[automation:{stage}] {how}", "error"))
    raise ScriptFailed(f"The {NAME_OF[stage]} {how}")


def _how(end: ScriptEnd, patience: float) -> str:
    if end.ended_by == "timeout":
        return f"took longer than {patience / 60:g} minutes and was ended"
    if end.exit_code is None:
        return f"could not be run: {end.stderr}"
    if end.exit_code < 0:
        return f"was ended by signal {-end.exit_code}"
    return f"exited with code {end.exit_code}"


def _ended(item: Automation, journal: Journal, end: ScriptEnd) -> Automation:
    now = journal.now()
    return msgspec.structs.replace(
        item,
        status="succeeded" if end.exit_code == 0 and end.ended_by is None else "failed",
        completed_at=now,
        duration_ms=round(seconds_between(item.started_at, now) * 1000),
        exit_code=end.exit_code,
        stdout=end.stdout or None,
        stderr=end.stderr or None,
        metadata={"endedBy": end.ended_by} if end.ended_by else None,
    )


class _Telling:
    """Tells what a script printed so far, now and then."""

    def __init__(self, equipment: Equipment, journal: Journal, item: Automation) -> None:
        self._equipment = equipment
        self._journal = journal
        self._news = asyncio.Event()
        self.latest = item

    def show(self, stdout: str, stderr: str) -> None:
        """Takes what stdout and stderr show now."""
        self.latest = msgspec.structs.replace(self.latest, stdout=stdout or None, stderr=stderr or None)
        self._news.set()

    @property
    def seen(self) -> dict[str, str]:
        """The last that was shown."""
        return {"stdout": self.latest.stdout or "", "stderr": self.latest.stderr or ""}

    async def during(self, running: Awaitable[ScriptEnd]) -> ScriptEnd:
        """Tells for as long as `running` runs. A fault in telling ends neither it nor the attempt: its end is told."""
        telling = asyncio.create_task(self._tell())
        try:
            return await running
        finally:
            telling.cancel()
            (fault,) = await asyncio.gather(telling, return_exceptions=True)
            if isinstance(fault, Exception):
                self._equipment.report(fault)

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._journal.item(self.latest)
            await self._equipment.pause(TELL_EVERY)
