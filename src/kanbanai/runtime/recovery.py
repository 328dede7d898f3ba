"""What is put right before the server answers anybody: the last one may have been killed at any moment.

Processes first, so that nothing writes any more; then what the agents had said; then the attempts; then what was being
made for one of them.
"""

from __future__ import annotations

import msgspec

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.errors import KanbanError
from kanbanai.domain.ids import AttemptId
from kanbanai.ports import Reading
from kanbanai.runtime import orders
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.recalling import recall
from kanbanai.usecases import attempts


class Recovered(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `reconciled`: the attempts that the last server left at work, as they are now."""

    reconciled: tuple[Attempt, ...] = ()
    processes: int = 0
    half_made: tuple[str, ...] = ()


async def recover(equipment: Equipment) -> Recovered:
    """Ends what outlived the last server, and brings every attempt to a status that is true.

    A worktree that was being made when the server was killed is put away: nobody has worked in it, and whatever is in
    it all the same is saved. What cannot be put away is told, and left. Raises Unavailable when the store cannot be
    written: then nothing can be served either.
    """
    store = equipment.store
    active = [one for one in await store.read(lambda tx: tx.attempts.active()) if one.status != "queued"]
    processes = sum([await equipment.processes.end_marked(one) for one in await _strays(equipment)])
    for one in active:
        await recall(equipment, one)
    reconciled = tuple(await store.run(attempts.reconcile))
    half_made = [path for one in active if (path := await _unmade(equipment, one)) is not None]
    return Recovered(reconciled=reconciled, processes=processes, half_made=tuple(half_made))


async def _strays(equipment: Equipment) -> list[AttemptId]:
    """The attempts of ours of which processes are there: agents and scripts, dev processes and terminals.

    Another server on this machine has attempts of its own, which are let be.
    """
    marks = await equipment.processes.marks()
    ids = sorted({AttemptId(mark.partition("/")[0]) for mark in marks})
    return await equipment.store.read(lambda tx: [one for one in ids if tx.attempts.get(one) is not None])


async def _unmade(equipment: Equipment, attempt: Attempt) -> str | None:
    """The path of a worktree that was half made for the attempt, which is put away; None: there is none.

    There may be no more of it yet than a branch.
    """
    if attempt.worktree_path is not None:
        return None
    try:
        path, repository = await equipment.store.read(_planned, equipment, attempt.id)
        is_there = await equipment.worktrees.is_there(path)
        if is_there:
            await equipment.worktrees.put_away(path, repository=repository, branch=None, name=attempt.id)
        if not await equipment.worktrees.clear_unfinished(path, repository=repository) and not is_there:
            return None
    except KanbanError as error:
        error.add_note(f"while the half-made worktree of {attempt.id} was put away")
        equipment.report(error)
        return None
    return path


def _planned(tx: Reading, equipment: Equipment, attempt_id: AttemptId) -> tuple[str, str]:
    order = orders.order(tx, attempt_id)
    return order.worktree_path(equipment.worktrees_dir), order.project.repository_path
