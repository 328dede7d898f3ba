"""An acknowledged write survives `kill -9`, and state and log agree afterwards (RT3)."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kanbanai.adapters.storage import checkup
from kanbanai.adapters.storage.folder import LOCK_NAME
from kanbanai.adapters.storage.open import DATABASE_NAME, open_store
from kanbanai.adapters.system import RandomIds, SystemClock
from kanbanai.domain.cards import CardChanges
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import cards, projects, queries
from tests.adapters.storage.test_open import opened

ROUNDS = 3
ACKNOWLEDGED = 150
"""Per round; with six writers, some twenty shared commits."""
WRITERS = 6

CHILD = """
import asyncio, sys
from pathlib import Path
from tests.adapters.storage.test_kill import write_until_killed
asyncio.run(write_until_killed(Path(sys.argv[1]), int(sys.argv[2])))
"""


async def write_until_killed(path: Path, round_number: int) -> None:
    """What the killed process does: cards are made and renamed without end; each line says that one was stored."""
    store = open_store(path, clock=SystemClock(), ids=RandomIds(), on_commit=lambda _: None)
    if round_number == 0:
        await store.run(projects.create, projects.NewProject(name="Killed", repository_path="/repository"))
    board_id: BoardId = (await store.read(lambda tx: tx.boards.ids()))[0]
    column_id = (await store.read(queries.board_state, board_id))[0].column_order[0]

    def make(tx: Transaction, name: str) -> CardId:
        return cards.create(tx, board_id, cards.NewCard(column_id=column_id, title=name, index=0)).card.id

    def rename(tx: Transaction, card_id: CardId, name: str) -> None:
        cards.edit(tx, board_id, card_id, cards.CardEdit(changes=CardChanges(title=name)))

    async def write(writer: int) -> None:
        number = 0
        while True:
            number += 1
            name = f"{round_number}.{writer}.{number}"
            card_id = await store.run(make, name)
            print(card_id, name, flush=True)
            await store.run(rename, card_id, f"{name} renamed")
            print(card_id, f"{name} renamed", flush=True)

    await asyncio.gather(*map(write, range(WRITERS)))


def killed(path: Path, round_number: int) -> dict[str, str]:
    """Card → the last title that was acknowledged before a process was killed in the middle of its writing."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(round_number)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(ACKNOWLEDGED)]
        process.kill()
        lines += process.stdout.readlines()
    assert process.returncode == -9
    whole = [line.removesuffix("\n").split(" ", 1) for line in lines if line.endswith("\n")]
    return dict(whole)


@pytest.mark.slow
def test_rt3_an_acknowledged_write_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / DATABASE_NAME
    acknowledged: dict[str, str] = {}
    for round_number in range(ROUNDS):
        acknowledged |= killed(path, round_number)
        assert (tmp_path / LOCK_NAME).read_text().strip() != str(os.getpid())
        asyncio.run(everything_is_there(path, acknowledged))
        assert [(one.level, one.what) for one in checkup.examine(path) if one.level != "ok"] == []
    assert len(acknowledged) >= ROUNDS * ACKNOWLEDGED / 2


async def everything_is_there(path: Path, acknowledged: dict[str, str]) -> None:
    def titles(tx: Reading) -> dict[str, str]:
        cards = tx.boards.snapshot(tx.boards.ids()[0]).state.cards
        return {card.id: card.title for card in cards.values()}

    store = opened(path)
    stored = await store.read(titles)
    store.close()
    lost = {card_id: title for card_id, title in acknowledged.items() if not kept(stored.get(card_id), title)}
    assert lost == {}


def kept(stored: str | None, acknowledged: str) -> bool:
    """Whether what is stored is what was acknowledged, or the renaming that was under way when the process died."""
    return stored in {acknowledged, f"{acknowledged} renamed"}
