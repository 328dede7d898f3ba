"""What runs work with: the world, as the composition root chose it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import PurePath
from weakref import WeakValueDictionary

from kanbanai.domain.ids import AttemptId
from kanbanai.ports import (
    AgentDriver,
    Clock,
    DevProcesses,
    Drafts,
    Ids,
    Outputs,
    Pause,
    Processes,
    Report,
    Salvages,
    Scripts,
    Store,
    Terminals,
    Worktrees,
)


class Doors:
    """The door of each attempt's worktree: one goes through at a time, who works in it or who puts it away."""

    def __init__(self) -> None:
        self._doors: WeakValueDictionary[AttemptId, asyncio.Lock] = WeakValueDictionary()

    def of(self, attempt_id: AttemptId) -> asyncio.Lock:
        """The door; it is kept by whoever has it, or waits for it."""
        door = self._doors.get(attempt_id)
        if door is None:
            door = self._doors[attempt_id] = asyncio.Lock()
        return door


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """`report` hears of every fault in the background."""

    store: Store
    driver: AgentDriver
    worktrees: Worktrees
    salvages: Salvages
    scripts: Scripts
    processes: Processes
    outputs: Outputs
    dev_processes: DevProcesses
    terminals: Terminals
    drafts: Drafts
    clock: Clock
    ids: Ids
    worktrees_dir: PurePath
    transcripts_dir: PurePath
    report: Report
    pause: Pause = asyncio.sleep
    doors: Doors = field(default_factory=Doors)
