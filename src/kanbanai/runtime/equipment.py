"""What runs work with: the world, as the composition root chose it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from kanbanai.domain.agents import Agent
from kanbanai.ports import (
    AgentDriver,
    Clock,
    Drafts,
    Ids,
    Outputs,
    Pause,
    Processes,
    Reading,
    Report,
    Scripts,
    Store,
    Worktrees,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """`agent_of` finds an agent by its key, None when there is none; `report` hears of every fault in the background."""

    store: Store
    driver: AgentDriver
    worktrees: Worktrees
    scripts: Scripts
    processes: Processes
    outputs: Outputs
    drafts: Drafts
    clock: Clock
    ids: Ids
    agent_of: Callable[[Reading, str], Agent | None]
    worktrees_dir: PurePath
    transcripts_dir: PurePath
    report: Report
    pause: Pause = asyncio.sleep
