"""`kanbanai github`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kanbanai.cli.calls import AsJson, ProjectName, Server, call
from kanbanai.cli.failures import USAGE, NotNamed, fail
from kanbanai.cli.naming import project_named
from kanbanai.cli.output import print_json, print_table
from kanbanai.domain.issues import IssueCounts, IssuePreview, IssueSyncStatus

if TYPE_CHECKING:
    from kanbanai.client import KanbanClient
    from kanbanai.domain.projects import Project


class State(StrEnum):
    """Which issues."""

    OPEN = "open"
    ALL = "all"
    CLOSED = "closed"


def import_(
    project: ProjectName,
    repository: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME", help="Whose issues. [default: the project's own]")
    ] = None,
    state: Annotated[State, typer.Option(help="Which ones.")] = State.OPEN,
    label: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Only with this one; may be given again.")
    ] = None,
    number: Annotated[
        list[int] | None, typer.Option(min=1, metavar="NUMBER", help="Only this one; may be given again.")
    ] = None,
    with_deleted: Annotated[
        bool, typer.Option("--with-deleted", help="Also those whose cards were deleted.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what would come, and bring nothing.")
    ] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Make cards of issues; later edits of such a card change its issue, unless the project's settings say no."""
    if repository is not None and repository.count("/") != 1:
        fail(USAGE, f"--repository is OWNER/NAME, not {repository!r}", as_json=as_json)

    async def work(client: KanbanClient) -> IssuePreview | IssueCounts:
        from kanbanai.client import WantedIssues

        found = await project_named(client, project)
        owner, _, name = (repository or await _own(client, found)).partition("/")
        wanted = WantedIssues(
            owner=owner, repo=name, state=state.value, labels=label or (), numbers=number or None
        )
        if preview:
            return await client.preview_issues(found.board_id, wanted)
        return await client.import_issues(found.board_id, wanted, with_deleted=with_deleted)

    told = call(server, work, as_json=as_json)
    if as_json:
        print_json(told)
    elif isinstance(told, IssuePreview):
        rows = [(f"#{one.number}", one.fate, one.state, one.title) for one in told.issues]
        print_table(("ISSUE", "WOULD BE", "STATE", "TITLE"), rows)
    else:
        print(_counted(told))


def sync(project: ProjectName, server: Server = None, as_json: AsJson = False) -> None:
    """Bring in what is new of the project's issues now, and tell GitHub once more what it refused of cards' edits."""

    async def work(client: KanbanClient) -> IssueCounts:
        return await client.sync_issues((await project_named(client, project)).id)

    counts = call(server, work, as_json=as_json)
    if as_json:
        print_json(counts)
    else:
        print(_counted(counts))


def status(project: ProjectName, server: Server = None, as_json: AsJson = False) -> None:
    """Say how the project's issues are kept in step. GitHub is not asked."""

    async def work(client: KanbanClient) -> IssueSyncStatus:
        return await client.issue_sync((await project_named(client, project)).id)

    standing = call(server, work, as_json=as_json)
    if as_json:
        print_json(standing)
    else:
        print_table(("WHAT", "HOW"), _facts(standing))


async def _own(client: KanbanClient, project: Project) -> str:
    """The repository that the project came from. Raises NotNamed when that is none of GitHub."""
    found = (await client.issue_sync(project.id)).repository
    if found is None:
        raise NotNamed(
            f"the remote of {project.name} is no repository of GitHub; say which one with --repository"
        )
    return found


def _counted(counts: IssueCounts) -> str:
    words = [f"{counts.imported} new", f"{counts.updated} updated", f"{counts.skipped} left as they were"]
    words += [f"{counts.conflicts} changed on both sides"] if counts.conflicts else []
    words += [f"{counts.closed} closed"] if counts.closed else []
    return ", ".join(words)


def _facts(standing: IssueSyncStatus) -> list[tuple[str, str]]:
    waiting = (
        f"{standing.waiting}: {standing.waiting_error}" if standing.waiting_error else str(standing.waiting)
    )
    facts = [
        ("repository", standing.repository or "none of GitHub"),
        ("sync", "on" if standing.enabled else "off"),
        (
            "last",
            standing.status
            if standing.last_sync_at is None
            else f"{standing.status}, {standing.last_sync_at}",
        ),
        ("brought", _counted(standing.counts)),
        ("next", standing.next_sync_at or "not planned"),
        ("waiting to be told", waiting),
    ]
    facts += [("error", standing.error)] if standing.error else []
    if (limit := standing.rate_limit) is not None:
        facts.append(("requests left", f"{limit.remaining} of {limit.limit} until {limit.reset_at}"))
    return facts
