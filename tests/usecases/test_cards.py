"""The rules of cards; contract sections 7 to 9."""

import base64
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from kanbanai.domain import cards as rules
from kanbanai.domain.boards import BoardState
from kanbanai.domain.cards import CardChanges, GithubIssueLink, Image, Placement
from kanbanai.domain.errors import CardBlocked, Invalid, KanbanError, NotFound, PreconditionFailed, TooLarge
from kanbanai.domain.events import CardCreated, CardDeleted, CardMoved, CardUpdated
from kanbanai.domain.ids import BoardId, CardId, ColumnId
from kanbanai.ports import PlacedCard, Transaction
from kanbanai.usecases import cards, queries
from tests.world import World

PICTURE = Image("aGVsbG8=", "image/png", "hello.png")
BACKLOG, IN_PROGRESS, REVIEW, DONE = range(4)


class Board:
    """A board of a test: its columns by number, and the verbs on its cards, each checked as RT3 asks."""

    def __init__(self, world: World, board_id: BoardId, columns: tuple[ColumnId, ...]) -> None:
        self.world = world
        self.id = board_id
        self.columns = columns

    async def card(self, title: str = "A card", column: int = BACKLOG, **fields: Any) -> CardId:
        return await self.world.card(self.id, title, column, **fields)

    async def edit(self, card_id: CardId, **changes: Any) -> cards.EditedCard:
        async with self.world.verified(self.id):
            return await self.world.run(
                cards.edit, self.id, card_id, cards.CardEdit(changes=CardChanges(**changes))
            )

    async def move(self, card_id: CardId, column: int, index: int = 0) -> cards.EditedCard:
        async with self.world.verified(self.id):
            return await self.world.run(cards.move, self.id, card_id, Placement(self.columns[column], index))

    async def refused(self, error: type[KanbanError], asked: cards.CardEdit, card_id: CardId) -> KanbanError:
        async with self.world.unchanged(self.id):
            with pytest.raises(error) as caught:
                await self.world.run(cards.edit, self.id, card_id, asked)
        return caught.value

    async def state(self) -> BoardState:
        return (await self.world.read(queries.board_state, self.id))[0]

    async def titles(self, column: int = BACKLOG) -> list[str]:
        state = await self.state()
        return [state.cards[one].title for one in state.columns[self.columns[column]].card_ids]

    def to(self, column: int, index: int = 0, **changes: Any) -> cards.CardEdit:
        return cards.CardEdit(changes=CardChanges(**changes), to=Placement(self.columns[column], index))


@pytest.fixture
async def board() -> AsyncGenerator[Board]:
    async with World.opened() as world:
        project = await world.project()
        yield Board(world, project.board_id, await world.columns(project.board_id))


def changing(**changes: Any) -> cards.CardEdit:
    return cards.CardEdit(changes=CardChanges(**changes))


# ── Making a card ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_card_stands_at_the_end_of_its_column_and_is_told(board: Board) -> None:
    await board.card("First")
    async with board.world.verified(board.id) as said:
        second = await board.card("Second", description="Why", ticket_type="feat")

    (entry,) = said
    event = entry.event
    assert isinstance(event, CardCreated)
    assert (event.card.id, event.index, event.column_id) == (second, 1, board.columns[BACKLOG])
    assert (event.card.ticket_type, event.card.description) == ("feat", "Why")
    assert event.card.created_at == event.card.updated_at == entry.at
    assert await board.titles() == ["First", "Second"]


@pytest.mark.parametrize(
    ("index", "order"), [(0, ["New", "A", "B"]), (1, ["A", "New", "B"]), (9, ["A", "B", "New"])]
)
async def test_a_new_card_can_name_its_place(board: Board, index: int, order: list[str]) -> None:
    await board.card("A")
    await board.card("B")
    async with board.world.verified(board.id):
        await board.card("New", index=index)
    assert await board.titles() == order


async def test_blanks_around_a_title_go_and_a_blank_description_is_none(board: Board) -> None:
    card_id = await board.card("  A title\n", description=" \n ")
    card = (await board.state()).cards[card_id]
    assert (card.title, card.description) == ("A title", None)


