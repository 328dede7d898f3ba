"""Messages to an agent: a queue, durable, in order, editable until sent."""

from typing import Any

import pytest

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import CardChanges, Image
from kanbanai.domain.conversations import Message
from kanbanai.domain.errors import CardBlocked, CardLocked, Conflict, Invalid, NotFound
from kanbanai.domain.events import AttemptQueueChanged, AttemptStatusChanged, ConversationItemAdded
from kanbanai.domain.ids import AttemptId, MessageId, ProfileId
from kanbanai.domain.messages import (
    MAX_MESSAGE,
    MAX_QUEUED,
    MAX_QUEUED_IMAGES,
    QueuedBrief,
    QueuedMessage,
    item_of,
)
from kanbanai.usecases import attempts, cards, messages, profiles, queries
from kanbanai.usecases.attempts import NewAttempt
from kanbanai.usecases.messages import MessageChanges
from tests.usecases.desk import DONE, UNKNOWN, Desk, status_of

PIXEL = Image("iVBORw0KGgo=", "image/png")


async def texts(desk: Desk, attempt_id: AttemptId) -> list[str]:
    return [one.text for one in await desk.world.read(messages.waiting, attempt_id)]


async def idle(desk: Desk) -> Attempt:
    """An attempt that runs, its agent told of the card."""
    attempt = await desk.running()
    await desk.world.run(messages.take_next, attempt.id)
    return attempt


async def test_messages_wait_in_order_and_are_told_whole(desk: Desk) -> None:
    attempt = await idle(desk)
    first, said = await desk.says(messages.say, attempt.id, "One", (PIXEL,))
    assert (first.woke, first.attempt.status, first.message.created_by) == (
        False,
        "running",
        "system:kanbanai",
    )
    assert said == [AttemptQueueChanged(attempt_id=attempt.id, messages=(QueuedBrief.of(first.message),))]
    second, said = await desk.says(messages.say, attempt.id, "Two")
    briefs = (QueuedBrief.of(first.message), QueuedBrief.of(second.message))
    assert said == [AttemptQueueChanged(attempt_id=attempt.id, messages=briefs)]
    assert briefs[0].images == 1
    assert await texts(desk, attempt.id) == ["One", "Two"]


async def test_the_next_message_leaves_the_queue_for_the_conversation(desk: Desk) -> None:
    attempt = await idle(desk)
    waiting = (await desk.world.run(messages.say, attempt.id, "One", (PIXEL,))).message
    taken, said = await desk.says(messages.take_next, attempt.id)
    assert taken == waiting
    item = (await desk.view()).conversation[-1]
    assert isinstance(item, Message)
    assert (item.id, item.role, item.text, item.images) == (item_of(waiting.id), "user", "One", (PIXEL,))
    assert said == [
        ConversationItemAdded(attempt_id=attempt.id, item=item),
        AttemptQueueChanged(attempt_id=attempt.id, messages=()),
    ]
    assert await desk.silent(messages.take_next, attempt.id) is None


async def test_an_attempt_that_does_not_run_is_told_nothing(desk: Desk) -> None:
    attempt = await desk.queued()
    assert await desk.silent(messages.take_next, attempt.id) is None
    await desk.shows(attempts.claim, 1)
    await desk.shows(attempts.stop, attempt.id)
    assert await desk.silent(messages.take_next, attempt.id) is None
    await desk.refused(NotFound, "Attempt not found", messages.take_next, UNKNOWN)


@pytest.mark.parametrize("status", ["succeeded", "failed", "stopped"])
async def test_a_message_wakes_what_has_ended(desk: Desk, status: Any) -> None:
    attempt = await idle(desk)
    await desk.shows(attempts.finish, attempt.id, status)
    said, events = await desk.shows(messages.say, attempt.id, "More")
    assert (said.woke, said.attempt.status) == (True, "queued")
    assert [type(event) for event in events] == [AttemptStatusChanged, AttemptQueueChanged]
    assert events[0] == status_of(said.attempt)


async def test_what_was_not_told_before_a_stop_is_told_first(desk: Desk) -> None:
    attempt = await idle(desk)
    await desk.world.run(messages.say, attempt.id, "One")
    await desk.shows(attempts.stop, attempt.id)
    await desk.refused(Conflict, "being stopped", messages.say, attempt.id, "Two")
    await desk.shows(attempts.finish, attempt.id, "stopped")
    await desk.shows(messages.say, attempt.id, "Two")
    assert await texts(desk, attempt.id) == ["One", "Two"]


async def test_only_a_cards_newest_attempt_is_woken(desk: Desk) -> None:
    first = await idle(desk)
    await desk.shows(attempts.finish, first.id, "succeeded")
    await desk.shows(attempts.queue, desk.board, desk.card, NewAttempt(agent="CODEX"))
    await desk.refused(Conflict, "newer attempt", messages.say, first.id, "More")


async def test_a_card_that_takes_no_work_takes_no_message(desk: Desk) -> None:
    attempt = await idle(desk)
    needed = await desk.world.card(desk.board, "Needed")
    edit = cards.CardEdit(changes=CardChanges(depends_on=(needed,)))
    await desk.world.run(cards.edit, desk.board, desk.card, edit)
    await desk.refused(CardBlocked, "blocked", messages.say, attempt.id, "More")
    await desk.move(DONE)
    await desk.refused(CardLocked, "done and locked", messages.say, attempt.id, "More")
    await desk.world.run(attempts.finish, attempt.id, "succeeded")
    await desk.refused(CardLocked, "done and locked", messages.say, attempt.id, "More")


