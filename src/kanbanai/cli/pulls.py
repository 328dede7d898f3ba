"""`kanbanai attempt pr`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kanbanai.cli.attempts import AttemptName, InProject
from kanbanai.cli.calls import AsJson, Server, call
from kanbanai.cli.naming import attempt_named
from kanbanai.cli.output import plain, print_json

if TYPE_CHECKING:
    from kanbanai.client import KanbanClient
    from kanbanai.domain.pulls import PullRequest


def pr(
    attempt: AttemptName,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="[default: what the settings make of the ticket]")
    ] = None,
    body: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Or - to read standard input. [default: the same]")
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="Where it is to go. [default: where it began]")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Nobody is asked for a review yet.")] = False,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Push the branch and make a pull request of it, or find the open one that it has."""
    text = sys.stdin.read() if body == "-" else body

    async def work(client: KanbanClient) -> PullRequest:
        found = await attempt_named(client, attempt, project)
        chosen = title or (await client.pull_request_text(found.board_id, found.id, base=base)).title
        return await client.open_pull_request(found.id, chosen, body=text, base=base, draft=draft)

    made = call(server, work, as_json=as_json)
    if as_json:
        print_json(made)
    else:
        print(plain(made.url))