@pytest.mark.parametrize(
    ("fields", "error", "field"),
    [
        ({"title": " "}, Invalid, "title"),
        ({"title": "x" * (rules.MAX_TITLE + 1)}, Invalid, "title"),
        ({"description": "x" * (rules.MAX_DESCRIPTION + 1)}, Invalid, "description"),
        ({"index": -1}, Invalid, "index"),
        ({"depends_on": ["card-unknown"]}, Invalid, "dependsOn"),
        ({"images": (PICTURE,) * 6}, Invalid, "images"),
        ({"images": (PICTURE, Image("aGk=", "image/gif"))}, Invalid, "images[1].mime"),
    ],
)
async def test_a_bad_field_makes_no_card_and_uses_up_no_number(
    board: Board, fields: dict[str, Any], error: type[KanbanError], field: str
) -> None:
    async with board.world.unchanged(board.id):
        with pytest.raises(error) as caught:
            await board.card(**fields)
    assert [one.field for one in caught.value.fields] == [field]
    card_id = await board.card()
    assert (await board.state()).cards[card_id].ticket_key == "WC-1"


async def test_a_card_needs_a_column_of_its_own_board(board: Board) -> None:
    other = await board.world.project("Another")
    (column, *_) = await board.world.columns(other.board_id)
    async with board.world.unchanged(board.id):
        with pytest.raises(NotFound, match="Column not found"):
            await board.world.run(cards.create, board.id, cards.NewCard(column_id=column, title="x"))
        with pytest.raises(NotFound, match="Board not found"):
            await board.world.run(
                cards.create, BoardId("nowhere"), cards.NewCard(column_id=column, title="x")
            )


# ── Ticket keys ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_numbers_count_up_and_are_never_used_again(board: Board) -> None:
    first, second = await board.card(), await board.card()
    async with board.world.verified(board.id):
        await board.world.run(cards.delete, board.id, second)
    third = await board.card()

    state = await board.state()
    assert (state.cards[first].ticket_key, state.cards[third].ticket_key) == ("WC-1", "WC-3")


async def test_a_new_prefix_changes_no_key_and_numbers_go_on(board: Board) -> None:
    first = await board.card()

    def set_prefix(tx: Transaction) -> None:
        settings = queries.project_settings(tx, board.id)
        tx.projects.save_settings(board.id, type(settings)(**_fields(settings) | {"ticket_prefix": "NEW"}))

    await board.world.run(set_prefix)
    second = await board.card()

    state = await board.state()
    assert (state.cards[first].ticket_key, state.cards[second].ticket_key) == ("WC-1", "NEW-2")


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


# ── Editing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_tells_what_changed_and_nothing_else(board: Board) -> None:
    card_id = await board.card("Old", description="Stays")
    async with board.world.verified(board.id) as said:
        await board.world.run(cards.edit, board.id, card_id, changing(title=" New ", is_enhanced=True))

    (entry,) = said
    event = entry.event
    assert isinstance(event, CardUpdated)
    assert event.changes == CardChanges(title="New", is_enhanced=True, updated_at=entry.at)
    card = (await board.state()).cards[card_id]
    assert (card.title, card.description, card.updated_at) == ("New", "Stays", entry.at)


@pytest.mark.parametrize("empty", [None, "", "  \n"])
async def test_a_description_is_cleared_by_null_and_by_a_blank(board: Board, empty: str | None) -> None:
    card_id = await board.card(description="Text")
    await board.edit(card_id, description=empty)
    assert (await board.state()).cards[card_id].description is None


async def test_every_field_can_be_set_and_taken_away(board: Board) -> None:
    card_id = await board.card()
    link = GithubIssueLink(7, "https://github.com/a/b/issues/7")
    await board.edit(
        card_id,
        ticket_type="fix",
        pr_url="https://github.com/a/b/pull/8",
        github_issue=link,
        disable_auto_close_on_pr_merge=True,
        disable_auto_close_on_issue_close=True,
    )
    card = (await board.state()).cards[card_id]
    assert (card.ticket_type, card.pr_url, card.github_issue) == (
        "fix",
        "https://github.com/a/b/pull/8",
        link,
    )
    assert card.disable_auto_close_on_pr_merge
    assert card.disable_auto_close_on_issue_close

    await board.edit(card_id, ticket_type=None, pr_url=None, github_issue=None)
    card = (await board.state()).cards[card_id]
    assert (card.ticket_type, card.pr_url, card.github_issue) == (None, None, None)


