"""The run of an attempt, from claimed to ended: one task, stage by stage.

    worktree ► copy_files (a new worktree) ► setup (a first run) ► the agent, until nothing waits ► end
             ► commit, push ► cleanup

It may be interrupted at every point. Then what goes on is ended (agent, script, git), the attempt's end is recorded,
and only then it is over: no process of it is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Literal, NamedTuple

import msgspec

from kanbanai.domain.attempts import LogLine
from kanbanai.domain.environments import run_mark
from kanbanai.domain.errors import Conflict, KanbanError, NotFound
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.permissions import Permission
from kanbanai.domain.worktrees import NewWorktree
from kanbanai.runtime import closing, orders
from kanbanai.runtime.automation import run_script
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.inbox import Tally
from kanbanai.runtime.journal import Journal
from kanbanai.runtime.orders import Order
from kanbanai.runtime.stages import PREPARATION
from kanbanai.runtime.turns import AgentFailed, Talk, TurnCancelled
from kanbanai.usecases import attempts
from kanbanai.usecases.attempts import Batch

Interruption = Literal["stop", "shutdown"]
"""`stop`: somebody wants it to end. `shutdown`: the server ends; what becomes of the attempt is decided at its next
start, as after a crash, so that what may go on does."""

UNEXPECTED = "Something went wrong in the server while the agent was at work; the server's log says what"


class _End(NamedTuple):
    status: Literal["succeeded", "failed", "stopped", "left"]
    """`left`: the server ended first; the attempt stays as it is."""
    failure: str | None = None
    details: str | None = None


class Run:
    """One run. `live` is its task; `interrupt` and `hear` are called from outside, on the same loop."""

    def __init__(self, equipment: Equipment, attempt_id: AttemptId, agent: str, tally: Tally) -> None:
        self.attempt_id = attempt_id
        self.ended = asyncio.Event()
        """Set when nothing of the run goes on any more, its processes included."""
        self._equipment = equipment
        self._journal = Journal(equipment, attempt_id, agent)
        self._tally = tally
        self._task: asyncio.Task[None] | None = None
        self._interruption: Interruption | None = None
        self._is_interruptible = False
        self._talk: Talk | None = None
        self._order: Order | None = None
        self._cwd: str | None = None

    # ── from outside ────────────────────────────────────────────────────────────────────────────────────────────────

    def interrupt(self, why: Interruption) -> None:
        """Ends the run soon. The first reason counts; again, or when it is ending already, it does nothing."""
        if self._interruption is not None or self.ended.is_set():
            return
        self._interruption = why
        if self._task is not None and self._is_interruptible:
            self._task.cancel()

    def task_is(self, task: asyncio.Task[None]) -> None:
        """The task that `live` runs in, which has not begun yet."""
        self._task = task

    def hear(self, permission: Permission) -> None:
        """A permission request of this attempt stands so now."""
        if self._talk is not None:
            self._talk.asking.hear(permission)

    # ── its life ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def live(self, after: Run | None = None) -> None:
        """Runs the attempt. `after`: the attempt's run before, whose last stages may still be going on."""
        try:
            async with AsyncExitStack() as held:
                end = await self._interruptibly(lambda: self._work(after, held))
                await self._leave_no_process()
                if end.status != "left" and await self._record(end) and self._cwd is not None:
                    await self._interruptibly(lambda: self._close(succeeded=end.status == "succeeded"))
                    await self._leave_no_process()
        finally:
            self.ended.set()

    async def _interruptibly(self, stages: Callable[[], Awaitable[None]]) -> _End:
        """How the stages ended. Nothing that they raise gets past this; an interruption ends nothing else."""
        try:
            self._is_interruptible = True
            if self._interruption is not None:
                return self._interrupted()
            await stages()
        except asyncio.CancelledError:
            if self._interruption is None or self._task is None:
                raise  # not ours: the loop itself is being taken down
            self._task.uncancel()
            return self._interrupted()
        except TurnCancelled:
            return _End("stopped")
        except NotFound:
            return _End("stopped")  # card or project are gone; there is nobody to tell
        except AgentFailed as error:
            return _End("failed", error.detail, error.details)
        except KanbanError as error:
            return _End("failed", error.detail, error.output)
        except Exception as error:  # noqa: BLE001 - whatever it is, the attempt must not stay at work for ever
            self._equipment.report(error)
            return _End("failed", UNEXPECTED, f"{type(error).__name__}: {error}")
        finally:
            self._is_interruptible = False
        return _End("succeeded")

    def _interrupted(self) -> _End:
        return _End("left" if self._interruption == "shutdown" else "stopped")

    async def _record(self, end: _End) -> bool:
        """Says how it ended. False: it was stopped, is gone, or waits for its next run already; nothing follows."""
        try:
            if end.status == "failed":
                failure = end.failure or UNEXPECTED
                ended = await self._journal.persist(attempts.fail, self.attempt_id, failure, end.details)
            else:
                ended = await self._journal.persist(
                    attempts.finish,
                    self.attempt_id,
                    "succeeded" if end.status == "succeeded" else "stopped",
                )
        except (NotFound, Conflict):
            return False
        return ended.status in {"succeeded", "failed"}

    async def _leave_no_process(self) -> None:
        """Ends whatever of this run is left: what its agent or a script started and left behind."""
        try:
            strays = await self._equipment.processes.end_marked(run_mark(self.attempt_id))
        except (KanbanError, OSError) as error:
            self._equipment.report(error)
            return
        if strays:
            await self._note(LogLine(f"[runner] ended {strays} processes that were left behind", "warn"))

    async def _note(self, line: LogLine) -> None:
        try:
            await self._journal.record(Batch(logs=(line,)))
        except KanbanError as error:
            self._equipment.report(error)

    # ── its stages ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self, after: Run | None, held: AsyncExitStack) -> None:
        if after is not None:
            await after.ended.wait()
        # Whoever is putting the worktree away is waited for; from here on nobody does, until the run is over.
        await held.enter_async_context(self._equipment.doors.of(self.attempt_id))
        order = self._order = await self._journal.read(orders.order, self.attempt_id)
        if order.attempt.status != "running":
            return  # it was stopped before anybody here listened
        cwd, is_new = await self._worktree(order)
        self._cwd = cwd
        for stage in PREPARATION:
            if is_new or stage not in order.prepared:
                await run_script(self._equipment, self._journal, order, stage, cwd)
        self._talk = Talk(self._equipment, self._journal, order, cwd, self._tally)
        await self._talk.run()
        await self._journal.log("[runner] agent finished")

    async def _worktree(self, order: Order) -> tuple[str, bool]:
        """The folder to work in, and whether it was just made."""
        known = order.attempt.worktree_path
        if known is not None and await self._equipment.worktrees.is_there(known):
            return known, False
        saved = await self._saved(order)
        made = await self._equipment.worktrees.create(
            NewWorktree(
                repository=order.project.repository_path,
                path=known or order.worktree_path(self._equipment.worktrees_dir),
                branch=order.attempt.branch_name,
                base=saved or order.attempt.base_branch,
                remote=order.settings.preferred_remote,
            )
        )
        self._order = msgspec.structs.replace(
            order, attempt=msgspec.structs.replace(order.attempt, branch_name=made.branch)
        )
        began = order.attempt.base_commit if saved else None
        await self._journal.persist(
            attempts.record_worktree,
            self.attempt_id,
            made.path,
            branch=made.branch,
            base_commit=began or made.base_commit,
        )
        lines = [LogLine(f"[git] worktree on {made.branch} at {made.base_commit[:7]}")]
        lines += [LogLine(f"[git] {note}", "warn") for note in made.notes]
        await self._journal.record(Batch(logs=tuple(lines)))
        return made.path, True

    async def _saved(self, order: Order) -> str | None:
        """The commit that has the attempt's work, when its worktree was put away with work that is nowhere else."""
        if order.attempt.base_commit is None:
            return None  # it never had a worktree
        saved = await self._equipment.salvages.all(order.project.repository_path)
        return next((one.commit for one in saved if f"/{self.attempt_id}" in one.ref), None)

    async def _close(self, *, succeeded: bool) -> None:
        if self._order is not None and self._cwd is not None:
            await closing.close(self._equipment, self._journal, self._order, self._cwd, succeeded=succeeded)
