"""What an attempt left beside its conversation: outputs that are too long for it, and its raw transcript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Annotated

import msgspec
from litestar import get
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream

from kanbanai.domain.errors import NotFound
from kanbanai.domain.ids import ItemId
from kanbanai.http.provide import FromOutputs, FromStore, FromTranscripts
from kanbanai.http.routes.attempts import AttemptPath
from kanbanai.usecases import queries

TRANSCRIPT_TYPE = "application/x-ndjson"
MAX_SLICE = 1024 * 1024
"""Bytes of an output in one answer; a page of a terminal has some four thousand."""
SLICE = 64 * 1024
"""Bytes of an output in one answer, unless more are asked for."""
CHUNK = 1024 * 1024
"""Bytes read at once: one hop to a thread for each."""

ItemPath = Annotated[ItemId, PathParameter(description="The conversation item's id.")]
Offset = Annotated[int, QueryParameter(ge=0, description="The byte to begin at.")]
SliceLimit = Annotated[int, QueryParameter(ge=1, le=MAX_SLICE, description="How many bytes at most.")]


class OutputAnswer(msgspec.Struct):
    """A part of what a tool or script printed.

    `offset` and `size` count bytes of the whole; `next` is the offset to ask for next, null at the end. A character
    that the part's beginning or end cuts in two is shown as U+FFFD.
    """

    text: str
    offset: int
    size: int
    next: int | None


@get(
    "/attempts/{attempt_id:str}/items/{item_id:str}/output",
    summary="The whole output of an item",
    tags=["attempts"],
)
async def read_output(
    attempt_id: AttemptPath,
    item_id: ItemPath,
    store: FromStore,
    outputs: FromOutputs,
    offset: Offset = 0,
    limit: SliceLimit = SLICE,
) -> OutputAnswer:
    """A part of an output of which the conversation shows the end only; 404 for an item that shows all there is."""
    await store.read(queries.attempt, attempt_id)
    part = None if outputs is None else await outputs.read(attempt_id, item_id, offset=offset, limit=limit)
    if part is None:
        raise NotFound("No more is kept of this item than the conversation shows")
    end = part.offset + len(part.data)
    text = part.data.decode(errors="replace")
    return OutputAnswer(text, part.offset, part.size, end if part.data and end < part.size else None)


@get(
    "/attempts/{attempt_id:str}/transcript",
    summary="The raw transcript of an attempt",
    tags=["attempts"],
    media_type=TRANSCRIPT_TYPE,
)
async def download_transcript(
    attempt_id: AttemptPath, store: FromStore, transcripts: FromTranscripts
) -> Stream:
    """Every message between the server and the agent as it went over the wire, one a line, up to now."""
    await store.read(queries.attempt, attempt_id)
    file = None if transcripts is None else await asyncio.to_thread(transcripts.opened, attempt_id)
    if file is None:
        raise NotFound("No transcript is kept of this attempt")
    size = await asyncio.to_thread(_size, file)
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{attempt_id}.jsonl"',
    }
    return Stream(_chunks(file, size), media_type=TRANSCRIPT_TYPE, headers=headers)


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


async def _chunks(file: IO[bytes], size: int) -> AsyncIterator[bytes]:
    """So much of the file as it had when it was asked for, though its agent may write on."""
    left = size
    try:
        while left and (chunk := await asyncio.to_thread(file.read, min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        file.close()


ROUTES = (read_output, download_transcript)