async def test_an_edit_that_changes_nothing_says_nothing(board: Board) -> None:
    card_id = await board.card("Same", description="Text")
    async with board.world.unchanged(board.id):
        await board.world.run(cards.edit, board.id, card_id, changing(title="Same ", description="Text"))


async def test_the_guard_sees_the_card_before_the_edit_and_can_refuse(board: Board) -> None:
    card_id = await board.card("Old")
    seen: list[PlacedCard] = []

    def refuse(current: PlacedCard) -> None:
        seen.append(current)
        raise PreconditionFailed("no")

    async with board.world.unchanged(board.id):
        with pytest.raises(PreconditionFailed):
            await board.world.run(cards.edit, board.id, card_id, changing(title="New"), refuse)
        with pytest.raises(PreconditionFailed):
            await board.world.run(cards.delete, board.id, card_id, refuse)
    assert [one.card.title for one in seen] == ["Old", "Old"]


async def test_a_card_is_found_on_its_own_board_only(board: Board) -> None:
    other = await board.world.project("Another")
    stranger = await board.world.card(other.board_id)
    for card_id, error, words in [
        (stranger, Invalid, "Card does not belong to this board"),
        (CardId("card-none"), NotFound, "Card not found"),
    ]:
        assert words in str(await board.refused(error, changing(title="x"), card_id))
        async with board.world.unchanged(board.id):
            with pytest.raises(error, match=words):
                await board.world.run(cards.delete, board.id, card_id)
            with pytest.raises(error, match=words):
                await board.world.run(cards.move_many, board.id, [card_id], Placement(board.columns[0], 0))


async def test_nothing_of_an_edit_is_stored_when_its_move_is_refused(board: Board) -> None:
    card_id = await board.card("Old", images=(PICTURE,))
    asked = cards.CardEdit(changes=CardChanges(title="New"), images=(), to=Placement(ColumnId("col-none"), 0))
    assert "Target column not found" in str(await board.refused(NotFound, asked, card_id))
    assert await board.world.read(lambda tx: tx.cards.images(card_id)) == (PICTURE,)


# ── Images ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_images_are_stored_replaced_and_cleared_as_a_whole(board: Board) -> None:
    card_id = await board.card(images=(PICTURE,))

    async def images() -> tuple[Image, ...]:
        return await board.world.read(lambda tx: tx.cards.images(card_id))

    assert await images() == (PICTURE,)
    other = Image("d29ybGQ=", "image/webp")
    for wanted in [(other, PICTURE), ()]:
        async with board.world.verified(board.id) as said:
            await board.world.run(
                cards.edit, board.id, card_id, cards.CardEdit(changes=CardChanges(), images=wanted)
            )
        assert await images() == wanted
        (entry,) = said
        assert entry.event == CardUpdated(card_id=card_id, changes=CardChanges(updated_at=entry.at))


