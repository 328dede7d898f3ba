"""Terminals; contract section 17. The shells themselves are behind `kanbanai.ports.Terminals`.

Who may open the WebSocket is decided at the edge, by Host and Origin, before it is accepted: it gives whoever has it
the rights of who runs the server.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, Any, TypeAlias, cast

import msgspec
from litestar import WebSocket, delete, get, post, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import JSONBody, QueryParameter

from kanbanai.domain.errors import NotFound
from kanbanai.domain.ids import ProjectId
from kanbanai.domain.terminals import Size, Terminal
from kanbanai.http.answers import DoneAnswer
from kanbanai.http.connections import EXTENSION
from kanbanai.http.provide import CardPath, FromStore, FromTerminals, ProjectPath
from kanbanai.ports import Closed, Exited, Seat
from kanbanai.usecases import queries
from kanbanai.usecases import terminals as use_cases

_LAST_WORDS = 2.0
"""Seconds that a client has to take what is on its way to it when its terminal is closed."""
_TYPED_AHEAD = 1024 * 1024
"""Characters that may wait for a shell that takes nothing: one frame of the largest size."""
_TOO_MUCH = Closed(1013, "The shell takes nothing of what is typed; connect again")
_GONE = (WebSocketDisconnect, OSError)
"""What is raised when there is nobody any more to send to: by Litestar, by uvicorn."""

OfProject = Annotated[
    str | None,
    QueryParameter(name="projectId", description="The project that the card is expected to be of."),
]


class TerminalsAnswer(msgspec.Struct):
    """A project's open terminals, the oldest first."""

    terminals: list[Terminal]


class EligibleAnswer(msgspec.Struct):
    """The cards of a project whose terminals may be opened."""

    eligible: list[use_cases.Eligible]


@get("/projects/{project_id:str}/terminals", summary="A project's open terminals", tags=["terminals"])
async def list_terminals(
    project_id: ProjectPath, store: FromStore, terminals: FromTerminals
) -> TerminalsAnswer:
    """The terminals that are open, the oldest first."""
    await store.read(queries.project, project_id)
    return TerminalsAnswer(terminals.of_project(project_id))


@get(
    "/projects/{project_id:str}/terminals/eligible",
    summary="Cards whose terminals may be opened",
    tags=["terminals"],
)
async def list_eligible(
    project_id: ProjectPath, store: FromStore, terminals: FromTerminals
) -> EligibleAnswer:
    """The cards that are not done and whose newest attempt has a worktree and runs, or ended well."""
    found = await store.read(use_cases.eligible, project_id)
    active = {terminal.card_id for terminal in terminals.of_project(project_id)}
    return EligibleAnswer(
        [msgspec.structs.replace(one, has_active_terminal=one.card_id in active) for one in found]
    )


@get("/terminals/{card_id:str}", summary="A card's terminal", tags=["terminals"])
async def read_terminal(card_id: CardPath, terminals: FromTerminals) -> Terminal:
    """The card's terminal, if it is open."""
    return terminals.of_card(card_id)


@post("/terminals/{card_id:str}/resize", summary="Resize a terminal", tags=["terminals"], status_code=200)
async def resize_terminal(card_id: CardPath, data: JSONBody[Size], terminals: FromTerminals) -> DoneAnswer:
    """Tells the shell how much of it can be seen."""
    terminals.resize(card_id, data)
    return DoneAnswer()


@delete("/terminals/{card_id:str}", summary="Close a terminal", tags=["terminals"], status_code=200)
async def close_terminal(card_id: CardPath, terminals: FromTerminals) -> DoneAnswer:
    """Ends the shell and all that runs in it; answers when nothing of it is left."""
    if not await terminals.close_for(card_id, "manual"):
        raise NotFound("Terminal session not found")
    return DoneAnswer()


# ── The WebSocket ───────────────────────────────────────────────────────────────────────────────────────────────────


class Typed(msgspec.Struct, tag_field="type", tag="data"):
    """A client types."""

    data: str


class Resized(Size, tag_field="type", tag="resize", frozen=True):
    """A client can see so much."""


