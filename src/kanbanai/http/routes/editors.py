"""Editors on the server's machine. The only program started is the editor that the settings name, on a worktree."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.files import EditorCommand, InstalledEditor
from kanbanai.http.answers import also
from kanbanai.http.provide import FromFiles, FromStore
from kanbanai.http.routes.attempts import AttemptPath
from kanbanai.usecases import places


class SuggestionsAnswer(msgspec.Struct):
    """Editors that are installed."""

    suggestions: list[InstalledEditor]


class Candidate(msgspec.Struct, kw_only=True):
    """The path of a program, or the name of a command."""

    path: Annotated[str, Meta(min_length=1, max_length=4096)]


class Opening(msgspec.Struct, rename="camel"):
    """`subpath`: a file or folder of the worktree. `editorKey`: only if the settings name this editor."""

    subpath: Annotated[str, Meta(max_length=4096)] | None = None
    editor_key: Annotated[str, Meta(max_length=200)] | None = None


class OpenedAnswer(msgspec.Struct, kw_only=True):
    """The editor was started, by this command."""

    ok: Literal[True] = True
    command: EditorCommand


class Verdict(msgspec.Struct, omit_defaults=True):
    """Whether it can be started, and why not."""

    valid: bool
    error: str | None = None


@get("/editors/suggestions", summary="Editors that are installed", tags=["files"])
async def suggest_editors(files: FromFiles) -> SuggestionsAnswer:
    """The editors that we know of and that are found on the server's machine."""
    return SuggestionsAnswer(await files.editors())


@post("/editors/validate", summary="Whether a path is a program", tags=["files"], status_code=200)
async def validate_editor(data: JSONBody[Candidate], files: FromFiles) -> Verdict:
    """Whether the path names an executable file. It is looked at, not started."""
    reason = await files.why_no_program(data.path)
    return Verdict(valid=reason is None, error=reason)


@post(
    "/attempts/{attempt_id:str}/open-editor",
    summary="Open an attempt's worktree in the editor",
    tags=["attempts"],
    status_code=200,
    opt=also({409: "The attempt has no worktree.", 422: "The editor cannot be started."}),
)
async def open_editor(
    attempt_id: AttemptPath, data: JSONBody[Opening], store: FromStore, files: FromFiles
) -> OpenedAnswer:
    """Starts the editor that the settings name, on the server's machine, with the worktree or something in it."""
    worktree, settings = await store.run(places.editing, attempt_id)
    command = await files.open_in_editor(worktree, data.subpath, data.editor_key, settings)
    return OpenedAnswer(command=command)


ROUTES = (suggest_editors, validate_editor, open_editor)
