"""`kanbanai doctor`, as far as the database goes: what it sees, and that mending mends."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kanbanai.adapters.storage import checkup
from kanbanai.adapters.storage.open import DATABASE_NAME
from kanbanai.domain.cards import CardChanges
from kanbanai.domain.errors import DatabaseInUse
from kanbanai.domain.findings import Finding
from kanbanai.ports import CardQuery, Reading
from kanbanai.usecases import cards, projects, queries
from tests.adapters.storage.test_open import opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that was worked with and closed in order."""
    path = tmp_path / DATABASE_NAME

    async def fill() -> None:
        store = opened(path)
        project = await store.run(
            projects.create, projects.NewProject(name="Wire Capture", repository_path="/repository")
        )
        state, _ = await store.read(queries.board_state, project.id)
        for number in range(30):
            new = cards.NewCard(column_id=state.column_order[0], title=f"Card {number}", description="text")
            await store.run(cards.create, project.id, new)
        await store.tidy()
        store.close()

    asyncio.run(fill())
    return path


def changed(path: Path, *statements: str) -> None:
    """What a hand in the database, or a mistake of ours, may have done."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def wrong(path: Path) -> list[Finding]:
    return [finding for finding in checkup.examine(path) if finding.level != "ok"]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_whole_database_is_said_to_be_whole_and_left_as_it_is(path: Path) -> None:
    before = dump(path)
    (finding,) = checkup.examine(path)
    assert (finding.about, finding.level) == ("database", "ok")
    assert finding.what.startswith(str(path))
    assert dump(path) == before


async def test_a_database_can_be_examined_while_the_server_writes(path: Path) -> None:
    store = opened(path, busy_timeout_ms=60_000)
    board_id = (await store.read(lambda tx: tx.boards.ids()))[0]
    column_id = (await store.read(queries.board_state, board_id))[0].column_order[1]
    writes = [
        store.run(cards.create, board_id, cards.NewCard(column_id=column_id, title="x")) for _ in range(100)
    ]
    looking = asyncio.create_task(asyncio.to_thread(wrong, path))
    await asyncio.gather(*writes)
    assert await looking == []
    store.close()


def test_a_database_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    (finding,) = checkup.examine(tmp_path / "nowhere" / DATABASE_NAME)
    assert finding.level == "ok"
    assert "not there yet" in finding.what


def test_no_database_and_a_broken_one_come_with_a_way_back(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(b"something else")
    (finding,) = checkup.examine(path)
    assert finding.level == "bad"
    assert "not a database" in finding.what
    assert finding.mend
    assert ".recover" in finding.mend
    path.write_bytes(content[: len(content) // 2])
    copy = path.with_name("kanban.db.before-0002-20261123T184200000Z")
    copy.write_bytes(content)
    (finding,) = checkup.examine(path)
    assert finding.level == "bad"
    assert "damaged" in finding.what
    assert finding.mend
    assert str(copy) in finding.mend


def test_damage_in_the_middle_is_found(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(4096 * 8))
    (finding,) = checkup.examine(path)
    assert finding.level == "bad"
    assert "damaged" in finding.what


def test_another_schema_is_said_and_nothing_else_looked_at(path: Path) -> None:
    changed(path, "UPDATE alembic_version SET version_num = '9999'")
    (finding,) = checkup.examine(path)
    assert finding.level == "bad"
    assert "newer KanbanAI" in finding.what


DRIFTED = {
    "counts": ["UPDATE columns SET card_count = card_count + 3 WHERE title = 'Done'"],
    "search": ["INSERT INTO card_names(card_names) VALUES ('delete-all')"],
    "log": ["DELETE FROM events WHERE seq = 7"],
}
OTHERWISE = {
    "head behind": ["UPDATE channels SET head = 3 WHERE channel <> 'dashboard'"],
    "no channel": [
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM channels WHERE channel <> 'dashboard'",
        "DELETE FROM events",
    ],
    "state without event": ["UPDATE cards SET pr_url = 'x' WHERE row = 3"],
    "event that does not fit": [
        "UPDATE events SET kind = 'column.deleted', body = '{\"columnId\":\"nowhere\"}' WHERE seq = 7"
    ],
    "event of another version": ["UPDATE events SET kind = 'card.painted' WHERE seq = 7"],
    "event that is no event": ["UPDATE events SET body = '{' WHERE seq = 7"],
}


@pytest.mark.parametrize(
    ("repair", "statements"),
    [*DRIFTED.items(), *(("log", statements) for statements in OTHERWISE.values())],
    ids=[*DRIFTED, *OTHERWISE],
)
def test_what_has_drifted_apart_is_named_and_can_be_mended(
    path: Path, repair: str, statements: list[str]
) -> None:
    changed(path, *statements)
    found = wrong(path)
    assert {finding.repair for finding in found} == {repair}
    assert all(finding.level == "bad" and finding.mend for finding in found)
    assert checkup.repair(path, repair)
    assert wrong(path) == []
    assert checkup.repair(path, repair), "mending twice does no harm"
    asyncio.run(works(path))


async def works(path: Path) -> None:
    """The board is what it was, can be searched and written to, and tells of it."""
    store = opened(path)

    def look(tx: Reading) -> tuple[int, int]:
        (board_id,) = tx.boards.ids()
        return len(tx.boards.snapshot(board_id).state.cards), len(
            tx.cards.find(board_id, CardQuery(text="card")).cards
        )

    assert (await store.read(look))[0] == 30
    board_id = (await store.read(lambda tx: tx.boards.ids()))[0]
    state, seq = await store.read(queries.board_state, board_id)
    edit = cards.CardEdit(changes=CardChanges(title="quetzal"))
    await store.run(cards.edit, board_id, next(iter(state.cards)), edit)
    assert (await store.read(queries.board_state, board_id))[1] == seq + 1
    store.close()
    assert wrong(path) == []


def test_a_mended_search_finds_again(path: Path) -> None:
    async def found() -> int:
        store = opened(path)
        page = await store.read(lambda tx: tx.cards.find(tx.boards.ids()[0], CardQuery(text="card")))
        store.close()
        return len(page.cards)

    changed(path, "INSERT INTO card_names(card_names) VALUES ('delete-all')")
    assert asyncio.run(found()) == 0
    assert [finding.repair for finding in wrong(path)] == ["search"]
    checkup.repair(path, "search")
    assert asyncio.run(found()) == 30


@pytest.mark.parametrize("repair", ["log", "epoch"])
def test_a_mended_log_is_another_log(path: Path, repair: str) -> None:
    before = opened(path)
    before.close()
    if repair == "log":
        changed(path, *DRIFTED["log"])
    checkup.repair(path, repair)
    assert wrong(path) == []
    after = opened(path)
    after.close()
    assert after.epoch != before.epoch


def test_a_log_that_no_longer_begins_at_its_beginning_is_no_fault(path: Path) -> None:
    changed(path, "DELETE FROM events WHERE seq < 7")
    assert wrong(path) == []


def test_nothing_is_mended_under_a_running_server(path: Path) -> None:
    store = opened(path)
    with pytest.raises(DatabaseInUse):
        checkup.repair(path, "counts")
    store.close()


def test_broken_references_are_reported(path: Path) -> None:
    changed(path, "PRAGMA foreign_keys = OFF", "INSERT INTO card_images VALUES ('nowhere', x'90')")
    (finding,) = wrong(path)
    assert "card_images" in finding.what
    assert finding.repair is None
