"""Putting an attempt's worktree away: what is nowhere else is saved, everything that works in it is ended."""

from __future__ import annotations

from kanbanai.domain.attempts import ACTIVE
from kanbanai.domain.errors import Conflict, NotFound
from kanbanai.domain.ids import AttemptId, CardId
from kanbanai.domain.worktrees import Salvage
from kanbanai.ports import Reading
from kanbanai.runtime.equipment import Equipment
from kanbanai.usecases import attempts, queries


async def put_away(equipment: Equipment, attempt_id: AttemptId) -> Salvage | None:
    """Removes the worktree and the branch of an attempt that is not at work, and answers with what was saved.

    Its terminals and its dev process end. A run that still commits or cleans up is waited for; one that would begin
    meanwhile waits, and gets a worktree of its own. An attempt that is gone, or has no worktree, is none of this
    function's business. Raises Conflict while an agent is at work or about to be, and what
    `kanbanai.ports.Worktrees.put_away` raises; the attempt then keeps its worktree.
    """
    await equipment.store.read(_place, attempt_id)  # who is at work has the door, and keeps it for hours
    async with equipment.doors.of(attempt_id):
        return await _put_away(equipment, attempt_id)


async def _put_away(equipment: Equipment, attempt_id: AttemptId) -> Salvage | None:
    found = await equipment.store.read(_place, attempt_id)
    if found is None:
        return None
    card_id, path, repository, branch, base = found
    if card_id is not None:
        await equipment.terminals.close_for(card_id, "attempt_ended")
    await equipment.dev_processes.end_for(attempt_id)
    await equipment.processes.end_marked(attempt_id)
    saved = await equipment.worktrees.put_away(
        path, repository=repository, branch=branch, name=attempt_id, base=base
    )
    try:
        await equipment.store.run(attempts.record_worktree, attempt_id, None)
    except NotFound:
        return saved  # deleted meanwhile, worktree or not
    return saved


def _place(tx: Reading, attempt_id: AttemptId) -> tuple[CardId | None, str, str, str, str] | None:
    """The card (if its terminal is this attempt's), worktree, repository, branch and base. Raises Conflict."""
    attempt = tx.attempts.get(attempt_id)
    if attempt is None or attempt.worktree_path is None:
        return None
    if attempt.status in ACTIVE:
        raise Conflict(f"An agent is at work in {attempt.worktree_path}, or about to be, so it stays")
    repository = queries.project(tx, attempt.board_id).repository_path
    newest = tx.attempts.latest(attempt.card_id)
    card_id = attempt.card_id if newest is not None and newest.id == attempt_id else None
    return card_id, attempt.worktree_path, repository, attempt.branch_name, attempt.base_branch
