"""What follows when an agent has done its work: its changes are committed, pushed, and the project's script cleans up.

None of it changes how the attempt ended; what goes wrong stands in its log.
"""

from __future__ import annotations

from kanbanai.domain.attempts import LogLine
from kanbanai.domain.commits import autocommit_message
from kanbanai.domain.conversations import Message
from kanbanai.domain.errors import KanbanError
from kanbanai.domain.ids import AttemptId
from kanbanai.ports import Reading
from kanbanai.runtime.automation import run_script
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.journal import Journal
from kanbanai.runtime.orders import Order
from kanbanai.usecases import attempts
from kanbanai.usecases.attempts import Batch

LAST_ITEMS = 200
"""Items at the end of a conversation among which the agent's last words are looked for."""


async def close(equipment: Equipment, journal: Journal, order: Order, cwd: str, *, succeeded: bool) -> None:
    """Does all of it that the project's settings ask for."""
    if succeeded and order.settings.auto_commit_on_finish:
        await _commit(equipment, journal, order, cwd)
    await run_script(equipment, journal, order, "cleanup", cwd)


async def _commit(equipment: Equipment, journal: Journal, order: Order, cwd: str) -> None:
    attempt_id = order.attempt.id
    message = autocommit_message(
        await journal.read(last_words, attempt_id),
        title=order.card.title,
        attempt_id=attempt_id,
        profile_id=order.profile.id if order.profile else None,
    )
    try:
        made = await equipment.worktrees.commit(cwd, message=message, identity=order.identity)
    except KanbanError as error:
        await journal.log(f"[autocommit] failed: {error.detail}", "error")
        return
    if made is None:
        await journal.log("[autocommit] nothing to commit")
        return
    await journal.log(f"[autocommit] committed {made.short} {made.subject}")
    await journal.persist(attempts.record_commit, attempt_id, sha=made.short, subject=made.subject)
    if order.settings.auto_push_on_autocommit:
        await _push(equipment, journal, order, cwd)


async def _push(equipment: Equipment, journal: Journal, order: Order, cwd: str) -> None:
    branch = order.attempt.branch_name
    try:
        remote = await equipment.worktrees.push(cwd, remote=order.settings.preferred_remote, branch=branch)
    except KanbanError as error:
        await journal.log(f"[autopush] failed: {error.detail}", "error")
        return
    await journal.persist(attempts.record_push, order.attempt.id, remote=remote, branch=branch)
    await journal.record(Batch(logs=(LogLine(f"[autopush] pushed {remote}/{branch}"),)))


def last_words(tx: Reading, attempt_id: AttemptId) -> str | None:
    """What the agent said last in this conversation; None: nothing."""
    for item in reversed(tx.attempts.conversation(attempt_id, limit=LAST_ITEMS) or []):
        if isinstance(item, Message) and item.role == "assistant":
            return item.text
    return None
