"""A card with an attempt whose worktree is a folder of the test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from kanbanai.domain.attempts import Attempt, AttemptStatus
from kanbanai.domain.ids import BoardId
from kanbanai.usecases import attempts
from tests.world import World


@asynccontextmanager
async def marked_world() -> AsyncGenerator[World]:
    """A world whose ids no other test of this machine counts.

    Processes are found, and ended, by a mark made of an attempt's id; tests run side by side.
    """
    async with World.opened() as world:
        world.ids.begin_at(os.getpid() * 100_000)
        yield world


NEW = attempts.NewAttempt(agent="CODEX", branch_name="ab/one")


async def attempt_in(
    world: World, board_id: BoardId, worktree: Path | None, status: AttemptStatus = "running", column: int = 1
) -> Attempt:
    """A new card's attempt, in that status, at work in that folder."""
    card_id = await world.card(board_id, column=column)
    attempt = await world.run(attempts.queue, board_id, card_id, NEW)
    if status != "queued":
        attempt = await world.run(attempts.start, attempt.id)
    if worktree is not None:
        await asyncio.to_thread(worktree.mkdir, parents=True, exist_ok=True)
        attempt = await world.run(attempts.record_worktree, attempt.id, str(worktree))
    if status not in {"queued", "running"}:
        attempt = await world.run(attempts.set_status, attempt.id, status)
    return attempt
