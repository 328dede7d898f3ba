"""What every store keeps comes out as it was put in, and goes when its owner goes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kanbanai.domain.attempts import Attempt, AttemptLog, AttemptStatus, Todo, Todos
from kanbanai.domain.boards import ColumnFields
from kanbanai.domain.cards import Card, GithubIssueLink, Image, PullRequestBadge
from kanbanai.domain.channels import board_channel
from kanbanai.domain.conversations import Message, ToolUse
from kanbanai.domain.enhancements import Enhancement, Suggestion
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import (
    AttemptId,
    CardId,
    ColumnId,
    IssueLinkId,
    ItemId,
    LogId,
    MessageId,
    PermissionId,
    ProfileId,
)
from kanbanai.domain.issues import (
    IssueCounts,
    IssueQuestion,
    IssueStats,
    IssueSync,
    LinkedIssue,
    Progress,
    Texts,
)
from kanbanai.domain.messages import QueuedMessage
from kanbanai.domain.permissions import Permission, PermissionOption
from kanbanai.domain.profiles import Profile
from kanbanai.domain.settings import InlineAgentProfiles, ProjectSettings
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.templates import CardTemplate
from kanbanai.domain.times import Timestamp, later, moment
from kanbanai.ports import AttemptQuery, Reading, Reply, Store, Transaction
from tests.contracts.stores import (
    BOARD,
    LATER,
    NOW,
    OTHER,
    SETTINGS,
    StoreSuite,
    card_of,
    column_of,
    make_board,
    project_of,
    say,
)

replace = msgspec.structs.replace
NASTY = "\u0000 'quoted' \"twice\" %s ? :name \U0001f600 e\u0301 \u2028"
"""What a person may paste, and what a badly built statement would trip over."""

PROJECT = project_of(name=NASTY, repository_url="https://example.com/x.git", repository_slug="o/x")
FULL_SETTINGS = ProjectSettings(
    base_branch="develop",
    preferred_remote="upstream",
    setup_script="make setup",
    dev_script="make dev",
    cleanup_script="make clean",
    copy_files=".env",
    allow_scripts_to_fail=True,
    allow_copy_files_to_fail=True,
    allow_setup_script_to_fail=True,
    allow_dev_script_to_fail=True,
    allow_cleanup_script_to_fail=True,
    default_agent="codex",
    default_profile_id=ProfileId("ap-1"),
    inline_agent="claude",
    inline_profile_id=ProfileId("ap-2"),
    inline_agent_profile_mapping=InlineAgentProfiles(
        **dict.fromkeys(InlineAgentProfiles.__struct_fields__, "ap-3")
    ),
    auto_commit_on_finish=True,
    auto_push_on_autocommit=True,
    max_parallel_attempts=2,
    script_timeout_minutes=45,
    ticket_prefix="WC",
    github_issue_sync_enabled=True,
    github_issue_sync_state="closed",
    github_issue_sync_interval_minutes=60,
    github_issue_auto_create_enabled=True,
    github_issue_write_back_enabled=False,
    auto_close_ticket_on_pr_merge=True,
    auto_close_ticket_on_issue_close=True,
    enhance_prompt=NASTY,
    pr_summary_prompt="short",
    card_templates=(CardTemplate(name=NASTY, ticket_type="fix", description=NASTY),),
    last_github_issue_sync_at=NOW,
    last_github_issue_sync_status="failed",
    last_github_pr_auto_close_at=NOW,
    last_github_pr_auto_close_status="succeeded",
    last_github_issue_auto_close_at=NOW,
    last_github_issue_auto_close_status="running",
    created_at=NOW,
    updated_at=LATER,
)
COLUMN = ColumnFields(id=ColumnId("left"), title=NASTY, key="review", wip_limit=7)
CARD = Card(
    id=CardId("card-1"),
    ticket_key="WC-17",
    pr_url="https://example.com/pr/1",
    pull_request=PullRequestBadge(1, "draft", "failed"),
    disable_auto_close_on_pr_merge=True,
    disable_auto_close_on_issue_close=True,
    ticket_type="fix",
    is_enhanced=True,
    github_issue=GithubIssueLink(12, "https://example.com/issues/12"),
    title=NASTY,
    description=NASTY * 1000,
    depends_on=(CardId("card-a"), CardId("card-b")),
    created_at=NOW,
    updated_at=LATER,
)
IMAGES = (Image(data="aGFsbG8=", mime="image/png", name=NASTY), Image(data="eA==", mime="image/webp"))
PROFILE = Profile(
    id=ProfileId("ap-1"),
    project_id=BOARD,
    agent="codex",
    name=NASTY,
    config={"model": "x", "nested": {"list": [1, 2.5, None, True]}},
    created_at=NOW,
    updated_at=LATER,
)
ATTEMPT = Attempt(
    id=AttemptId("att-1"),
    board_id=BOARD,
    card_id=CARD.id,
    agent="codex",
    status="running",
    base_branch="main",
    branch_name="kanbanai/wc-17",
    worktree_path=None,
    session_id=None,
    created_at=NOW,
    updated_at=NOW,
    started_at=NOW,
    ended_at=None,
)


PERMISSION = Permission(
    id=PermissionId("perm-1"),
    attempt_id=ATTEMPT.id,
    item_id=ItemId("cmsg-1"),
    title=NASTY,
    tool=ToolUse(name="command", action="exec", command=NASTY, status="created"),
    options=(PermissionOption("yes", "allow_once", NASTY),),
    status="pending",
    option_id="yes",
    requested_at=NOW,
    expires_at=LATER,
    answered_at=LATER,
    answered_by="user",
)
WAITING = QueuedMessage(
    id=MessageId("msg-1"),
    attempt_id=ATTEMPT.id,
    text=NASTY,
    images=IMAGES,
    profile_id=ProfileId("ap-1"),
    created_at=NOW,
    created_by="user",
)


def every_field_is_told(value: msgspec.Struct) -> bool:
    """Whether no field has its default, so that one that was forgotten on the way would be missed."""
    fields = msgspec.structs.fields(value)
    return all(getattr(value, field.name) != field.default for field in fields if field.name != "status")


LINKED = LinkedIssue(
    id=IssueLinkId("ghi-1"),
    board_id=BOARD,
    card_id=CARD.id,
    repository="acme/wire",
    number=3,
    direction="exported",
    url="https://github.com/acme/wire/issues/3",
    base=Texts("Title", None),
    theirs=Texts(NASTY, NASTY),
    state="closed",
    labels=("bug",),
    assignees=("ada",),
    comments=2,
    updated_at="2026-11-23T18:42:00Z",
    waits_since=NOW,
    error="GitHub does not answer",
    is_refused=True,
    edited=("title",),
    asked_at=NOW,
    seen=7,
)
SYNC = IssueSync(
    status="running",
    slot="imports",
    beat_at=NOW,
    counts=IssueCounts(imported=3),
    imports=Progress(
        question=IssueQuestion(repository="acme/wire", labels=("bug",), numbers=frozenset({3})), began_at=NOW
    ),
)


def fill(tx: Transaction) -> None:
    """A project with something of everything that a project can own, on `BOARD`."""
    tx.projects.add(PROJECT, FULL_SETTINGS)
    tx.columns.insert(BOARD, COLUMN, 0)
    for name in ("card-a", "card-b"):
        tx.cards.insert(BOARD, card_of(name), COLUMN.id)
    tx.cards.insert(BOARD, CARD, COLUMN.id)
    tx.cards.set_images(CARD.id, IMAGES)
    tx.enhancements.put(BOARD, CARD.id, Enhancement("ready", Suggestion("Better", NASTY)))
    tx.profiles.put(PROFILE)
    tx.attempts.add(ATTEMPT)
    tx.attempts.set_todos(ATTEMPT.id, Todos.of((Todo("1", "Think", "done"),)))
    tx.attempts.add_logs(
        [AttemptLog(id=LogId("log-1"), attempt_id=ATTEMPT.id, ts=NOW, level="error", message=NASTY)]
    )
    tx.attempts.put_items(
        ATTEMPT.id,
        [
            Message(
                id=ItemId("cmsg-1"),
                timestamp=NOW,
                role="user",
                text=NASTY,
                format="markdown",
                profile_id=None,
            )
        ],
    )
    tx.permissions.put(PERMISSION)
    tx.messages.put(WAITING)
    tx.issues.put([LINKED])
    tx.issues.put_sync(BOARD, SYNC)
    say(tx, "said")
    tx.note_reacted(board_channel(BOARD), "moves", 1)


class RepositoryContract(StoreSuite):
    """Everything comes out as it was put in."""

    async def test_a_project_keeps_every_field(self, store: Store) -> None:
        assert every_field_is_told(PROJECT)
        assert every_field_is_told(FULL_SETTINGS)
        await store.run(lambda tx: tx.projects.add(PROJECT, FULL_SETTINGS))
        assert await store.read(lambda tx: tx.projects.get(BOARD)) == PROJECT
        assert await store.read(lambda tx: tx.projects.settings(BOARD)) == FULL_SETTINGS
        changed = replace(PROJECT, name="n", repository_path="p", repository_url=None, repository_slug="s")

        def save(tx: Transaction) -> None:
            tx.projects.save(changed)
            tx.projects.save_settings(BOARD, SETTINGS)

        await store.run(save)
        assert await store.read(lambda tx: tx.projects.get(BOARD)) == changed
        assert await store.read(lambda tx: tx.projects.settings(BOARD)) == SETTINGS

    async def test_projects_come_newest_first(self, store: Store) -> None:
        def add(tx: Transaction) -> None:
            tx.projects.add(project_of(BOARD, created_at=NOW), SETTINGS)
            tx.projects.add(project_of(OTHER, created_at=LATER), SETTINGS)

        await store.run(add)
        assert await store.read(lambda tx: [one.id for one in tx.projects.all()]) == [OTHER, BOARD]
        assert await store.read(lambda tx: sorted(tx.boards.ids())) == [BOARD, OTHER]

    async def test_what_is_not_there_is_none(self, store: Store) -> None:
        def look(tx: Reading) -> list[object]:
            return [
                tx.projects.get(BOARD),
                tx.projects.settings(BOARD),
                tx.columns.get(BOARD, COLUMN.id),
                tx.cards.get(BOARD, CARD.id),
                tx.cards.board_of(CARD.id),
                tx.enhancements.get(CARD.id),
                tx.profiles.get(PROFILE.id),
                tx.documents.read("settings", Reply),
                tx.idempotency.find("key"),
                tx.attempts.get(ATTEMPT.id),
            ]

        assert set(await store.read(look)) == {None}

    async def test_an_issue_of_a_card_keeps_every_field(self, store: Store) -> None:
        assert every_field_is_told(LINKED)
        await store.run(fill)
        assert await store.read(lambda tx: tx.issues.of_card(CARD.id)) == LINKED
        assert await store.read(lambda tx: tx.issues.numbered(BOARD, "acme/wire", [3, 4])) == {3: LINKED}
        assert await store.read(lambda tx: tx.issues.numbered(BOARD, "acme/other", [3])) == {}
        assert await store.read(lambda tx: tx.issues.waiting()) == [LINKED]
        assert await store.read(lambda tx: tx.issues.sync(BOARD)) == SYNC
        assert await store.read(lambda tx: tx.issues.sync(OTHER)) == IssueSync()
        told = replace(LINKED, waits_since=None)
        await store.run(lambda tx: tx.issues.put([told]))
        assert await store.read(lambda tx: tx.issues.of_card(CARD.id)) == told
        assert await store.read(lambda tx: tx.issues.waiting()) == []
        assert await store.read(lambda tx: tx.issues.stats(BOARD)) == IssueStats(0, 1, 1)
        await store.run(lambda tx: tx.issues.remove(LINKED.id))
        assert await store.read(lambda tx: tx.issues.of_card(CARD.id)) is None

    async def test_an_issue_stays_known_when_its_card_goes(self, store: Store) -> None:
        await store.run(fill)
        await store.run(lambda tx: tx.cards.remove(BOARD, CARD.id))
        known = {3: replace(LINKED, card_id=None)}
        assert await store.read(lambda tx: tx.issues.numbered(BOARD, "acme/wire", [3])) == known
        assert await store.read(lambda tx: tx.issues.stats(BOARD)) == IssueStats(0, 0, 0)
        assert await store.read(lambda tx: tx.issues.waiting()) == []

    async def test_ticket_numbers_are_never_given_twice(self, store: Store) -> None:
        await store.run(make_board)
        numbers = [await store.run(lambda tx: tx.projects.take_ticket_number(BOARD)) for _ in range(3)]
        await store.run(lambda tx: tx.projects.set_next_ticket_number(BOARD, 40))
        numbers.append(await store.run(lambda tx: tx.projects.take_ticket_number(BOARD)))
        assert numbers == [1, 2, 3, 40]
        assert await store.read(lambda tx: tx.projects.next_ticket_number(BOARD)) == 41

    async def test_a_column_keeps_every_field(self, store: Store) -> None:
        assert every_field_is_told(COLUMN)
        await store.run(make_board)
        await store.run(lambda tx: tx.columns.save(BOARD, COLUMN))
        assert await store.read(lambda tx: tx.columns.get(BOARD, COLUMN.id)) == COLUMN
        assert await store.read(lambda tx: tx.columns.get(OTHER, COLUMN.id)) is None
        plain = column_of("left")
        await store.run(lambda tx: tx.columns.save(BOARD, plain))
        assert await store.read(lambda tx: tx.columns.of_board(BOARD)) == [plain, column_of("right")]

    async def test_a_card_keeps_every_field(self, store: Store) -> None:
        assert every_field_is_told(CARD)
        await store.run(fill)
        placed = await store.read(lambda tx: tx.cards.get(BOARD, CARD.id))
        assert placed is not None
        assert (placed.card, placed.column_id) == (CARD, COLUMN.id)
        assert (await store.read(lambda tx: tx.boards.snapshot(BOARD))).state.cards[CARD.id] == CARD
        assert await store.read(lambda tx: tx.cards.get(OTHER, CARD.id)) is None
        assert await store.read(lambda tx: tx.cards.board_of(CARD.id)) == BOARD

    @pytest.mark.parametrize(
        "field", sorted(set(Card.__struct_fields__) - {"id", "ticket_key", "created_at"})
    )
    async def test_a_saved_field_is_changed_and_no_other_is(self, store: Store, field: str) -> None:
        plain = card_of(CARD.id, ticket_key=CARD.ticket_key)
        await store.run(fill)
        other = replace(CARD, **{field: getattr(plain, field)})

        def save(tx: Transaction, before: Card, after: Card) -> None:
            tx.cards.save(before, after)

        for before, after in ((CARD, other), (other, CARD)):
            await store.run(save, before, after)
            placed = await store.read(lambda tx: tx.cards.get(BOARD, CARD.id))
            assert placed is not None
            assert placed.card == after

    async def test_dependencies_can_be_asked_from_both_sides(self, store: Store) -> None:
        def look(tx: Reading) -> tuple[object, ...]:
            return (
                tx.cards.depends_on(CARD.id),
                tx.cards.dependants(CardId("card-a")),
                tx.cards.dependants(CARD.id),
            )

        await store.run(fill)
        assert await store.read(look) == (CARD.depends_on, [CARD.id], [])

    async def test_only_cards_in_a_done_column_are_done(self, store: Store) -> None:
        def ask(tx: Reading) -> list[CardId]:
            return tx.cards.not_done(BOARD, [CardId(name) for name in ("a", "gone", "b")])

        def make(tx: Transaction) -> None:
            left, right = make_board(tx)
            tx.columns.save(BOARD, column_of("right", key="done"))
            tx.cards.insert(BOARD, card_of("a"), left)
            tx.cards.insert(BOARD, card_of("b"), right)

        await store.run(make)
        assert await store.read(ask) == ["a", "gone"]
        assert await store.read(lambda tx: tx.cards.known(BOARD, [CardId("a"), CardId("gone")])) == {"a"}
        assert await store.read(lambda tx: tx.cards.known(OTHER, [CardId("a")])) == set()

    async def test_images_enhancements_profiles_come_out_as_they_were_put_in(self, store: Store) -> None:
        enhancing = Enhancement("enhancing")
        everywhere = replace(PROFILE, id=ProfileId("apg-1"), project_id=None)
        assert every_field_is_told(PROFILE)
        await store.run(fill)
        await store.run(lambda tx: tx.profiles.put(everywhere))
        assert await store.read(lambda tx: tx.cards.images(CARD.id)) == IMAGES
        ready = await store.read(lambda tx: tx.enhancements.of_board(BOARD))
        assert ready == {CARD.id: Enhancement("ready", Suggestion("Better", NASTY))}
        assert await store.read(lambda tx: tx.profiles.of_project(BOARD)) == [PROFILE]
        assert await store.read(lambda tx: tx.profiles.of_project(None)) == [everywhere]

        def change(tx: Transaction) -> None:
            tx.cards.set_images(CARD.id, IMAGES[1:])
            tx.enhancements.put(BOARD, CARD.id, enhancing)
            tx.profiles.put(replace(PROFILE, name="new", config={}, updated_at=LATER))

        await store.run(change)
        assert await store.read(lambda tx: tx.cards.images(CARD.id)) == IMAGES[1:]
        assert await store.read(lambda tx: tx.enhancements.get(CARD.id)) == enhancing
        changed = await store.read(lambda tx: tx.profiles.get(PROFILE.id))
        assert changed == replace(PROFILE, name="new", config={}, updated_at=LATER)

        def remove(tx: Transaction) -> None:
            tx.cards.set_images(CARD.id, ())
            tx.enhancements.remove(CARD.id)
            tx.profiles.remove(PROFILE.id)

        await store.run(remove)
        left = await store.read(
            lambda tx: (
                tx.cards.images(CARD.id),
                tx.enhancements.of_board(BOARD),
                tx.profiles.of_project(BOARD),
            )
        )
        assert left == ((), {}, [])

    async def test_a_document_is_there_once(self, store: Store) -> None:
        await store.run(lambda tx: tx.documents.write("settings", FULL_SETTINGS))
        assert await store.read(lambda tx: tx.documents.read("settings", ProjectSettings)) == FULL_SETTINGS
        await store.run(lambda tx: tx.documents.write("settings", SETTINGS))
        assert await store.read(lambda tx: tx.documents.read("settings", ProjectSettings)) == SETTINGS

    async def test_an_answer_is_kept_under_its_key_until_it_is_forgotten(self, store: Store) -> None:
        reply = Reply(201, {"etag": 'W/"1"'}, bytes(range(256)))

        def keep(tx: Transaction) -> Timestamp:
            tx.idempotency.keep("key", "fingerprint", reply)
            return tx.now

        given = await store.run(keep)
        assert await store.read(lambda tx: tx.idempotency.find("key")) == ("fingerprint", reply)
        assert await store.run(lambda tx: tx.idempotency.forget(given)) == 0
        soon = later(given, moment(LATER) - moment(NOW))
        assert await store.run(lambda tx: tx.idempotency.forget(soon)) == 1
        assert await store.read(lambda tx: tx.idempotency.find("key")) is None

    async def test_a_key_is_kept_only_once(self, store: Store) -> None:
        reply = Reply(200, {}, b"")
        await store.run(lambda tx: tx.idempotency.keep("key", "one", reply))
        with pytest.raises(Exception, match=r"idempotency_keys|unique|UNIQUE"):
            await store.run(lambda tx: tx.idempotency.keep("key", "two", reply))
        assert await store.read(lambda tx: tx.idempotency.find("key")) == ("one", reply)

    async def test_a_project_that_goes_leaves_nothing(self, store: Store) -> None:
        def make_other(tx: Transaction) -> None:
            make_board(tx, OTHER, ("third",))
            tx.cards.insert(OTHER, card_of("stays"), ColumnId("third"))
            say(tx, "stays", OTHER)

        before = await store.read(self.counts)
        await store.run(fill)
        filled = await store.read(self.counts)
        untouched = {kind for kind, count in filled.items() if count == before[kind]}
        assert untouched <= {"documents", "idempotency_keys"}, "fill() has something of everything"
        await store.run(lambda tx: tx.projects.remove(BOARD))
        assert await store.read(self.counts) == before
        await store.run(make_other)
        alone = await store.read(self.counts)
        await store.run(fill)
        await store.run(lambda tx: tx.projects.remove(BOARD))
        assert await store.read(self.counts) == alone
        snapshot = await store.read(lambda tx: tx.boards.snapshot(OTHER))
        assert list(snapshot.state.cards) == ["stays"]
        assert await store.read(lambda tx: tx.head(board_channel(OTHER))) == 1

    async def test_attempts_are_found_by_what_they_are(self, store: Store) -> None:
        await store.run(fill)
        await store.run(make_board, OTHER, ("third",))
        others: list[tuple[str, AttemptStatus, str]] = [
            ("att-2", "queued", "DROID"),
            ("att-3", "stopping", "CODEX"),
            ("att-4", "stopped", "DROID"),
        ]

        def add(tx: Transaction) -> None:
            tx.cards.insert(OTHER, card_of("card-o"), ColumnId("third"))
            for name, status, agent in others:
                there = {"board_id": OTHER, "card_id": CardId("card-o")} if name == "att-3" else {}
                tx.attempts.add(replace(ATTEMPT, id=AttemptId(name), status=status, agent=agent, **there))

        await store.run(add)

        async def found(**query: Any) -> list[str]:
            return [one.id for one in await store.read(lambda tx: tx.attempts.find(AttemptQuery(**query)))]

        assert await found() == ["att-4", "att-3", "att-2", ATTEMPT.id]
        assert await found(board_id=OTHER) == ["att-3"]
        assert await found(card_id=ATTEMPT.card_id) == ["att-4", "att-2", ATTEMPT.id]
        assert await found(agents=("DROID",)) == ["att-4", "att-2"]
        assert await found(statuses=("queued", "stopping")) == ["att-3", "att-2"]
        assert await found(statuses=("queued", "stopped")) == ["att-4", "att-2"]
        assert await found(after=AttemptId("att-3")) == ["att-2", ATTEMPT.id]
        assert await found(after=AttemptId("att-4"), board_id=BOARD, limit=1) == ["att-2"]
        assert await store.read(lambda tx: tx.attempts.find(AttemptQuery(limit=1))) == [
            replace(ATTEMPT, id=AttemptId("att-4"), status="stopped", agent="DROID")
        ]
        with pytest.raises(Invalid, match="after"):
            await found(after=AttemptId("att-0"))

    async def test_a_permission_request_keeps_every_field_and_waits_until_it_is_answered(
        self, store: Store
    ) -> None:
        assert every_field_is_told(PERMISSION)
        await store.run(fill)

        def found(tx: Reading) -> tuple[list[Permission], list[Permission], list[Permission]]:
            return (
                tx.permissions.of_attempt(ATTEMPT.id),
                tx.permissions.pending(BOARD),
                tx.permissions.pending(),
            )

        assert await store.read(found) == ([PERMISSION], [PERMISSION], [PERMISSION])
        assert await store.read(lambda tx: tx.permissions.pending(OTHER)) == []
        answered = replace(PERMISSION, status="allowed")
        await store.run(lambda tx: tx.permissions.put(answered))
        assert await store.read(found) == ([answered], [], [])
        assert await store.read(lambda tx: tx.permissions.get(PERMISSION.id)) == answered

    async def test_a_waiting_message_keeps_its_place_when_it_is_edited(self, store: Store) -> None:
        assert every_field_is_told(WAITING)
        second, edited = replace(WAITING, id=MessageId("msg-2")), replace(WAITING, text="shorter")
        await store.run(fill)
        await store.run(lambda tx: tx.messages.put(second))
        await store.run(lambda tx: tx.messages.put(edited))
        assert await store.read(lambda tx: tx.messages.of_attempt(ATTEMPT.id)) == [edited, second]
        await store.run(lambda tx: tx.messages.remove(edited.id))
        assert await store.read(lambda tx: tx.messages.of_attempt(ATTEMPT.id)) == [second]

    async def test_a_reaction_remembers_where_it_was_in_each_channel(self, store: Store) -> None:
        await store.run(fill)
        await store.run(lambda tx: make_board(tx, OTHER, ("third",)))
        await store.run(lambda tx: tx.note_reacted(board_channel(BOARD), "moves", 7))

        def reacted(tx: Reading) -> tuple[int | None, int | None, int | None]:
            return (
                tx.reacted(board_channel(BOARD), "moves"),
                tx.reacted(board_channel(BOARD), "others"),
                tx.reacted(board_channel(OTHER), "moves"),
            )

        assert await store.read(reacted) == (7, None, None)

    async def test_a_card_that_goes_takes_what_is_its_own(self, store: Store) -> None:
        await store.run(fill)
        await store.run(lambda tx: tx.cards.remove(BOARD, CARD.id))
        left = await store.read(self.counts)
        gone = (
            "card_images",
            "enhancements",
            "attempts",
            "attempt_logs",
            "conversation_items",
            "permissions",
            "queued_messages",
            "dependencies",
        )
        assert {left[kind] for kind in gone} == {0}
        assert left["cards"] == 2
        assert await store.read(lambda tx: tx.columns.count_cards(COLUMN.id)) == 2

    async def test_an_empty_board_is_empty(self, store: Store) -> None:
        await store.run(lambda tx: tx.projects.add(PROJECT, SETTINGS))
        assert await store.read(lambda tx: tx.boards.snapshot(BOARD)) == BoardSnapshot.empty()
