"""A project as a file: NDJSON out and in; `kanbanai.domain.transfer` says what its lines are."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from kanbanai.domain.errors import Invalid, StorageFull
from kanbanai.domain.projects import Project
from kanbanai.domain.transfer import MAX_LINE, read_head
from kanbanai.http.conditions import IdempotencyKey, json_reply, named, once
from kanbanai.http.provide import FromGit, FromStore, ProjectPath
from kanbanai.ports import Reply, Transaction
from kanbanai.usecases import exports, imports

MEDIA_TYPE = "application/x-ndjson"
MEDIA_TYPES = (MEDIA_TYPE, "application/ndjson", "application/jsonl")
"""What a file of JSON lines is sent as; no standard names it."""
MAX_FILE = 512 * 1024 * 1024
"""Bytes of a file that comes in. Its cards are held in memory until the commit, and writers wait for its end."""
FILE = """\
{"type":"project","version":1,"name":"Wire capture","repositoryPath":"~/code/wire-capture"}
{"type":"column","id":"todo","title":"To do","key":"backlog"}
{"type":"card","id":"a","columnId":"todo","title":"Retry uploads"}
"""
"""The least that a file may say."""
CHUNK = 1024 * 1024
"""Bytes that go to or come from the temporary file at once: one hop to a thread for each."""

RepositoryPath = Annotated[
    str | None,
    QueryParameter(
        name="repositoryPath",
        min_length=1,
        max_length=4096,
        description="Where the repository is on this machine. Left out: where the file says.",
    ),
]


@get(
    "/projects/{project_id:str}/export", summary="Export a project", tags=["projects"], media_type=MEDIA_TYPE
)
async def export_project(project_id: ProjectPath, store: FromStore) -> Stream:
    """The whole project as NDJSON, one object a line, in one consistent view however long it takes to send.

    It holds the settings, profiles (without secrets), columns, cards with their images and proposals, and attempts with
    what they said.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the answer
    try:
        with _disk():
            project = await store.read(exports.export, project_id, file.write)
            size = file.tell()
            file.seek(0)
    except BaseException:
        file.close()
        raise
    return Stream(
        _chunks(file),
        media_type=MEDIA_TYPE,
        headers={
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{_file_name(project)}"',
        },
    )


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        file.close()


def _file_name(project: Project) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", project.name.lower()).strip("-")
    return f"{plain or 'project'}.ndjson"


@post(
    "/projects/import",
    summary="Import a project",
    tags=["projects"],
    request_max_body_size=MAX_FILE,
    opt={
        "requestBody": {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": FILE}},
        }
    },
)
async def import_project(
    request: Request[Any, Any, Any],
    store: FromStore,
    git: FromGit,
    repository_path: RepositoryPath = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[imports.ImportedProject]:
    """Makes a new project of an exported file, or of one written by hand: all of it, or nothing.

    Everything gets new ids; ticket keys, order and times stay. Worktrees are not part of a file, and an attempt that
    was under way comes in as stopped. An error names the line and the field. Its repository must be there already.
    """
    media_type = request.content_type[0]
    if media_type not in MEDIA_TYPES:
        raise Invalid.field("Content-Type", f"must be {MEDIA_TYPE}, not {media_type!r}")
    with tempfile.TemporaryFile() as file:
        digest = await _spooled(request, file)
        path = repository_path or _path_in(file)
        asked = named(call="POST projects/import", body=digest, path=repository_path)
        async with git.prepared(path, initialize=False) as repository:
            work = partial(_import, file=file, repository_path=repository.path)
            return await once(store, idempotency_key, asked, work)


async def _spooled(request: Request[Any, Any, Any], file: IO[bytes]) -> str:
    """Writes the body into the file, a chunk at a time, and answers with its digest."""
    digest = hashlib.blake2b()
    gathered = bytearray()
    with _disk():
        async for part in request.stream():
            gathered += part
            if len(gathered) >= CHUNK:
                digest.update(gathered)
                await asyncio.to_thread(file.write, bytes(gathered))
                gathered.clear()
        digest.update(gathered)
        file.write(gathered)
        file.flush()
    return digest.hexdigest()


def _path_in(file: IO[bytes]) -> str:
    """Where the file says the repository is. Raises Invalid when it does not begin as a project does."""
    file.seek(0)
    return read_head(file.readline(MAX_LINE + 1)).repository_path


def _import(tx: Transaction, *, file: IO[bytes], repository_path: str) -> Reply:
    file.seek(0)
    arrived = imports.read_project(tx, _lines(file), repository_path)
    return json_reply(arrived, 201, {"Location": f"/api/v1/projects/{arrived.project.id}"})


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The file's lines; of one that is too long, enough to see that."""
    while line := file.readline(MAX_LINE + 1):
        yield line


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise StorageFull(f"No room is left for a temporary file in {tempfile.gettempdir()}") from error


ROUTES = (export_project, import_project)
