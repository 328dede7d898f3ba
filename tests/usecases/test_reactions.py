"""Reactions move cards by column role, once, and never against a person who moved the card meanwhile."""

from typing import Any

import pytest

from kanbanai.domain.actors import LOCAL_USER
from kanbanai.domain.attempts import Attempt, AttemptStatus
from kanbanai.domain.boards import ColumnChanges, Role
from kanbanai.domain.cards import CardChanges, Placement
from kanbanai.domain.events import AttemptStarted, AttemptStatusChanged, CardMoved, Event
from kanbanai.domain.ids import CardId, ColumnId
from kanbanai.domain.log import Entry
from kanbanai.domain.settings import AppSettingsChanges, ProjectSettingsChanges
from kanbanai.ports import Reading
from kanbanai.usecases import attempts, cards, columns, messages, profiles, queries, reactions, settings
from tests.usecases.desk import BACKLOG, DONE, IN_PROGRESS, REVIEW, Desk


class Room(Desk):
    """A desk where people act as people, and what follows is the system's doing."""

    async def last(self, kind: type[Event]) -> Entry:
        return next(one for one in reversed(self.world.committed) if one.kind == kind.kind)

    async def follows(self, reaction: Any, entry: Entry) -> None:
        await self.shows(reaction, entry.event, entry.seq, entry.actor)

    async def nothing_follows(self, reaction: Any, entry: Entry) -> None:
        await self.silent(reaction, entry.event, entry.seq, entry.actor)

    async def drag(self, column: int, card: CardId | None = None, index: int = 0) -> Entry:
        by_hand = self.world.store.acting_as(LOCAL_USER)
        await by_hand.run(cards.move, self.board, card or self.card, Placement(self.columns[column], index))
        return await self.last(CardMoved)

    async def stands(self) -> tuple[int, int]:
        """The number of the card's column, and its place there."""
        state, _ = await self.world.read(queries.board_state, self.board)
        for number, column_id in enumerate(self.columns):
            if self.card in state.columns[column_id].card_ids:
                return number, state.columns[column_id].card_ids.index(self.card)
        raise AssertionError("the card stands nowhere")

    async def role(self, column: ColumnId, role: Role | None) -> None:
        edit = ColumnChanges(key=role)
        await self.world.run(columns.edit, self.board, column, edit)

    async def worked(self, status: AttemptStatus = "succeeded") -> tuple[Attempt, Entry]:
        """An attempt that has ended, its agent told of all, and the entry of its end."""
        attempt = await self.running()
        while await self.world.run(messages.take_next, attempt.id):
            pass
        ended = await self.world.run(attempts.set_status, attempt.id, status)
        return ended, await self.last(AttemptStatusChanged)


@pytest.fixture
def room(desk: Desk) -> Room:
    return Room(desk.world, desk.board, desk.columns, desk.card)


# ── Work began ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("column", [BACKLOG, REVIEW])
async def test_a_card_that_is_worked_on_goes_to_the_end_of_progress(room: Room, column: int) -> None:
    await room.world.card(room.board, "Another", column=IN_PROGRESS)
    await room.drag(column)
    await room.running()
    await room.follows(reactions.show_work, await room.last(AttemptStarted))
    assert await room.stands() == (IN_PROGRESS, 1)
    await room.nothing_follows(reactions.show_work, await room.last(AttemptStarted))


async def test_from_a_column_without_a_role_too(room: Room) -> None:
    await room.role(room.columns[BACKLOG], None)
    await room.running()
    await room.follows(reactions.show_work, await room.last(AttemptStarted))
    assert await room.stands() == (IN_PROGRESS, 0)


async def test_a_card_in_progress_keeps_its_place(room: Room) -> None:
    await room.world.card(room.board, "Another", column=IN_PROGRESS)
    await room.drag(IN_PROGRESS)
    await room.running()
    await room.nothing_follows(reactions.show_work, await room.last(AttemptStarted))


async def test_who_moved_the_card_meanwhile_keeps_the_last_word(room: Room) -> None:
    await room.running()
    started = await room.last(AttemptStarted)
    await room.drag(REVIEW)
    await room.nothing_follows(reactions.show_work, started)
    other = await room.world.card(room.board, "Another")
    await room.drag(REVIEW, other)
    await room.drag(DONE)
    await room.nothing_follows(reactions.show_work, started)


async def test_somebody_elses_card_does_not_count(room: Room) -> None:
    other = await room.world.card(room.board, "Another")
    await room.running()
    started = await room.last(AttemptStarted)
    await room.drag(REVIEW, other)
    await room.follows(reactions.show_work, started)


async def test_without_a_column_in_progress_nothing_moves(room: Room) -> None:
    await room.role(room.columns[IN_PROGRESS], None)
    await room.running()
    await room.nothing_follows(reactions.show_work, await room.last(AttemptStarted))


