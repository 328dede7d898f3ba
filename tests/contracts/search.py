"""Finding cards: each filter, each order, page after page, compared with going through all of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanbanai.domain.boards import ROLES
from kanbanai.domain.cards import TICKET_TYPES, Card
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import CardId, ColumnId
from kanbanai.domain.times import Timestamp
from kanbanai.ports import (
    MAX_PAGE,
    MAX_SEARCH_TEXT,
    CardOrder,
    CardPage,
    CardQuery,
    PlacedCard,
    Reading,
    Store,
    Transaction,
)
from tests.contracts.stores import BOARD, OTHER, Opened, StoreSuite, card_of, column_of, make_board

COLUMNS = ("backlog", "doing", "shown", "done", "elsewhere")
COUNT = 120
ORDERS: tuple[CardOrder, ...] = get_args(CardOrder)
WORDS = ("crash", "login", "Übersicht", "naïve", "page", "WC", "foo-bar", "日本", "x_y", "C++")
replace = msgspec.structs.replace


def stamp(number: int) -> Timestamp:
    return Timestamp(f"2026-11-{1 + number // 24:02}T{number % 24:02}:00:00.000Z")


def many_cards() -> list[Card]:
    """Cards that differ in everything a query can ask for; some share a time."""
    chance = random.Random(7)
    cards = []
    for number in range(COUNT):
        needs = (
            {CardId(f"card-{chance.randrange(number)}") for _ in range(chance.choice([0, 0, 1, 2]))}
            if number
            else ()
        )
        cards.append(
            card_of(
                f"card-{number}",
                ticket_key=None if number % 17 == 0 else f"{'WC' if number % 2 else 'AB'}-{number}",
                title=" ".join(chance.sample(WORDS, 2)) + f" {number}",
                description=chance.choice([None, " ".join(chance.sample(WORDS, 4))]),
                ticket_type=chance.choice([None, *TICKET_TYPES[:3]]),
                is_enhanced=chance.random() < 0.5,
                pr_url=chance.choice([None, "https://example.com/1"]),
                depends_on=tuple(sorted(needs)),
                created_at=stamp(chance.randrange(60)),
                updated_at=stamp(chance.randrange(60, 120)),
            )
        )
    return cards


def fill(tx: Transaction) -> None:
    make_board(tx, columns=COLUMNS)
    for name, role in zip(COLUMNS, ROLES, strict=False):
        tx.columns.save(BOARD, column_of(name, key=role))
    cards = many_cards()
    for place, card in enumerate(cards):
        tx.cards.insert(BOARD, card, ColumnId(COLUMNS[place % len(COLUMNS)]), place % 7)
    make_board(tx, OTHER, ("other",))
    tx.cards.insert(OTHER, card_of("crash-elsewhere", title="crash login"), ColumnId("other"))


def every_page(tx: Reading, query: CardQuery) -> list[PlacedCard]:
    """All that a query finds, page after page."""
    found: list[PlacedCard] = []
    while True:
        page = tx.cards.find(BOARD, query)
        assert len(page.cards) <= query.limit
        found += page.cards
        if page.next is None:
            return found
        assert len(page.cards) == query.limit
        query = replace(query, after=page.next)


def expected(tx: Reading, query: CardQuery) -> list[CardId]:
    """The same by going through every card of the board."""
    state = tx.boards.snapshot(BOARD).state
    places = [(column, card) for column in state.column_order for card in state.columns[column].card_ids]

    def fits(column_id: ColumnId, card: Card) -> bool:
        role = state.columns[column_id].key
        blocked = bool(tx.cards.not_done(BOARD, card.depends_on))
        return (
            (not query.column_ids or column_id in query.column_ids)
            and (not query.roles or role in query.roles)
            and (not query.ticket_types or card.ticket_type in query.ticket_types)
            and query.enhanced in {None, card.is_enhanced}
            and query.blocked in {None, blocked}
            and query.has_pull_request in {None, card.pr_url is not None}
            and (query.updated_since is None or card.updated_at >= query.updated_since)
        )

    cards = [state.cards[card] for column, card in places if fits(column, state.cards[card])]
    made = [card.id for card in many_cards()]
    keys: dict[str, Callable[[Card], Any]] = {
        "updated": lambda card: (card.updated_at, made.index(card.id)),
        "created": lambda card: (card.created_at, made.index(card.id)),
        "key": lambda card: (int((card.ticket_key or "-0").partition("-")[2]), made.index(card.id)),
    }
    if query.order != "board":
        cards.sort(key=keys[query.order], reverse=query.order != "key")
    return [card.id for card in cards]


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


maybe = st.none() | st.booleans()
queries = st.builds(
    CardQuery,
    column_ids=some(COLUMNS),
    roles=some(ROLES),
    ticket_types=some(TICKET_TYPES[:4]),
    enhanced=maybe,
    blocked=maybe,
    has_pull_request=maybe,
    updated_since=st.none() | st.integers(60, 120).map(stamp),
    order=st.sampled_from(ORDERS),
    limit=st.sampled_from([1, 2, 7, 50, 500]),
)


def ids(page: CardPage) -> list[str]:
    return [placed.card.id for placed in page.cards]


class SearchContract(StoreSuite):
    """Finding cards."""

    @pytest.fixture
    async def full(self, opened: Opened) -> Store:
        await opened.store.run(fill)
        return opened.store

    @given(query=queries)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
    async def test_filters_orders_and_pages_find_what_going_through_all_finds(
        self, full: Store, query: CardQuery
    ) -> None:
        def both(tx: Reading) -> tuple[list[PlacedCard], list[CardId]]:
            return every_page(tx, query), expected(tx, query)

        found, wanted = await full.read(both)
        assert [placed.card.id for placed in found] == wanted

    async def test_what_is_found_is_the_whole_card_and_its_column(self, full: Store) -> None:
        found = await full.read(every_page, CardQuery(limit=MAX_PAGE))
        assert {placed.card.id: placed.card for placed in found} == {card.id: card for card in many_cards()}
        state = (await full.read(lambda tx: tx.boards.snapshot(BOARD))).state
        for placed in found:
            assert placed.card.id in state.columns[placed.column_id].card_ids

    async def search(self, store: Store, text: str, **more: Any) -> list[str]:
        return ids(await store.read(lambda tx: tx.cards.find(BOARD, CardQuery(text=text, **more))))

    @pytest.fixture(params=["fresh", "in order"])
    async def few(self, opened: Opened, request: pytest.FixtureRequest) -> Store:
        """A board with some cards whose text matters, just written or long there."""
        texts = {
            "crash": ("Crash on login", "The page dies. Ärger with naïve users: e\u0301t\u00e9", "WC-1"),
            "tab": ("Tabs in the table", "foo-bar and C++ and x_y", "WC-12"),
            "other": ("Login page", None, "WC-2"),
            "japanese": ("日本語 の テスト", '100% "sure" AND NOT (maybe) * ^ : {x} -', "AB-1"),
        }

        def make(tx: Transaction) -> None:
            make_board(tx)
            for name, (title, description, key) in texts.items():
                card = card_of(name, title=title, description=description, ticket_key=key)
                tx.cards.insert(BOARD, card, ColumnId("left"))

        await opened.store.run(make)
        if request.param == "in order":
            await opened.store.tidy()
        return opened.store

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("crash", ["crash"]),
            ("CRASH", ["crash"]),
            ("cra", ["crash"]),
            ("rash", []),
            ("login", ["crash", "other"]),
            ("login page", ["crash", "other"]),
            ("page login", ["crash", "other"]),
            ("dies login", ["crash"]),
            ("log page", []),
            ("page log", ["crash", "other"]),
            ("arger", ["crash"]),
            ("NAIVE", ["crash"]),
            ("ete", ["crash"]),
            ("wc-1", ["crash", "tab"]),
            ("wc-12", ["tab"]),
            ("wc-2", ["other"]),
            ("foo-bar", ["tab"]),
            ("bar-foo", []),
            ("c++", ["crash", "tab"]),
            ("x_y", ["tab"]),
            ("日本", ["japanese"]),
            ("  crash  ", ["crash"]),
            ("", ["crash", "tab", "other", "japanese"]),
            ("   ", ["crash", "tab", "other", "japanese"]),
            ('"sure"', ["japanese"]),
            ('"', []),
            ("!!!", []),
            ("crash !!!", ["crash"]),
            ("AND", ["tab", "japanese"]),
            ("NOT", ["japanese"]),
            ("login OR tabs", []),
            ("title:crash", []),
            ("(maybe)", ["japanese"]),
            ("cra*", ["crash"]),
            ("{x} : ^", ["tab", "japanese"]),
            ("crash\0login", ["crash"]),
            ("cr%", ["crash"]),
        ],
    )
    async def test_search_takes_words_and_nothing_for_an_operator(
        self, few: Store, text: str, found: list[str]
    ) -> None:
        assert await self.search(few, text) == found

    @given(text=st.text(max_size=MAX_SEARCH_TEXT) | st.text("\"'*^:()-+{}AND OR NOT\0\\x", max_size=40))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    async def test_no_text_breaks_the_search(self, few: Store, text: str) -> None:
        await self.search(few, text)

    async def test_search_goes_with_filters_orders_and_pages(self, full: Store) -> None:
        def texts(card: Card) -> str:
            return f"{card.title} {card.description} {card.ticket_key}".lower()

        for order in ORDERS:
            query = CardQuery(text="page crash", enhanced=True, order=order, limit=2)
            found = await full.read(every_page, query)
            plain = await full.read(every_page, CardQuery(enhanced=True, order=order))
            wanted = [p for p in plain if "page" in texts(p.card) and "crash" in texts(p.card)]
            assert found == wanted
            assert found

    @pytest.mark.parametrize("tidied", [True, False], ids=["with tidying", "at once"])
    async def test_search_follows_every_change_of_a_card(self, few: Store, tidied: bool) -> None:
        async def edit(**changes: Any) -> None:
            def save(tx: Transaction) -> None:
                placed = tx.cards.get(BOARD, CardId("other"))
                assert placed is not None
                tx.cards.save(placed.card, replace(placed.card, **changes))

            await few.run(save)
            if tidied:
                await few.tidy()

        await edit(title="Sign-in page")
        assert await self.search(few, "login") == ["crash"]
        assert await self.search(few, "sign-in") == ["other"]
        await edit(description="Nowhere else: quetzal")
        assert await self.search(few, "quetzal") == ["other"]
        assert await self.search(few, "sign quetzal") == ["other"]
        await edit(description=None)
        assert await self.search(few, "quetzal") == []
        await few.run(lambda tx: tx.cards.remove(BOARD, CardId("other")))
        assert await self.search(few, "sign") == []

    @pytest.mark.parametrize("seed", range(4))
    async def test_search_finds_what_was_just_written_among_what_was_long_there(
        self, opened: Opened, seed: int
    ) -> None:
        """Hundreds of changes, so that the store has occasion to put its index in order in between, or not."""
        chance, store = random.Random(seed), opened.store
        words = ["alpha", "beta", "gamma", "delta"]
        texts: dict[str, str] = {}

        def change(tx: Transaction, number: int) -> None:
            verb, name = chance.choice(["new", "edit", "edit", "edit", "remove"]), f"card-{number}"
            title, description = (" ".join(chance.sample(words, 2)) for _ in range(2))
            if verb == "new" or not texts:
                tx.cards.insert(BOARD, card_of(name, title=title, description=description), ColumnId("left"))
                texts[name] = f"{title} {description}"
                return
            card_id = CardId(chance.choice(list(texts)))
            placed = tx.cards.get(BOARD, card_id)
            assert placed is not None
            if verb == "remove":
                tx.cards.remove(BOARD, card_id)
                del texts[card_id]
            else:
                kept: dict[str, Any] = chance.choice(
                    [{"title": title}, {"description": description}, {"description": None}]
                )
                after = replace(placed.card, **kept)
                tx.cards.save(placed.card, after)
                texts[card_id] = f"{after.title} {after.description}"

        await store.run(make_board)
        for number in range(400):
            await store.run(change, number)
            if chance.random() < 0.02:
                await store.tidy()
            if number % 20 == 0:
                for text in ("alpha", "beta gamma", "delt"):
                    found = await self.search(store, text, limit=MAX_PAGE)
                    wanted = [
                        name for name, said in texts.items() if all(word in said for word in text.split())
                    ]
                    assert sorted(found) == sorted(wanted)

    async def test_a_new_card_pushes_none_onto_the_next_page_twice(self, full: Store) -> None:
        """Pages follow places, not counts: what comes in before the mark moves nothing behind it."""
        first = await full.read(lambda tx: tx.cards.find(BOARD, CardQuery(limit=50)))
        await full.run(lambda tx: tx.cards.insert(BOARD, card_of("new"), ColumnId(COLUMNS[0]), 0))
        rest = await full.read(every_page, CardQuery(limit=50, after=first.next))
        seen = [*ids(first), *(placed.card.id for placed in rest)]
        assert sorted(seen) == sorted(card.id for card in many_cards())

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": MAX_PAGE + 1}, "limit"),
            ({"text": "x" * (MAX_SEARCH_TEXT + 1)}, "text"),
            ({"column_ids": ("nowhere",)}, "columnId"),
            ({"column_ids": ("other",)}, "columnId"),
            ({"after": ""}, "after"),
            ({"after": "x"}, "after"),
            ({"after": "%%%"}, "after"),
            ({"after": "é"}, "after"),
            ({"after": "gaVib2FyZAE"}, "after"),
        ],
    )
    async def test_what_cannot_be_asked_is_refused_by_name(
        self, full: Store, fields: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Invalid) as caught:
            await full.read(lambda tx: tx.cards.find(BOARD, CardQuery(**fields)))
        assert [one.field for one in caught.value.fields] == [field]

    async def test_the_mark_of_one_order_is_refused_by_another(self, full: Store) -> None:
        page = await full.read(lambda tx: tx.cards.find(BOARD, CardQuery(limit=1, order="updated")))
        for order in ORDERS:
            if order != "updated":
                with pytest.raises(Invalid, match="another order"):
                    await full.read(every_page, CardQuery(after=page.next, order=order))
