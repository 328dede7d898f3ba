"""Finding what the user named.

A project by id, name or ticket prefix; a column by id, title or role; a card by id or ticket key; an attempt by id or
by its card.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from kanbanai.cli.failures import NotNamed
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.boards import BoardState, Column
from kanbanai.domain.ids import ATTEMPT_PREFIX, CARD_PREFIX, AttemptId, CardId
from kanbanai.domain.projects import Project

if TYPE_CHECKING:
    from kanbanai.client import KanbanClient, PlacedCard

T = TypeVar("T")
A = TypeVar("A")

AT_ONCE = 8
"""Questions to the server at the same time; it answers from one thread."""
SHOWN = 10
"""Names offered in an error."""


async def project_named(client: KanbanClient, name: str) -> Project:
    """The project of this id, name or ticket prefix. Raises NotNamed when there is none, or more than one."""
    projects = await client.projects()
    exact = [one for one in projects if one.id == name] or [one for one in projects if one.name == name]
    if exact:
        return _only(exact, f"several projects are named {name!r}", _told)
    prefixes = await _together(projects, lambda one: _prefix(client, one))
    found = [
        one
        for one, prefix in zip(projects, prefixes, strict=True)
        if name.casefold() in {prefix.casefold(), one.name.casefold()}
    ]
    if not found:
        offer = ", ".join(
            f"{one.name} ({prefix})" for one, prefix in list(zip(projects, prefixes, strict=True))[:SHOWN]
        )
        raise NotNamed(
            f"there is no project {name!r}; there are {offer}"
            if projects
            else "there is no project yet; `kanbanai project add PATH` adds one"
        )
    return _only(found, f"several projects are called {name!r}", _told)


async def _prefix(client: KanbanClient, project: Project) -> str:
    return (await client.project_settings(project.id)).ticket_prefix


def column_named(state: BoardState, name: str) -> Column:
    """The column of this id, title or role (`in-progress` as well as `inProgress`). Raises NotNamed."""
    columns = [state.columns[column_id] for column_id in state.column_order]
    found = (
        [one for one in columns if one.id == name]
        or [one for one in columns if one.title == name]
        or [one for one in columns if one.title.casefold() == name.strip().casefold()]
        or [one for one in columns if one.key is not None and _letters(one.key) == _letters(name)]
    )
    if found:
        return _only(found, f"several columns are called {name!r}", lambda one: f"{one.title} ({one.id})")
    raise NotNamed(f"there is no column {name!r}; there are {', '.join(one.title for one in columns)}")


def backlog(state: BoardState) -> Column:
    """Where a new card goes: the first column with the role `backlog`, else the first. Raises NotNamed without any."""
    columns = [state.columns[column_id] for column_id in state.column_order]
    if not columns:
        raise NotNamed("the board has no column")
    return next((one for one in columns if one.key == "backlog"), columns[0])


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.casefold())


async def card_named(client: KanbanClient, name: str, project: str | None) -> tuple[Project, PlacedCard]:
    """The card of this id or ticket key, in one project or in whichever has it. Raises NotNamed."""
    projects = [await project_named(client, project)] if project else await client.projects()
    cards = await _together(projects, lambda one: _card(client, one, name))
    found = [(one, card) for one, card in zip(projects, cards, strict=True) if card is not None]
    if not found:
        raise NotNamed(f"there is no card {name!r}" + (f" in {projects[0].name}" if project else ""))
    return _only(
        found, f"several projects have a card {name!r}; say which with --project", lambda one: _told(one[0])
    )


async def attempt_named(client: KanbanClient, name: str, project: str | None) -> Attempt:
    """The attempt of this id, or the newest of the card of this id or ticket key. Raises NotNamed."""
    from kanbanai.client import ApiProblem

    if name.startswith(ATTEMPT_PREFIX):
        try:
            return await client.attempt(AttemptId(name))
        except ApiProblem as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                raise NotNamed(f"there is no attempt {name!r}") from problem
            raise
    found, placed = await card_named(client, name, project)
    async for attempt in client.attempts(found.id, card_id=placed.card.id, page=1):
        return attempt
    raise NotNamed(f"{name} has no attempt yet; `kanbanai attempt start {name}` starts one")


async def _card(client: KanbanClient, project: Project, name: str) -> PlacedCard | None:
    from kanbanai.client import ApiProblem, PlacedCard

    if name.startswith(CARD_PREFIX):
        try:
            return await client.card(project.board_id, CardId(name))
        except ApiProblem as problem:
            if problem.is_final:  # another board's card, or nobody's
                return None
            raise
    async for placed in client.cards(project.board_id, text=name):
        if (placed.card.ticket_key or "").casefold() == name.casefold():
            return PlacedCard(placed.card, placed.column_id)
    return None


def _told(project: Project) -> str:
    return f"{project.name} ({project.id})"


def _only(found: list[T], several: str, told: Callable[[T], str]) -> T:
    if len(found) > 1:
        raise NotNamed(f"{several}: {', '.join(told(one) for one in found[:SHOWN])}")
    return found[0]


async def _together(items: Iterable[T], ask: Callable[[T], Awaitable[A]]) -> list[A]:
    """Answers for all items, in their order, a few questions at a time."""
    import asyncio

    turns = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> A:
        async with turns:
            return await ask(item)

    return list(await asyncio.gather(*(one(item) for item in items)))
