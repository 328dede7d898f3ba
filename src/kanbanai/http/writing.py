"""Answers that an agent has to write first: waited for, or streamed as they are written; called off by hanging up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Response
from litestar.response import Stream

from kanbanai.domain import wire
from kanbanai.domain.errors import KanbanError, Unavailable
from kanbanai.http.bodies import JsonRequest
from kanbanai.http.problems import problem_of
from kanbanai.ports import Writers, Writing

T = TypeVar("T")
Answer = TypeVar("Answer", bound=msgspec.Struct)

CALLED_OFF = "It was called off before it was done."
FAILED = "The agent could not be started, or did not write what was asked of it; the detail says why."
EVENTS = "text/event-stream"
SIGN_OF_LIFE = 15.0
"""Seconds: a stream that is silent for longer is cut by some proxies, and one whose reader has gone is noticed."""
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


class Piece(msgspec.Struct, frozen=True):
    """Text as it is written."""

    text: str


def present(writers: Writers | None) -> Writers:
    """Raises Unavailable where no agents run."""
    if writers is None:
        raise Unavailable("This server runs no agents")
    return writers


async def answered(
    request: JsonRequest, writing: Writing[T], shown: Callable[[T], Answer]
) -> Response[Answer]:
    """What was written, once it is; a stream for who accepts `text/event-stream`.

    Raises WritingFailed and Cancelled. Whoever hangs up calls it off.
    """
    if EVENTS in request.headers.get("accept", ""):
        stream: Response[Any] = Stream(_events(writing, shown), media_type=EVENTS, headers=HEADERS)
        return stream
    return Response(shown(await _unless_gone(request, writing)))


async def _unless_gone(request: JsonRequest, writing: Writing[T]) -> T:
    """What was written; when the caller goes first, it is called off."""
    written = asyncio.ensure_future(writing.text())
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({written, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not written.done():
            await writing.call_off()
        return await written
    finally:
        for task in (written, gone):
            task.cancel()
        if not written.done():
            await writing.call_off()  # this request itself was cancelled


async def _gone(request: JsonRequest) -> None:
    """Returns when the caller has hung up. The body has been read, so nothing else can come."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _events(writing: Writing[T], shown: Callable[[T], Answer]) -> AsyncGenerator[bytes]:
    """The frames: pieces as they come, signs of life between them, and how it ended."""
    pieces = writing.pieces()
    coming: asyncio.Future[str] | None = None
    try:
        while True:
            if coming is None:
                coming = asyncio.ensure_future(anext(pieces))
            done, _ = await asyncio.wait({coming}, timeout=SIGN_OF_LIFE)
            if not done:
                yield b": still at work\n\n"
                continue
            finished, coming = coming, None
            try:
                yield _frame("text", Piece(finished.result()))
            except StopAsyncIteration:
                break
        try:
            yield _frame("result", shown(await writing.text()))
        except KanbanError as error:
            yield _frame("problem", problem_of(error))
    finally:
        if coming is not None:
            coming.cancel()
        await writing.call_off()  # nothing, unless whoever read this has gone


def _frame(event: str, data: msgspec.Struct) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (event.encode(), wire.encode(data))
