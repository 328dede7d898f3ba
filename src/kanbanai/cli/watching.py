"""`kanbanai watch`: the live tail of a board, or of all projects."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kanbanai.cli.calls import Server, address
from kanbanai.cli.failures import FAILED, NotNamed, fail, refused
from kanbanai.cli.naming import project_named

if TYPE_CHECKING:
    from kanbanai.cli.faces import Face


def watch(
    project: Annotated[
        str | None,
        typer.Argument(metavar="[PROJECT]", help="Its id, ticket prefix or name. [default: the dashboard]"),
    ] = None,
    logs: Annotated[bool, typer.Option("--logs", help="Show what attempts say, too.")] = False,
    server: Server = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each frame.")] = False,
) -> None:
    """Follow a board, or all projects, live until Ctrl-C.

    On a terminal it draws the board's columns, the attempts and what changed last; elsewhere it prints a line for each
    change.
    """
    url = address(server, as_json=as_json)
    import asyncio

    from kanbanai.client import ClientError

    try:
        reason = asyncio.run(_watch(url, project, logs=logs, as_json=as_json))
    except (KeyboardInterrupt, asyncio.CancelledError):  # Ctrl-C and SIGTERM: the way in which a watch ends
        return
    except (ClientError, NotNamed) as error:
        refused(error, as_json=as_json)
    fail(FAILED, reason, as_json=as_json, code="closed")


async def _watch(url: str, name: str | None, *, logs: bool, as_json: bool) -> str:
    """Follows until the server ends it for good, and answers with the reason."""
    from kanbanai.cli import faces
    from kanbanai.client import KanbanClient

    _end_on_terminate()
    async with KanbanClient(url) as client:
        if name is None:
            await client.is_ready()  # a wrong address is an error now, not something to wait for
            async with client.watch_dashboard() as watch:
                return await _follow(faces.of_dashboard(watch, url, _style(as_json=as_json)))
        project = await project_named(client, name)
        async with client.watch_board(project.board_id, attempts="all" if logs else "none") as watch:
            return await _follow(faces.of_board(watch, url, project, _style(as_json=as_json), logs=logs))


def _style(*, as_json: bool) -> str:
    if as_json:
        return "json"
    return "screen" if sys.stdout.isatty() else "lines"


async def _follow(face: Face) -> str:
    """Shows the news until there is no more, and answers with why."""
    import asyncio

    with face:
        ticking = asyncio.create_task(face.tick())
        try:
            async for news in face.watch:
                face.show(news)
        finally:
            ticking.cancel()
            await asyncio.wait([ticking])
    return face.watch.health.reason or "the server ended the stream"


def _end_on_terminate() -> None:
    """SIGTERM ends a watch as Ctrl-C does: in order, with the terminal as it was."""
    import asyncio

    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
