"""`kanbanai card`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kanbanai.cli.calls import AsJson, ProjectName, Server, call
from kanbanai.cli.failures import USAGE, fail
from kanbanai.cli.naming import backlog, card_named, column_named, project_named
from kanbanai.cli.output import plain, print_json, print_table
from kanbanai.domain.boards import BoardState, Column
from kanbanai.domain.cards import TICKET_TYPES, CardChanges, Placement
from kanbanai.domain.ids import CardId

if TYPE_CHECKING:
    from kanbanai.client import KanbanClient, PlacedCard

CardName = Annotated[str, typer.Argument(metavar="CARD", help="Its id or ticket key.")]
ColumnName = Annotated[str, typer.Argument(metavar="COLUMN", help="Its id, title or role.")]
InProject = Annotated[
    str | None,
    typer.Option("--project", metavar="PROJECT", help="Where to look for the card. [default: everywhere]"),
]
Title = Annotated[str | None, typer.Option(help="One line, up to 500 characters.")]
Description = Annotated[str | None, typer.Option(help="Markdown; - reads it from standard input.")]
TicketType = Annotated[str | None, typer.Option("--type", help=f"One of {', '.join(TICKET_TYPES)}.")]
DependsOn = Annotated[
    list[str] | None,
    typer.Option(
        "--depends-on", metavar="CARD", help="A card that has to be done first; may be given again."
    ),
]
Index = Annotated[int | None, typer.Option(min=0, help="The place in the column, from 0.")]
Top = Annotated[bool, typer.Option("--top", help="At the top of the column.")]


def add(
    project: ProjectName,
    title: Annotated[str, typer.Argument(help="One line, up to 500 characters.")],
    column: Annotated[
        str | None, typer.Option(help="Its id, title or role. [default: the backlog]", metavar="COLUMN")
    ] = None,
    description: Description = None,
    ticket_type: TicketType = None,
    depends_on: DependsOn = None,
    index: Index = None,
    top: Top = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Make a card, at the end of a column unless --top or --index says where."""
    place = _index(index, top=top)
    text = _text(description)

    async def work(client: KanbanClient) -> tuple[PlacedCard, Column]:
        from kanbanai.client import NewCard

        found = await project_named(client, project)
        state = (await client.board(found.board_id)).state
        target = column_named(state, column) if column else backlog(state)
        new = NewCard(
            column_id=target.id,
            title=title,
            description=text,
            ticket_type=ticket_type,
            depends_on=await _ids(client, depends_on or [], found.id),
            index=place,
        )
        return await client.create_card(found.board_id, new), target

    placed, target = call(server, work, as_json=as_json)
    _say(placed, as_json, f"added to {target.title}")


def list_(
    project: ProjectName,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Only in this column (id, title or role); may be given again."),
    ] = None,
    ticket_type: Annotated[
        list[str] | None, typer.Option("--type", help="Only of this ticket type; may be given again.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(help="Only with these words in title, description or ticket key.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many. [default: all]")] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List a board's cards in the board's order."""

    async def work(client: KanbanClient) -> tuple[BoardState, list[PlacedCard]]:
        found = await project_named(client, project)
        state = (await client.board(found.board_id)).state
        columns = [column_named(state, name).id for name in column or []]
        cards: list[PlacedCard] = []
        async for placed in client.cards(
            found.board_id, text=search, column_ids=columns, ticket_types=ticket_type or ()
        ):
            cards.append(placed)
            if len(cards) == limit:
                break
        return state, cards

    state, cards = call(server, work, as_json=as_json)
    if as_json:
        print_json([_wire(placed) for placed in cards])
        return
    print_table(
        ("KEY", "COLUMN", "TYPE", "TITLE"),
        [
            (
                placed.card.ticket_key or placed.card.id,
                state.columns[placed.column_id].title if placed.column_id in state.columns else "",
                placed.card.ticket_type or "",
                placed.card.title,
            )
            for placed in cards
        ],
    )


def move(
    card: CardName,
    column: ColumnName,
    index: Index = None,
    top: Top = False,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Put a card into a column, at its end unless --top or --index says where."""
    place = _index(index, top=top)

    async def work(client: KanbanClient) -> tuple[PlacedCard, Column]:
        found, before = await card_named(client, card, project)
        state = (await client.board(found.board_id)).state
        target = column_named(state, column)
        to = Placement(target.id, len(target.card_ids) if place is None else place)
        return await client.move_card(found.board_id, before.card.id, to), target

    placed, target = call(server, work, as_json=as_json)
    _say(placed, as_json, f"moved to {target.title}")


def edit(
    card: CardName,
    title: Title = None,
    description: Description = None,
    ticket_type: TicketType = None,
    depends_on: DependsOn = None,
    clear: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Empty description, type or depends-on; may be given again."),
    ] = None,
    if_match: Annotated[
        str | None, typer.Option(metavar="ETAG", help="Only when the card is still this version of it.")
    ] = None,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Change a card's fields; what is not named stays."""
    given = {"title": title, "description": _text(description), "ticket_type": ticket_type}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    changes |= _cleared(clear or [], {*changes, *(["depends_on"] if depends_on else [])})
    if not changes and not depends_on:
        fail(USAGE, "nothing to change: name a field, for example --title", as_json=as_json)

    async def work(client: KanbanClient) -> PlacedCard:
        found, before = await card_named(client, card, project)
        if depends_on:
            changes["depends_on"] = await _ids(client, depends_on, found.id)
        return await client.edit_card(
            found.board_id, before.card.id, CardChanges(**changes), if_match=if_match
        )

    _say(call(server, work, as_json=as_json), as_json, "changed")


_EMPTY: dict[str, tuple[str, Any]] = {
    "description": ("description", None),
    "type": ("ticket_type", None),
    "depends-on": ("depends_on", ()),
}


def _cleared(names: list[str], set_too: set[str]) -> dict[str, Any]:
    changes = {}
    for name in names:
        if name not in _EMPTY:
            fail(USAGE, f"--clear {name}: there are {', '.join(_EMPTY)}")
        field, empty = _EMPTY[name]
        if field in set_too:
            fail(USAGE, f"--clear {name} contradicts --{name}")
        changes[field] = empty
    return changes


def _index(index: int | None, *, top: bool) -> int | None:
    if top and index is not None:
        fail(USAGE, "--top and --index contradict each other")
    return 0 if top else index


def _text(description: str | None) -> str | None:
    return sys.stdin.read() if description == "-" else description


async def _ids(client: KanbanClient, names: list[str], project_id: str) -> tuple[CardId, ...]:
    return tuple([(await card_named(client, name, project_id))[1].card.id for name in names])


def _wire(placed: PlacedCard) -> dict[str, object]:
    return {"card": placed.card, "columnId": placed.column_id} | (
        {"etag": placed.etag} if placed.etag else {}
    )


def _say(placed: PlacedCard, as_json: bool, what: str) -> None:
    if as_json:
        print_json(_wire(placed))
    else:
        card = placed.card
        print(f"{plain(card.ticket_key or card.id)} {plain(what)}: {plain(card.title)}")
