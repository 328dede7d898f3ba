"""Putting an attempt's worktree away: what is nowhere else is saved, everything that works in it is ended."""

from __future__ import annotations

from kanbanai.domain.errors import NotFound
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.worktrees import Salvage
from kanbanai.ports import Reading
from kanbanai.runtime.equipment import Equipment
from kanbanai.usecases import attempts, queries


async def put_away(equipment: Equipment, attempt_id: AttemptId) -> Salvage | None:
    """Removes the worktree and the branch of an attempt that is not at work, and answers with what was saved.

    Its terminals and its dev process end. An attempt that is gone, or has no worktree, is none of this function's
    business. Raises what `kanbanai.ports.Worktrees.put_away` raises; the attempt then keeps its worktree.
    """
    found = await equipment.store.read(_place, attempt_id)
    await equipment.processes.end_marked(attempt_id)
    if found is None:
        return None
    path, repository, branch, base = found
    saved = await equipment.worktrees.put_away(
        path, repository=repository, branch=branch, name=attempt_id, base=base
    )
    try:
        await equipment.store.run(attempts.record_worktree, attempt_id, None)
    except NotFound:
        return saved  # deleted meanwhile, worktree or not
    return saved


def _place(tx: Reading, attempt_id: AttemptId) -> tuple[str, str, str, str] | None:
    attempt = tx.attempts.get(attempt_id)
    if attempt is None or attempt.worktree_path is None:
        return None
    repository = queries.project(tx, attempt.board_id).repository_path
    return attempt.worktree_path, repository, attempt.branch_name, attempt.base_branch
