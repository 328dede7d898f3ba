"""Editors on the server's machine. Nothing here starts a program."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.files import InstalledEditor
from kanbanai.http.provide import FromFiles


class SuggestionsAnswer(msgspec.Struct):
    """Editors that are installed."""

    suggestions: list[InstalledEditor]


class Candidate(msgspec.Struct, kw_only=True):
    """The path of a program, or the name of a command."""

    path: Annotated[str, Meta(min_length=1, max_length=4096)]


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


ROUTES = (suggest_editors, validate_editor)