Said: TypeAlias = Typed | Resized
_said = msgspec.json.Decoder(Said)
_encoder = msgspec.json.Encoder()


@websocket("/terminals/{card_id:str}/ws")
async def enter_terminal(
    socket: WebSocket[Any, Any, Any],
    card_id: CardPath,
    terminals: FromTerminals,
    project_id: OfProject = None,
) -> None:
    """A card's terminal, which is opened where it is not. Frames are JSON in text; see docs/terminals.md.

    The socket is accepted first: a browser tells a page nothing of why one was refused.
    """
    await socket.accept()
    expected = None if project_id is None else ProjectId(project_id)
    async with terminals.seat(expected, card_id) as seat:
        closed = seat if isinstance(seat, Closed) else await _attend(socket, seat)
    if closed is not None:
        with contextlib.suppress(*_GONE):
            await socket.close(closed.code, closed.reason)


async def _attend(socket: WebSocket[Any, Any, Any], seat: Seat) -> Closed | None:
    """Carries what is typed and what is shown. `Closed`: the socket is to be closed so; None: the client is gone."""
    typed = _TypedAhead()
    hearing = asyncio.create_task(_hear(socket, seat, typed))
    typing = asyncio.create_task(_type(seat, typed))
    showing = asyncio.create_task(_show(socket, seat))
    over = asyncio.create_task(seat.over())
    try:
        await asyncio.wait({hearing, typing, showing, over}, return_when=asyncio.FIRST_COMPLETED)
        if typing.done():
            typing.result()  # it ends by a fault only
        if over.done() and not hearing.done():
            await asyncio.wait({hearing, showing}, timeout=_LAST_WORDS, return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done() and not showing.done():
                _abort(socket)
                return None
        return (showing if showing.done() else hearing).result()
    finally:
        tasks = (hearing, typing, showing, over)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _TypedAhead:
    """What a client has typed and the shell has not been given yet. `size` in characters."""

    def __init__(self) -> None:
        self.size = 0
        self._texts: asyncio.Queue[str] = asyncio.Queue()

    def put(self, text: str) -> None:
        """Puts a text behind those that wait."""
        self._texts.put_nowait(text)
        self.size += len(text)

    async def next(self) -> str:
        """The next text; waits until there is one."""
        text = await self._texts.get()
        self.size -= len(text)
        return text


async def _hear(socket: WebSocket[Any, Any, Any], seat: Seat, typed: _TypedAhead) -> Closed | None:
    """Until the client is gone, or has typed too much. What is no frame of the contract is passed over.

    It goes on while the shell takes nothing: only who listens hears that the client has gone.
    """
    while typed.size <= _TYPED_AHEAD:
        try:
            text = await socket.receive_text()
        except WebSocketDisconnect:
            return None
        try:
            said = _said.decode(text)
        except msgspec.MsgspecError:
            continue
        if isinstance(said, Typed):
            typed.put(said.data)
        else:
            seat.resize(Size(cols=said.cols, rows=said.rows))
    return _TOO_MUCH


async def _type(seat: Seat, typed: _TypedAhead) -> None:
    """Gives the shell what was typed, as fast as it takes it."""
    while True:
        await seat.type(await typed.next())


async def _show(socket: WebSocket[Any, Any, Any], seat: Seat) -> Closed | None:
    """Until there is nothing more to see, or the client is gone."""
    try:
        while True:
            shown = await seat.next()
            match shown:
                case Closed():
                    return shown
                case Exited(code=code):
                    await socket.send_text(_encoder.encode({"type": "exit", "code": code}))
                case _:
                    await socket.send_text(_encoder.encode({"type": "data", "data": shown}))
    except _GONE:
        return None


def _abort(socket: WebSocket[Any, Any, Any]) -> None:
    """Ends a connection that takes nothing; where the server offers no way, its pings will."""
    extensions = cast("dict[str, Any]", socket.scope.get("extensions") or {})
    if EXTENSION in extensions:
        extensions[EXTENSION]["abort"]()


ROUTES = (list_terminals, list_eligible, read_terminal, resize_terminal, close_terminal)
SOCKETS = (enter_terminal,)
