"""Housekeeping forgets what is over its time, says when it fails, and is nothing while there is nothing to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kanbanai.adapters.files.transcripts import FileTranscripts
from kanbanai.adapters.outputs.files import FileOutputs
from kanbanai.domain.channels import board_channel
from kanbanai.domain.errors import StorageFull
from kanbanai.domain.ids import BoardId, ItemId
from kanbanai.ports import Reading, Reply, Store, Transaction
from kanbanai.runtime import housekeeping
from kanbanai.runtime.housekeeping import EVERY, KEEP_EVENTS_FOR, KEEP_REPLIES_FOR, Housekeeping
from kanbanai.usecases import attempts
from kanbanai.usecases import cards as use_cards
from tests.contracts.stores import say
from tests.world import World


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


@pytest.fixture
async def board_id(world: World) -> BoardId:
    return (await world.project()).board_id


def fails(error: Exception) -> None:
    raise error


def kept(board_id: BoardId) -> Callable[[Reading], list[int]]:
    return lambda tx: [entry.seq for entry in tx.entries(board_channel(board_id), 0, 100_000)]


async def test_old_events_go_and_young_or_recent_ones_stay(
    world: World, board_id: BoardId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "KEEP_EVENTS", 5)
    monkeypatch.setattr(housekeeping, "AT_ONCE", 3)
    for number in range(16):
        await world.run(say, str(number), board_id)
    keeper = Housekeeping(world.store, report=fails)
    await keeper.round()
    assert await world.read(kept(board_id)) == list(range(1, 21)), "none is old"
    world.clock.moment += KEEP_EVENTS_FOR
    await world.run(say, "young", board_id)
    world.clock.moment += timedelta(hours=1)
    await keeper.round()
    assert await world.read(kept(board_id)) == [17, 18, 19, 20, 21]


async def test_answers_are_forgotten_after_a_day(world: World) -> None:
    def keep(tx: Transaction, key: str) -> None:
        tx.idempotency.keep(key, "fingerprint", Reply(200, {}, b""))

    await world.run(keep, "old")
    world.clock.moment += KEEP_REPLIES_FOR / 2
    await world.run(keep, "young")
    world.clock.moment += KEEP_REPLIES_FOR / 2
    await Housekeeping(world.store, report=fails).round()
    assert await world.read(lambda tx: tx.idempotency.find("old")) is None
    assert await world.read(lambda tx: tx.idempotency.find("young")) is not None


class Broken:
    """A store whose disk is full on the first day."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked = 0

    async def run(self, use_case: Callable[..., Any], *args: Any) -> Any:
        self.asked += 1
        if self.asked == 1:
            raise StorageFull("No room is left")
        return await self._store.run(use_case, *args)

    async def tidy(self) -> None:
        await self._store.tidy()


async def test_a_fault_is_reported_and_the_next_round_tries_again(world: World) -> None:
    reported: list[Exception] = []
    pauses: list[float] = []
    store = Broken(world.store)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    keeper = Housekeeping(store, report=reported.append, pause=pause)  # type: ignore[arg-type]
    with pytest.raises(asyncio.CancelledError):
        await keeper.run()
    assert [str(error) for error in reported] == ["No room is left"]
    assert store.asked == 2
    assert pauses == [EVERY.total_seconds()] * 3


async def test_what_is_kept_of_attempts_that_are_gone_goes_too(
    world: World, board_id: BoardId, tmp_path: Path
) -> None:
    outputs, transcripts = FileOutputs(tmp_path / "outputs"), FileTranscripts(tmp_path / "transcripts")
    cards = [await world.card(board_id, title) for title in ("stays", "goes")]
    for card_id in cards:
        attempt = await world.run(attempts.queue, board_id, card_id, attempts.NewAttempt(agent="DEMO"))
        await outputs.keep(attempt.id, ItemId("cmsg-1"), "much")
        (tmp_path / "transcripts").mkdir(exist_ok=True)
        (tmp_path / "transcripts" / f"{attempt.id}.jsonl").write_text("{}", encoding="utf-8")
        await world.run(attempts.stop, attempt.id)
    keeper = Housekeeping(world.store, report=fails, keepsakes=(outputs, transcripts))
    await keeper.round()
    assert len(await outputs.kept()) == len(await transcripts.kept()) == 2
    await world.run(use_cards.delete, board_id, cards[1])
    await keeper.round()
    stays = await world.read(lambda tx: tx.attempts.of_card(cards[0]))
    assert await outputs.kept() == await transcripts.kept() == [stays[0].id]


async def test_a_round_without_anything_to_do_says_nothing(world: World, board_id: BoardId) -> None:
    async with world.unchanged(board_id):
        keeper = Housekeeping(world.store, report=fails)
        await keeper.round()
        await keeper.round()
