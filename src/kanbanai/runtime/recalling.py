"""What an agent had said when the server was killed and nobody had recorded: above all the text that it was writing.

A text is recorded when it is whole (RT8), so that one that was being written is only in the agent's transcript. Tools
are not brought back: one that is open is closed with its attempt, and what it did is in the worktree.
"""

from __future__ import annotations

from collections.abc import Sequence

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.conversations import ConversationItem, Message, Thinking, ToolCall
from kanbanai.domain.errors import KanbanError
from kanbanai.domain.ids import ITEM_PREFIX, AttemptId, ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Piece, Settled, Update
from kanbanai.ports import Reading
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.gathering import Gathering
from kanbanai.usecases import attempts
from kanbanai.usecases.attempts import Batch

COMPARED = 200
"""Items at the end of a conversation that texts are compared with; what is missing is younger than the last of them."""


async def recall(equipment: Equipment, attempt: Attempt) -> int:
    """Puts what is missing at the end of the attempt's conversation; answers with how many texts that were.

    Done again it finds nothing missing. Never raises for a transcript that cannot be read: that is told.
    """
    try:
        told = await equipment.driver.last_turn(str(equipment.transcripts_dir / f"{attempt.id}.jsonl"))
    except KanbanError as error:
        equipment.report(error)
        return 0
    known = await equipment.store.read(_end_of_conversation, attempt.id)
    missing = unrecorded(texts(told, equipment, attempt), known)
    if missing:
        await equipment.store.run(attempts.record, attempt.id, Batch(items=missing))
    return len(missing)


def texts(
    told: Sequence[tuple[Timestamp, Update]], equipment: Equipment, attempt: Attempt
) -> list[Message | Thinking]:
    """The messages and thoughts of a turn, as they would have been recorded, the last one as far as it came."""
    heard_at = equipment.clock.now()
    gathering = Gathering(
        new_id=lambda: ItemId(equipment.ids.new(ITEM_PREFIX)),
        now=lambda: heard_at,
        profile_id=attempt.profile_id,
    )
    for heard_at, update in told:  # noqa: B007 - the time that `now` tells
        if isinstance(update, Piece | Settled):
            gathering.take(update, 0.0)
    gathering.settle_all()
    return [one for one in gathering.release(0.0).items if isinstance(one, Message | Thinking)]


def unrecorded(
    said: Sequence[Message | Thinking], known: Sequence[ConversationItem]
) -> tuple[Message | Thinking, ...]:
    """What was said and is not among the last known items of the conversation.

    An agent's items begin in the order in which they are recorded, so that a text older than the youngest of them has
    been recorded. In the same millisecond the words decide.
    """
    of_agent = [one for one in known if _is_of_agent(one)]
    youngest = max((one.timestamp for one in of_agent), default="")
    recorded = {
        (type(one), one.text)
        for one in of_agent
        if isinstance(one, Message | Thinking) and one.timestamp == youngest
    }
    return tuple(
        one
        for one in said
        if one.timestamp > youngest or (one.timestamp == youngest and (type(one), one.text) not in recorded)
    )


def _is_of_agent(item: ConversationItem) -> bool:
    return isinstance(item, Thinking | ToolCall) or (isinstance(item, Message) and item.role == "assistant")


def _end_of_conversation(tx: Reading, attempt_id: AttemptId) -> Sequence[ConversationItem]:
    return tx.attempts.conversation(attempt_id, limit=COMPARED) or []
