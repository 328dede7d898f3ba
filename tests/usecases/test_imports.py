"""What comes in from a file: by the rules of what people type, with new ids, as a whole or not at all."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from kanbanai.domain import transfer as t
from kanbanai.domain.cards import MAX_TITLE
from kanbanai.domain.errors import Invalid, KanbanError, TooLarge
from kanbanai.domain.events import CardCreated
from kanbanai.domain.ids import ProfileId
from kanbanai.domain.profiles import Profile
from kanbanai.ports import Transaction
from kanbanai.usecases import cards, imports, queries
from tests.world import World, entries_after, verify

PROJECT = {"type": "project", "version": 1, "name": "Wire Capture", "repositoryPath": "/repository"}
TODO = {"type": "column", "id": "todo", "title": "To do", "key": "backlog"}
DOING = {"type": "column", "id": "doing", "title": "Doing", "key": "inProgress"}
STAMP = "2026-01-02T03:04:05.678Z"
ATTEMPT = {
    "type": "attempt",
    "id": "t",
    "cardId": "a",
    "agent": "CODEX",
    "status": "succeeded",
    "baseBranch": "main",
    "branchName": "wc/a",
    "createdAt": STAMP,
    "updatedAt": STAMP,
}


PROFILE = {"type": "profile", "id": "p", "agent": "CODEX", "name": "Careful", "config": {}}

Line = dict[str, Any] | bytes
"""As a dictionary, or as bytes that need not be JSON."""


def card(name: str, **fields: Any) -> Line:
    return {"type": "card", "id": name, "columnId": "todo", "title": f"Card {name}"} | fields


def settings(**fields: Any) -> Line:
    given = {"ticketPrefix": "WC", "createdAt": STAMP, "updatedAt": STAMP} | fields
    return {"type": "settings", "settings": given}


def encoded(lines: Sequence[Line]) -> list[bytes]:
    return [line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines]


async def read(world: World, *lines: Line) -> imports.ImportedProject:
    """Imports the lines and checks RT3: what was said, from the first event on, is the board that there is."""
    arrived = await world.run(imports.read_project, encoded(lines))
    board_id = arrived.project.board_id
    said = await world.read(entries_after, board_id, 0)
    after, head = await world.read(queries.board_view, board_id)
    verify(type(after).empty(), said, after)
    assert [entry.seq for entry in said] == list(range(1, head + 1))
    return arrived


async def refused(world: World, *lines: Line) -> KanbanError:
    """Imports lines that must be refused, and checks that nothing was left of them."""
    before = await world.read(lambda tx: tx.projects.all())
    count = len(world.committed)
    with pytest.raises((Invalid, TooLarge)) as caught:
        await world.run(imports.read_project, encoded(lines))
    assert await world.read(lambda tx: tx.projects.all()) == before
    assert len(world.committed) == count
    return caught.value


async def test_a_file_written_by_hand_needs_little() -> None:
    async with World.opened() as world:
        arrived = await read(world, PROJECT, TODO, card("a"), card("b"))

        assert (arrived.columns, arrived.cards, arrived.attempts, arrived.dropped) == (1, 2, 0, ())
        state, _ = await world.read(queries.board_state, arrived.project.board_id)
        (column,) = state.columns.values()
        assert [state.cards[one].title for one in column.card_ids] == ["Card a", "Card b"]
        assert [state.cards[one].ticket_key for one in column.card_ids] == ["WC-1", "WC-2"]


async def test_the_lines_of_the_docstring_are_a_file() -> None:
    lines = [line.strip().encode() for line in str(t.__doc__).splitlines() if line.strip().startswith("{")]
    async with World.opened() as world:
        assert (await read(world, *lines)).cards == 1


async def test_order_times_and_keys_stay_and_ids_do_not() -> None:
    kept = {"ticketKey": "OLD-7", "createdAt": STAMP, "updatedAt": "2026-01-03T00:00:00.000Z"}
    async with World.opened() as world:
        arrived = await read(world, PROJECT | {"createdAt": STAMP}, TODO, card("a", **kept), card("b"))

        assert arrived.project.created_at == STAMP
        state, _ = await world.read(queries.board_state, arrived.project.board_id)
        (column,) = state.columns.values()
        first, second = (state.cards[one] for one in column.card_ids)
        assert first.ticket_key == "OLD-7"
        assert (first.created_at, first.updated_at) == (STAMP, "2026-01-03T00:00:00.000Z")
        assert "a" not in state.cards
        assert second.ticket_key == "WC-8", "a number is never used twice, whatever its prefix"


async def test_the_next_number_is_kept_and_never_below_one_in_use() -> None:
    async with World.opened() as world:
        ahead = await read(world, PROJECT | {"nextTicketNumber": 40}, TODO, card("a", ticketKey="WC-7"))
        behind = await read(world, PROJECT | {"nextTicketNumber": 2}, TODO, card("a", ticketKey="WC-7"))

        async def next_number(arrived: imports.ImportedProject) -> int:
            return await world.read(lambda tx: tx.projects.next_ticket_number(arrived.project.id))

        assert await next_number(ahead) == 40
        assert await next_number(behind) == 8
        (column,) = await world.columns(behind.project.board_id)
        new = await world.run(
            cards.create, behind.project.board_id, cards.NewCard(column_id=column, title="New")
        )
        assert new.card.ticket_key == "WC-8"


async def test_times_in_any_spelling_become_the_wires() -> None:
    async with World.opened() as world:
        arrived = await read(world, PROJECT, TODO, card("a", createdAt="2026-01-02T04:04:05+01:00"))

        state, _ = await world.read(queries.board_state, arrived.project.board_id)
        (only,) = state.cards.values()
        assert only.created_at == only.updated_at == "2026-01-02T03:04:05.000Z"


async def test_a_dependency_may_come_later_in_the_file() -> None:
    async with World.opened() as world:
        arrived = await read(world, PROJECT, TODO, card("a", dependsOn=["b", "a", "b"]), DOING, card("b"))

        state, _ = await world.read(queries.board_state, arrived.project.board_id)
        by_title = {one.title: one for one in state.cards.values()}
        assert by_title["Card a"].depends_on == (by_title["Card b"].id,)
        assert await world.read(lambda tx: tx.cards.dependants(by_title["Card b"].id)) == [
            by_title["Card a"].id
        ]


async def test_columns_come_in_between_and_cards_after_any_of_them() -> None:
    lines: list[Line] = [
        PROJECT,
        TODO,
        card("a"),
        DOING,
        card("b", columnId="doing"),
        card("c"),
        card("d", columnId="doing"),
    ]
    async with World.opened() as world:
        arrived = await read(world, *lines)

        state, _ = await world.read(queries.board_state, arrived.project.board_id)
        order = [
            [state.cards[one].title for one in state.columns[name].card_ids] for name in state.column_order
        ]
        assert order == [["Card a", "Card c"], ["Card b", "Card d"]]


async def test_more_cards_than_one_batch_keep_their_order_and_take_cards_between_them() -> None:
    count = imports.BATCH + 3
    async with World.opened() as world:
        arrived = await read(world, PROJECT, TODO, *[card(f"{n:04}") for n in range(count)])
        board_id = arrived.project.board_id
        (column,) = await world.columns(board_id)
        order = await world.read(lambda tx: tx.cards.card_ids(column))
        async with world.verified(board_id):
            new = await world.run(
                cards.create, board_id, cards.NewCard(column_id=column, title="Between", index=imports.BATCH)
            )

        after = await world.read(lambda tx: tx.cards.card_ids(column))
        assert after == (*order[: imports.BATCH], new.card.id, *order[imports.BATCH :])
        assert await world.read(lambda tx: tx.columns.count_cards(column)) == count + 1


async def test_images_and_proposals_come_along() -> None:
    picture = {"data": "aGVsbG8=", "mime": "image/png", "name": "a.png"}
    proposal = {"type": "enhancement", "cardId": "a", "status": "ready", "suggestion": {"title": "Better"}}
    async with World.opened() as world:
        arrived = await read(world, PROJECT, TODO, card("a", images=[picture]), proposal)

        proposals = await world.read(lambda tx: tx.enhancements.of_board(arrived.project.board_id))
        ((card_id, found),) = proposals.items()
        assert found.suggestion is not None
        assert found.suggestion.title == "Better"
        (image,) = await world.read(lambda tx: tx.cards.images(card_id))
        assert (image.data, image.mime, image.name) == ("aGVsbG8=", "image/png", "a.png")


async def test_settings_name_the_files_profiles_and_the_global_ones_that_are_here() -> None:
    settings = {
        "ticketPrefix": "ab",
        "createdAt": STAMP,
        "updatedAt": STAMP,
        "baseBranch": "trunk",
        "defaultProfileId": "apg-here",
        "inlineProfileId": "ap-1",
        "inlineAgentProfileMapping": {"prSummary": "apg-gone"},
        "lastGithubIssueSyncStatus": "running",
    }
    lines: list[Line] = [
        PROJECT,
        {"type": "profile", "id": "ap-1", "agent": "CODEX", "name": "Careful", "config": {"debug": True}},
        {"type": "settings", "settings": settings},
        TODO,
        card("a"),
    ]

    def put_profile(tx: Transaction) -> None:
        stamp = tx.now
        tx.profiles.put(
            Profile(
                id=ProfileId("apg-here"),
                agent="CODEX",
                name="x",
                config={},
                created_at=stamp,
                updated_at=stamp,
            )
        )

    async with World.opened() as world:
        await world.run(put_profile)
        arrived = await read(world, *lines)

        project_id = arrived.project.id
        stored = await world.read(queries.project_settings, project_id)
        (profile,) = await world.read(lambda tx: tx.profiles.of_project(project_id))
        assert (profile.name, profile.config) == ("Careful", {"debug": True})
        assert (stored.ticket_prefix, stored.base_branch) == ("AB", "trunk")
        assert stored.default_profile_id == "apg-here"
        assert stored.inline_profile_id == profile.id
        assert stored.inline_agent_profile_mapping.pr_summary is None
        assert stored.last_github_issue_sync_status == "idle"
        (dropped,) = arrived.dropped
        assert dropped.field == "line 3: settings.inlineAgentProfileMapping.prSummary"
        assert "apg-gone" in dropped.message
        state, _ = await world.read(queries.board_state, arrived.project.board_id)
        assert [one.ticket_key for one in state.cards.values()] == ["AB-1"]


async def test_attempts_come_in_with_what_they_said() -> None:
    said = {
        "type": "message",
        "id": "cmsg-1",
        "timestamp": STAMP,
        "role": "user",
        "text": "Go",
        "format": "plaintext",
    }
    lines: list[Line] = [
        PROJECT,
        TODO,
        card("a"),
        ATTEMPT
        | {"todos": {"total": 1, "completed": 0, "items": [{"id": "t", "text": "x", "status": "open"}]}},
        {"type": "log", "attemptId": "t", "ts": STAMP, "level": "info", "message": "one"},
        {"type": "item", "attemptId": "t", "item": said | {"profileId": None}},
        {"type": "log", "attemptId": "t", "ts": STAMP, "level": "warn", "message": "two"},
    ]
    async with World.opened() as world:
        arrived = await read(world, *lines)

        view, _ = await world.read(queries.board_view, arrived.project.board_id)
        ((card_id, (brief,)),) = view.attempts.items()
        attempt = await world.read(lambda tx: tx.attempts.get(brief.attempt_id))
        assert attempt is not None
        assert (attempt.card_id, attempt.status, attempt.created_at) == (card_id, "succeeded", STAMP)
        logs = await world.read(lambda tx: tx.attempts.logs(attempt.id, limit=10))
        assert [(one.level, one.message) for one in logs or ()] == [("info", "one"), ("warn", "two")]
        items = await world.read(lambda tx: tx.attempts.conversation(attempt.id, limit=10))
        assert items is not None
        (item,) = items
        assert item.id != "cmsg-1"
        todos = await world.read(lambda tx: tx.attempts.todos(attempt.id))
        assert todos is not None
        assert todos.total == 1


@pytest.mark.parametrize("status", ["queued", "running", "stopping"])
async def test_an_attempt_that_was_under_way_comes_in_as_stopped_without_a_worktree(status: str) -> None:
    async with World.opened() as world:
        arrived = await read(world, PROJECT, TODO, card("a"), ATTEMPT | {"status": status})

        view, _ = await world.read(queries.board_view, arrived.project.board_id)
        ((brief,),) = view.attempts.values()
        attempt = await world.read(lambda tx: tx.attempts.get(brief.attempt_id))
        assert attempt is not None
        assert (attempt.status, attempt.worktree_path) == ("stopped", None)
        assert attempt.ended_at is not None


async def test_each_card_is_told_where_it_stood_when_it_came() -> None:
    async with World.opened() as world:
        arrived = await read(world, PROJECT, TODO, DOING, card("a"), card("b", columnId="doing"), card("c"))

        said = await world.read(entries_after, arrived.project.board_id, 0)
        created = [entry.event for entry in said if isinstance(entry.event, CardCreated)]
        assert [(one.card.title, one.index) for one in created] == [
            ("Card a", 0),
            ("Card b", 0),
            ("Card c", 1),
        ]


@pytest.mark.parametrize(
    ("lines", "field", "words"),
    [
        ([], "", "line 1: this is no project file"),
        ([b"nonsense"], "", "line 1: this is no project file"),
        ([TODO], "", "line 1: this is no project file"),
        ([PROJECT | {"version": 2, "new": 1}], "line 1: version", "reads up to version 1"),
        ([PROJECT | {"name": "  "}], "line 1: name", "needs a name"),
        ([PROJECT | {"colour": 1}], "line 1: colour", "is not known"),
        ([PROJECT | {"createdAt": "yesterday"}], "line 1: createdAt", "'yesterday'"),
        ([PROJECT | {"createdAt": "0001-01-01T00:00:00+14:00"}], "line 1: createdAt", "from 1970"),
        ([PROJECT], "", "no column"),
        ([PROJECT, PROJECT], "", "line 2: a project line cannot stand here"),
        ([PROJECT, b"{]"], "", "line 2: is not JSON"),
        ([PROJECT, b"[" * 100_000], "", "line 2: "),
        ([PROJECT, b'"\xff"'], "", "line 2: "),
        ([PROJECT, {"type": "chart"}], "line 2: type", "chart"),
        ([PROJECT, TODO | {"title": ""}], "line 2: title", "needs a title"),
        ([PROJECT, TODO | {"key": "later"}], "line 2: key", "later"),
        ([PROJECT, TODO | {"wipLimit": 0}], "line 2: wipLimit", "from 1"),
        ([PROJECT, TODO, TODO], "line 3: id", "used twice"),
        ([PROJECT, card("a")], "line 2: columnId", "no column before this line is called 'todo'"),
        ([PROJECT, TODO, card("a"), card("a")], "line 4: id", "used twice"),
        ([PROJECT, TODO, card("a", title="x" * (MAX_TITLE + 1))], "line 3: title", "500"),
        ([PROJECT, TODO, card("a", ticketType="epic")], "line 3: ticketType", "epic"),
        ([PROJECT, TODO, card("a", ticketKey="7")], "line 3: ticketKey", "like WC-17"),
        ([PROJECT, TODO, card("a", ticketKey="A-1"), card("b", ticketKey="A-1")], "line 4: ticketKey", "A-1"),
        ([PROJECT, TODO, card("a", images=[{"data": "", "mime": "x"}])], "line 3: images[0].mime", "'x'"),
        ([PROJECT, TODO, card("a", dependsOn=["z"]), card("b")], "line 3: dependsOn", "called 'z'"),
        (
            [PROJECT, TODO, card("c"), card("a", dependsOn=["b"]), card("b", dependsOn=["a"])],
            "line 4: dependsOn",
            "dependency_cycle",
        ),
        (
            [PROJECT, TODO, {"type": "settings", "settings": {}}],
            "line 3: settings.ticketPrefix",
            "is required",
        ),
        ([PROJECT, PROFILE | {"agent": "NOBODY"}], "line 2: agent", "'NOBODY' is not one of"),
        ([PROJECT, PROFILE | {"config": {"sandbox": "none"}}], "line 2: config.sandbox", "not one of"),
        ([PROJECT, PROFILE, PROFILE], "line 3: id", "used twice"),
        ([PROJECT, settings(baseBranch=" ")], "line 2: settings.baseBranch", ""),
        ([PROJECT, settings(ticketPrefix="too long")], "line 2: settings.ticketPrefix", "1 to 6"),
        ([PROJECT, settings(createdAt="then")], "line 2: settings.createdAt", "'then'"),
        ([PROJECT, settings(defaultAgent="NOBODY")], "line 2: settings.defaultAgent", "'NOBODY'"),
        (
            [PROJECT, PROFILE, settings(inlineAgent="DROID", inlineProfileId="p")],
            "line 3: settings.inlineProfileId",
            "is a profile of CODEX",
        ),
        ([PROJECT, TODO, {"type": "enhancement", "cardId": "a", "status": "ready"}], "line 3: cardId", "'a'"),
        ([PROJECT, TODO, ATTEMPT], "line 3: cardId", "'a'"),
        ([PROJECT, TODO, card("a"), ATTEMPT | {"status": "completed"}], "line 4: status", "completed"),
        (
            [PROJECT, TODO, {"type": "log", "attemptId": "t", "ts": STAMP, "level": "info", "message": ""}],
            "line 3: attemptId",
            "'t'",
        ),
    ],
)
async def test_a_line_that_breaks_a_rule_is_named_with_its_field_and_nothing_is_stored(
    lines: list[Line], field: str, words: str
) -> None:
    async with World.opened() as world:
        error = await refused(world, *lines)

    assert [one.field for one in error.fields] == ([field] if field else [])
    assert words in " ".join([error.detail, *(one.message for one in error.fields)])


async def test_blank_lines_are_no_lines_but_are_counted() -> None:
    async with World.opened() as world:
        await read(world, PROJECT, b"\n", TODO, b"  \r\n", card("a"), b"\n")
        error = await refused(world, PROJECT, b"\n", TODO | {"title": ""})
    assert error.fields[0].field == "line 3: title"


async def test_a_file_has_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_CARDS", 2)
    monkeypatch.setattr(t, "MAX_LINE", 300)
    async with World.opened() as world:
        many = await refused(world, PROJECT, TODO, card("a"), card("b"), card("c"))
        long = await refused(world, PROJECT, TODO, card("a", description="x" * 300))
        wide = await refused(world, PROJECT, *[TODO | {"id": f"{n}"} for n in range(51)])
    assert many.detail.startswith("line 5: more than 2 cards")
    assert long.detail.startswith("line 3: is longer than")
    assert wide.detail.startswith("line 52: more than 50 columns")


async def test_a_chain_of_three_thousand_dependencies_is_no_cycle_and_no_recursion() -> None:
    chain = [card(f"{n}", dependsOn=[f"{n - 1}"] if n else []) for n in range(3_000)]
    async with World.opened() as world:
        arrived = await world.run(imports.read_project, encoded([PROJECT, TODO, *chain]))
        state, _ = await world.read(queries.board_state, arrived.project.board_id)
    assert sum(bool(one.depends_on) for one in state.cards.values()) == 2_999
