"""The table of reactions: what it lets pass by, and what it looks at."""

from __future__ import annotations

from kanbanai.domain.cards import Placement
from kanbanai.domain.channels import board_channel
from kanbanai.domain.events import AttemptStatusChanged, CardMoved
from kanbanai.domain.ids import CardId
from kanbanai.domain.log import Entry
from kanbanai.runtime.reactions import table
from kanbanai.runtime.reactor import Reaction
from kanbanai.usecases import cards
from tests.runtime.stage import Stage

REVIEW, DONE = 2, 3


def reaction(stage: Stage, name: str) -> Reaction:
    (found,) = [one for one in table(stage.equipment) if one.name == name]
    return found


async def moved(stage: Stage, card: CardId, column: int) -> Entry:
    """Moves a card and answers with what was said of it."""
    to = Placement((await stage.world.columns(stage.board))[column], 0)
    await stage.world.run(cards.move, stage.board, card, to)
    head = await stage.world.read(lambda tx: tx.head(board_channel(stage.board)))
    (entry,) = await stage.world.read(lambda tx: tx.entries(board_channel(stage.board), head - 1, 1))
    assert isinstance(entry.event, CardMoved)
    return entry


async def test_only_a_card_that_is_done_and_has_a_worktree_is_tidied_up() -> None:
    async with Stage.opened() as stage:
        sieve = reaction(stage, "tidy_up").sieve
        assert sieve is not None
        other = await stage.world.card(stage.board, "Never worked on")
        await stage.over(await stage.becomes(await stage.start(), "succeeded"))
        entries = [
            await moved(stage, stage.card, REVIEW),
            await moved(stage, other, DONE),
            await moved(stage, stage.card, DONE),
        ]
        assert await stage.world.read(sieve, entries) == entries[2:]
        entries.append(await moved(stage, stage.card, REVIEW))
        assert await stage.world.read(sieve, entries) == [], "it was taken back"


async def test_terminals_are_hung_up_only_where_one_may_be_open() -> None:
    async with Stage.opened() as stage:
        concerns = reaction(stage, "hang_up").concerns
        attempt = await stage.start()
        await stage.over(await stage.becomes(attempt, "succeeded"))
        move = await moved(stage, stage.card, DONE)
        entries = await stage.world.read(lambda tx: tx.entries(board_channel(stage.board), 0, 1_000))
        statuses = [one for one in entries if isinstance(one.event, AttemptStatusChanged)]
        assert concerns(move)
        assert not any(concerns(one) for one in statuses), "it has neither failed nor been stopped"
        stage.terminals.busy = False
        assert not concerns(move)
