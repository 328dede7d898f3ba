"""What runs work with: the world, as the composition root chose it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import PurePath

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