async def test_bad_messages_are_refused(desk: Desk) -> None:
    attempt = await idle(desk)
    await desk.refused(Invalid, "prompt: must not be blank", messages.say, attempt.id, " \n")
    await desk.refused(Invalid, "prompt: is 200001", messages.say, attempt.id, "x" * (MAX_MESSAGE + 1))
    await desk.refused(Invalid, "images", messages.say, attempt.id, "x", (PIXEL,) * 6)
    await desk.refused(Invalid, "Profile not found", messages.say, attempt.id, "x", (), ProfileId("apg-0"))
    await desk.refused(NotFound, "Attempt not found", messages.say, UNKNOWN, "x")


async def test_a_queue_has_its_limits(desk: Desk) -> None:
    attempt = await idle(desk)
    for _ in range(MAX_QUEUED_IMAGES // 5):
        await desk.world.run(messages.say, attempt.id, "x", (PIXEL,) * 5)
    await desk.refused(Conflict, "21 images", messages.say, attempt.id, "x", (PIXEL,))
    await desk.world.run(messages.say, attempt.id, "x" * MAX_MESSAGE)
    await desk.refused(Conflict, "characters", messages.say, attempt.id, "x" * MAX_MESSAGE)
    while len(await texts(desk, attempt.id)) < MAX_QUEUED:
        await desk.world.run(messages.say, attempt.id, "x")
    await desk.refused(Conflict, f"{MAX_QUEUED} messages wait", messages.say, attempt.id, "x")


async def test_a_message_that_waits_can_be_changed_in_its_place(desk: Desk) -> None:
    attempt = await idle(desk)
    first, second = [
        (await desk.world.run(messages.say, attempt.id, text)).message for text in ("One", "Two")
    ]
    changed, said = await desk.says(
        messages.edit, attempt.id, first.id, MessageChanges(prompt="1", images=(PIXEL,))
    )
    assert (changed.id, changed.text, changed.created_at) == (first.id, "1", first.created_at)
    briefs = (QueuedBrief.of(changed), QueuedBrief.of(second))
    assert said == [AttemptQueueChanged(attempt_id=attempt.id, messages=briefs)]
    await desk.silent(messages.edit, attempt.id, first.id, MessageChanges(prompt="1"))
    await desk.refused(Invalid, "blank", messages.edit, attempt.id, first.id, MessageChanges(prompt=""))
    await desk.refused(
        Invalid,
        "Profile not found",
        messages.edit,
        attempt.id,
        first.id,
        MessageChanges(profile_id=ProfileId("apg-0")),
    )


async def test_a_message_that_waits_can_be_taken_back(desk: Desk) -> None:
    attempt = await idle(desk)
    first, second = [
        (await desk.world.run(messages.say, attempt.id, text)).message for text in ("One", "Two")
    ]
    _, said = await desk.says(messages.withdraw, attempt.id, first.id)
    assert said == [AttemptQueueChanged(attempt_id=attempt.id, messages=(QueuedBrief.of(second),))]
    await desk.refused(NotFound, "Message not found", messages.withdraw, attempt.id, first.id)


async def test_what_the_agent_has_been_told_stays(desk: Desk) -> None:
    attempt = await idle(desk)
    message = (await desk.world.run(messages.say, attempt.id, "One")).message
    await desk.world.run(messages.take_next, attempt.id)
    await desk.refused(Conflict, "has been told", messages.withdraw, attempt.id, message.id)
    await desk.refused(
        Conflict, "has been told", messages.edit, attempt.id, message.id, MessageChanges(prompt="x")
    )
    await desk.refused(NotFound, "not found", messages.withdraw, attempt.id, MessageId("msg-0"))
    other = await desk.world.run(
        attempts.queue, desk.board, await desk.world.card(desk.board), NewAttempt(agent="CODEX")
    )
    waiting: QueuedMessage = (await desk.world.read(messages.waiting, other.id))[0]
    await desk.refused(NotFound, "not found", messages.withdraw, attempt.id, waiting.id)


async def test_an_attempt_in_the_queue_keeps_something_to_be_told(desk: Desk) -> None:
    attempt = await desk.queued()
    (first,) = await desk.world.read(messages.waiting, attempt.id)
    await desk.refused(Conflict, "stop it instead", messages.withdraw, attempt.id, first.id)
    await desk.world.run(messages.say, attempt.id, "Two")
    await desk.says(messages.withdraw, attempt.id, first.id)
    assert await texts(desk, attempt.id) == ["Two"]


async def test_a_message_can_bring_another_profile(desk: Desk) -> None:
    attempt = await idle(desk)
    profile = await desk.world.run(profiles.create, None, agent_key="CODEX", name="Mine", config={})
    droid = await desk.world.run(profiles.create, None, agent_key="DROID", name="Its", config={})
    await desk.refused(Invalid, "does not match", messages.say, attempt.id, "x", (), droid.id)
    await desk.says(messages.say, attempt.id, "x", (), profile.id)
    await desk.says(messages.say, attempt.id, "y")
    assert (await desk.stored(attempt.id)).profile_id is None
    for _ in range(2):
        await desk.world.run(messages.take_next, attempt.id)
        assert (await desk.stored(attempt.id)).profile_id == profile.id
    items, _ = await desk.world.read(queries.conversation, attempt.id, None, 10)
    assert [one.profile_id for one in items if isinstance(one, Message)] == [None, profile.id, profile.id]
