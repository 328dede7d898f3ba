"""What the commands that speak to a server have in common: their options, and how a call is made."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kanbanai.cli.failures import USAGE, NotNamed, fail, refused
from kanbanai.config import DEFAULT_SERVER, BadSetting, server_url

if TYPE_CHECKING:  # loading it takes longer than `--help` may
    from kanbanai.client import KanbanClient

T = TypeVar("T")

Server = Annotated[
    str | None,
    typer.Option("--server", metavar="URL", help=f"The server. [default: $KANBANAI_URL or {DEFAULT_SERVER}]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON, for programs.")]
ProjectName = Annotated[str, typer.Argument(metavar="PROJECT", help="Its id, ticket prefix or name.")]


def address(server: str | None, *, as_json: bool = False) -> str:
    """The server's address, or the end of the command."""
    try:
        return server_url(os.environ, server)
    except BadSetting as error:
        fail(USAGE, str(error), as_json=as_json, code="bad_setting")


def call(server: str | None, work: Callable[[KanbanClient], Awaitable[T]], *, as_json: bool) -> T:
    """What `work` answers with, or the end of the command with the right exit code."""
    url = address(server, as_json=as_json)
    import asyncio

    from kanbanai.client import ClientError, KanbanClient

    async def connected() -> T:
        async with KanbanClient(url) as client:
            return await work(client)

    try:
        return asyncio.run(connected())
    except (ClientError, NotNamed) as error:
        refused(error, as_json=as_json)