@pytest.mark.parametrize(
    ("image", "error", "words"),
    [
        (Image("aGk", "image/png"), Invalid, "images[0].data"),
        (Image("data:image/png;base64,aGk=", "image/png"), Invalid, "images[0].data"),
        (Image("aG\nk=", "image/png"), Invalid, "images[0].data"),
        (Image("größe", "image/png"), Invalid, "images[0].data"),
        (Image("", "image/png"), Invalid, "images[0].data"),
        (Image("aGk=", "image/svg+xml"), Invalid, "images[0].mime"),
        (Image("aGk=", "image/png", "x" * 256), Invalid, "images[0].name"),
        (Image("A" * (rules.MAX_IMAGE_BYTES // 3 * 4 + 8), "image/png"), TooLarge, "larger than 10 MB"),
    ],
)
async def test_an_image_has_its_limits(
    board: Board, image: Image, error: type[KanbanError], words: str
) -> None:
    card_id = await board.card()
    asked = cards.CardEdit(changes=CardChanges(title="New"), images=(image,))
    assert words in str(await board.refused(error, asked, card_id))


def test_an_image_of_exactly_ten_megabytes_passes() -> None:
    largest = Image(base64.b64encode(b"x" * rules.MAX_IMAGE_BYTES).decode(), "image/jpeg")
    over = Image(base64.b64encode(b"x" * (rules.MAX_IMAGE_BYTES + 1)).decode(), "image/jpeg")
    assert rules.images((largest,)) == (largest,)
    with pytest.raises(TooLarge):
        rules.images((over,))


# ── Moving ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("which", "index", "order"),
    [(0, 3, "BCDA"), (0, 1, "BACD"), (3, 0, "DABC"), (1, 1, "ABCD"), (2, 99, "ABDC")],
)
async def test_a_move_within_a_column_lands_exactly_at_its_index(
    board: Board, which: int, index: int, order: str
) -> None:
    made = [await board.card(title) for title in "ABCD"]
    edited = await board.move(made[which], BACKLOG, index)
    assert "".join(await board.titles()) == order
    assert edited.columns == (board.columns[BACKLOG],)


async def test_a_move_tells_where_the_card_came_from_and_where_it_stands(board: Board) -> None:
    card_id = await board.card("Moves")
    await board.card("Waits", REVIEW)
    async with board.world.verified(board.id) as said:
        edited = await board.world.run(cards.edit, board.id, card_id, board.to(REVIEW, 7))

    (entry,) = said
    assert entry.event == CardMoved(
        card_id=card_id,
        from_column_id=board.columns[BACKLOG],
        to_column_id=board.columns[REVIEW],
        index=1,
        updated_at=entry.at,
    )
    assert edited.columns == (board.columns[BACKLOG], board.columns[REVIEW])
    assert edited.placed.card.updated_at == entry.at


async def test_an_edit_and_a_move_in_one_are_both_told_in_one_transaction(board: Board) -> None:
    card_id = await board.card("Old")
    async with board.world.verified(board.id) as said:
        await board.world.run(cards.edit, board.id, card_id, board.to(REVIEW, title="New"))
    assert [entry.kind for entry in said] == ["card.updated", "card.moved"]
    assert await board.titles(REVIEW) == ["New"]


async def test_forty_cards_dropped_at_the_same_spot_stay_in_order(board: Board) -> None:
    """Ranks run out of room after some forty insertions between two neighbours, and the column is ranked anew."""
    await board.card("first")
    await board.card("last")
    made = [await board.card(f"{number}", REVIEW) for number in range(60)]
    for card_id in made:
        await board.world.run(cards.move, board.id, card_id, Placement(board.columns[BACKLOG], 1))
    assert await board.titles() == ["first", *[f"{number}" for number in reversed(range(60))], "last"]


@pytest.mark.parametrize(
    ("named", "index", "order"),
    [
        ("CA", 0, "CABDE"),
        ("CA", 1, "BCADE"),
        ("AE", 3, "BCDAE"),
        ("EDCBA", 0, "EDCBA"),
        ("BD", 99, "ACEBD"),
        ("AB", 2, "CDABE"),
        ("DB", 1, "ADBCE"),
    ],
)
async def test_a_bulk_move_puts_the_cards_in_the_order_named(
    board: Board, named: str, index: int, order: str
) -> None:
    made = {title: await board.card(title) for title in "ABCDE"}
    async with board.world.verified(board.id):
        await board.world.run(
            cards.move_many, board.id, [made[one] for one in named], Placement(board.columns[BACKLOG], index)
        )
    assert "".join(await board.titles()) == order


async def test_a_bulk_move_gathers_cards_of_several_columns(board: Board) -> None:
    one, two, three = await board.card("1"), await board.card("2", REVIEW), await board.card("3", DONE)
    await board.card("stays", REVIEW)
    async with board.world.verified(board.id):
        await board.world.run(
            cards.move_many, board.id, [three, two, one], Placement(board.columns[REVIEW], 1)
        )
    assert await board.titles(REVIEW) == ["stays", "3", "2", "1"]


@pytest.mark.parametrize("count", [0, cards.MAX_BULK + 1])
async def test_a_bulk_move_names_one_to_a_thousand_cards(board: Board, count: int) -> None:
    names = [CardId(f"card-{number}") for number in range(count)]
    async with board.world.unchanged(board.id):
        with pytest.raises(Invalid, match="cardIds"):
            await board.world.run(cards.move_many, board.id, names, Placement(board.columns[0], 0))


async def test_a_bulk_move_is_all_or_nothing(board: Board) -> None:
    needed = await board.card("Needed")
    blocked = await board.card("Blocked", depends_on=[needed])
    async with board.world.unchanged(board.id):
        with pytest.raises(CardBlocked):
            await board.world.run(
                cards.move_many, board.id, [needed, blocked], Placement(board.columns[IN_PROGRESS], 0)
            )
        with pytest.raises(Invalid, match="twice"):
            await board.world.run(
                cards.move_many, board.id, [needed, needed], Placement(board.columns[REVIEW], 0)
            )
        with pytest.raises(NotFound, match="Target column not found"):
            await board.world.run(cards.move_many, board.id, [needed], Placement(ColumnId("col-x"), 0))
        with pytest.raises(Invalid, match="index"):
            await board.world.run(cards.move_many, board.id, [needed], Placement(board.columns[REVIEW], -1))


async def test_a_bulk_move_is_refused_where_a_card_needs_another_that_moves_whatever_their_order(
    board: Board,
) -> None:
    needed = await board.card("Needed", DONE)
    needing = await board.card("Needing", depends_on=[needed])
    async with board.world.unchanged(board.id):
        for named in ([needed, needing], [needing, needed]):
            with pytest.raises(CardBlocked):
                await board.world.run(
                    cards.move_many, board.id, named, Placement(board.columns[IN_PROGRESS], 0)
                )
    async with board.world.verified(board.id):
        await board.world.run(cards.move_many, board.id, [needing], Placement(board.columns[IN_PROGRESS], 0))


# ── Dependencies ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_dependencies_are_a_set_without_blanks_and_without_the_card_itself(board: Board) -> None:
    one, two = await board.card("1"), await board.card("2")
    card_id = await board.card("3")
    await board.edit(card_id, depends_on=(two, one, two, CardId(""), CardId("  "), card_id))
    assert (await board.state()).cards[card_id].depends_on == tuple(sorted((one, two)))
    await board.edit(card_id, depends_on=())
    assert (await board.state()).cards[card_id].depends_on == ()


async def test_a_cycle_is_refused_however_long(board: Board) -> None:
    chain = [await board.card("0")]
    for number in range(1, 5):
        chain.append(await board.card(f"{number}", depends_on=[chain[-1]]))
    for end in chain[1:]:
        error = await board.refused(Invalid, changing(depends_on=(end,)), chain[0])
        assert error.detail == "dependency_cycle"
        assert error.fields[0].field == "dependsOn"


async def test_a_dependency_on_another_board_is_told_apart_from_one_on_nothing(board: Board) -> None:
    other = await board.world.project("Another")
    stranger = await board.world.card(other.board_id)
    card_id = await board.card()
    mismatch = await board.refused(Invalid, changing(depends_on=(stranger,)), card_id)
    unknown = await board.refused(Invalid, changing(depends_on=(CardId("card-x"),)), card_id)
    assert (mismatch.detail, unknown.detail) == ("dependency_board_mismatch", "dependency_not_found")
    assert stranger in mismatch.fields[0].message


async def test_there_is_a_limit_to_dependencies(board: Board) -> None:
    card_id = await board.card()
    many = tuple(CardId(f"x-{number}") for number in range(rules.MAX_DEPENDENCIES + 1))
    assert "limit is 100" in str(await board.refused(Invalid, changing(depends_on=many), card_id))


async def test_a_blocked_card_may_go_anywhere_but_where_work_goes_on(board: Board) -> None:
    needed = await board.card("Needed")
    card_id = await board.card("Blocked", depends_on=[needed])

    error = await board.refused(CardBlocked, board.to(IN_PROGRESS), card_id)

    assert error.detail == "Task is blocked by dependencies"
    for column in (REVIEW, DONE, BACKLOG):
        await board.move(card_id, column)


async def test_a_card_is_free_once_all_it_needs_is_done(board: Board) -> None:
    one, two = await board.card("1"), await board.card("2", REVIEW)
    card_id = await board.card("Blocked", depends_on=[one, two])
    await board.move(one, DONE)
    await board.refused(CardBlocked, board.to(IN_PROGRESS), card_id)
    await board.move(two, DONE)
    await board.move(card_id, IN_PROGRESS)


async def test_a_card_that_became_blocked_while_in_progress_may_move_within_the_column(board: Board) -> None:
    needed = await board.card("Needed", DONE)
    card_id = await board.card("Works", IN_PROGRESS, depends_on=[needed])
    await board.card("Other", IN_PROGRESS)
    await board.move(needed, BACKLOG)
    await board.move(card_id, IN_PROGRESS, 1)
    assert await board.titles(IN_PROGRESS) == ["Other", "Works"]


async def test_dependencies_and_a_move_in_one_are_checked_as_they_will_be(board: Board) -> None:
    needed = await board.card("Needed")
    card_id = await board.card("Card")

    await board.refused(CardBlocked, board.to(IN_PROGRESS, depends_on=(needed,)), card_id)

    await board.edit(card_id, depends_on=(needed,))
    async with board.world.verified(board.id):
        await board.world.run(cards.edit, board.id, card_id, board.to(IN_PROGRESS, depends_on=()))
    assert await board.titles(IN_PROGRESS) == ["Card"]


async def test_no_card_is_made_where_work_goes_on_while_it_is_blocked(board: Board) -> None:
    needed = await board.card("Needed")
    async with board.world.unchanged(board.id):
        with pytest.raises(CardBlocked, match="Task is blocked by dependencies"):
            await board.card("Blocked", IN_PROGRESS, depends_on=[needed])
    await board.move(needed, DONE)
    await board.card("Free", IN_PROGRESS, depends_on=[needed])


async def test_the_role_counts_and_not_the_title(board: Board) -> None:
    from kanbanai.domain.boards import ColumnChanges
    from kanbanai.usecases import columns

    needed = await board.card("Needed")
    card_id = await board.card("Blocked", depends_on=[needed])
    await board.world.run(
        columns.edit, board.id, board.columns[IN_PROGRESS], ColumnChanges(title="Werkstatt")
    )
    await board.world.run(columns.edit, board.id, board.columns[REVIEW], ColumnChanges(title="In Progress"))
    await board.refused(CardBlocked, board.to(IN_PROGRESS), card_id)
    await board.move(card_id, REVIEW)


# ── Deleting ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_deleting_a_card_releases_those_that_depended_on_it_and_tells(board: Board) -> None:
    gone, kept = await board.card("Gone", images=(PICTURE,)), await board.card("Kept")
    one = await board.card("1", depends_on=[gone, kept])
    two = await board.card("2", depends_on=[gone])
    async with board.world.verified(board.id) as said:
        await board.world.run(cards.delete, board.id, gone)

    assert [entry.kind for entry in said] == ["card.updated", "card.updated", "card.deleted"]
    assert said[-1].event == CardDeleted(card_id=gone, column_id=board.columns[BACKLOG])
    state = await board.state()
    assert (state.cards[one].depends_on, state.cards[two].depends_on) == ((kept,), ())
    assert state.cards[two].updated_at == said[-1].at
    assert gone not in state.cards
    assert await board.world.read(lambda tx: tx.cards.images(gone)) == ()


async def test_a_card_may_be_deleted_that_depends_on_others(board: Board) -> None:
    needed = await board.card("Needed")
    card_id = await board.card("Card", depends_on=[needed])
    async with board.world.verified(board.id):
        await board.world.run(cards.delete, board.id, card_id)
    assert await board.titles() == ["Needed"]