async def test_a_card_that_is_blocked_by_now_stays(room: Room) -> None:
    await room.running()
    needed = await room.world.card(room.board, "Needed")
    edit = cards.CardEdit(changes=CardChanges(depends_on=(needed,)))
    await room.world.run(cards.edit, room.board, room.card, edit)
    await room.nothing_follows(reactions.show_work, await room.last(AttemptStarted))


async def test_what_is_overtaken_or_gone_moves_nothing(room: Room) -> None:
    await room.worked("failed")
    started = await room.last(AttemptStarted)
    await room.nothing_follows(reactions.show_work, started)
    await room.world.run(cards.delete, room.board, room.card)
    for reaction in (reactions.show_work, reactions.show_result, reactions.start_work):
        await room.nothing_follows(reaction, started)


# ── It succeeded ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_success_brings_the_card_to_the_end_of_review(room: Room) -> None:
    await room.world.card(room.board, "Another", column=REVIEW)
    await room.drag(IN_PROGRESS)
    _, end = await room.worked()
    await room.follows(reactions.show_result, end)
    assert await room.stands() == (REVIEW, 1)
    await room.nothing_follows(reactions.show_result, end)


@pytest.mark.parametrize("status", ["failed", "stopped"])
async def test_any_other_end_leaves_it_where_it_is(room: Room, status: AttemptStatus) -> None:
    await room.drag(IN_PROGRESS)
    _, end = await room.worked(status)
    await room.nothing_follows(reactions.show_result, end)


@pytest.mark.parametrize("column", [BACKLOG, DONE])
async def test_a_success_moves_no_card_from_elsewhere(room: Room, column: int) -> None:
    _, end = await room.worked()
    if column == DONE:
        await room.drag(DONE)
    await room.nothing_follows(reactions.show_result, end)


async def test_a_card_put_back_by_hand_stays_there(room: Room) -> None:
    await room.drag(IN_PROGRESS)
    _, end = await room.worked()
    await room.drag(BACKLOG)
    await room.drag(IN_PROGRESS)
    await room.nothing_follows(reactions.show_result, end)


async def test_a_success_that_was_followed_up_moves_nothing(room: Room) -> None:
    await room.drag(IN_PROGRESS)
    attempt, end = await room.worked()
    await room.world.run(messages.say, attempt.id, "More")
    await room.nothing_follows(reactions.show_result, end)


# ── Auto-start ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def automatic(room: Room, *, on: bool = True, **project: Any) -> None:
    await room.world.run(settings.edit_app, AppSettingsChanges(auto_start_agent_on_in_progress=on))
    changes = ProjectSettingsChanges(**{"default_agent": "CODEX", **project})
    await room.world.run(settings.edit_project, room.board, changes)


def of_card(tx: Reading, card_id: CardId) -> list[Attempt]:
    return tx.attempts.of_card(card_id)


async def test_a_card_that_a_person_takes_up_is_started(room: Room) -> None:
    profile = await room.world.run(profiles.create, None, agent_key="CODEX", name="Mine", config={})
    await automatic(room, default_profile_id=profile.id)
    moved = await room.drag(IN_PROGRESS)
    assert await room.world.read(reactions.to_start, [moved]) == [moved]
    await room.follows(reactions.start_work, moved)
    (attempt,) = await room.world.read(of_card, room.card)
    assert (attempt.agent, attempt.profile_id, attempt.status) == ("CODEX", profile.id, "queued")
    await room.nothing_follows(reactions.start_work, moved)


@pytest.mark.parametrize(
    "why", ["off", "no agent", "from review", "by the system", "moved on", "at work", "blocked by now"]
)
async def test_a_card_is_not_started(room: Room, why: str) -> None:
    await automatic(room, on=why != "off", **({"default_agent": None} if why == "no agent" else {}))
    if why == "from review":
        await room.drag(REVIEW)
    if why == "at work":
        await room.queued()
    moved = await room.drag(IN_PROGRESS)
    if why == "by the system":
        moved = Entry(moved.channel, moved.seq, moved.kind, moved.body, moved.at, "system:kanbanai")
    if why == "moved on":
        await room.drag(BACKLOG)
    if why == "blocked by now":
        needed = await room.world.card(room.board, "Needed")
        edit = cards.CardEdit(changes=CardChanges(depends_on=(needed,)))
        await room.world.run(cards.edit, room.board, room.card, edit)
    await room.nothing_follows(reactions.start_work, moved)


@pytest.mark.parametrize("why", ["off", "from review", "by the system", "to review"])
async def test_such_moves_need_no_look_of_their_own(room: Room, why: str) -> None:
    await automatic(room, on=why != "off")
    if why == "from review":
        await room.drag(REVIEW)
    moved = await room.drag(REVIEW if why == "to review" else IN_PROGRESS)
    if why == "by the system":
        moved = Entry(moved.channel, moved.seq, moved.kind, moved.body, moved.at, "system:kanbanai")
    assert await room.world.read(reactions.to_start, [moved]) == []
