"""`kanbanai attempt`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kanbanai.cli.calls import AsJson, Server, address, call
from kanbanai.cli.failures import FAILED, INTERRUPTED, USAGE, NotNamed, fail, refused
from kanbanai.cli.naming import attempt_named, card_named, project_named
from kanbanai.cli.output import plain, print_json, print_table
from kanbanai.domain.attempts import ACTIVE, Attempt
from kanbanai.domain.permissions import Decision, Permission

if TYPE_CHECKING:
    from kanbanai.client import BoardWatch, KanbanClient, ListedAttempt
    from kanbanai.domain.conversations import ConversationItem
    from kanbanai.domain.git import Diff
    from kanbanai.domain.ids import AttemptId

CardName = Annotated[str, typer.Argument(metavar="CARD", help="Its id or ticket key.")]
AttemptName = Annotated[
    str, typer.Argument(metavar="ATTEMPT", help="Its id, or the id or ticket key of its card (its newest).")
]
InProject = Annotated[
    str | None,
    typer.Option("--project", metavar="PROJECT", help="Where to look for the card. [default: everywhere]"),
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on until the attempt ends.")]
Always = Annotated[bool, typer.Option("--always", help="And whatever is like it, without asking.")]
Request = Annotated[
    str | None,
    typer.Option("--request", metavar="ID", help="Which request. [default: the one that waits longest]"),
]


def start(
    card: CardName,
    agent: Annotated[
        str | None, typer.Option(metavar="KEY", help="For example CLAUDE or CODEX. [default: the project's]")
    ] = None,
    profile: Annotated[str | None, typer.Option(metavar="ID", help="A profile of that agent.")] = None,
    base: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="Where to begin. [default: the project's]")
    ] = None,
    branch: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="Its own branch. [default: from the settings]")
    ] = None,
    parallel: Annotated[
        bool, typer.Option("--parallel", help="Although another attempt of the card is active.")
    ] = False,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Let an agent work on a card, in a worktree and on a branch of its own."""

    async def work(client: KanbanClient) -> Attempt:
        from kanbanai.client import NewAttempt

        found, placed = await card_named(client, card, project)
        key = agent or (await client.project_settings(found.id)).default_agent
        if key is None:
            raise NotNamed(f"{found.name} has no default agent; name one with --agent")
        new = NewAttempt(
            agent=key, profile_id=profile, base_branch=base, branch_name=branch, parallel=parallel
        )
        return await client.start_attempt(found.id, placed.card.id, new)

    _say(call(server, work, as_json=as_json), as_json)


def list_(
    project: Annotated[
        str | None,
        typer.Argument(metavar="[PROJECT]", help="Its id, ticket prefix or name. [default: all projects]"),
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(help="Only in this status, or `active`; may be given again."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """List attempts, the newest first."""

    async def work(client: KanbanClient) -> list[ListedAttempt]:
        found = await project_named(client, project) if project else None
        listed: list[ListedAttempt] = []
        async for attempt in client.attempts(found.id if found else None, statuses=status or ()):
            listed.append(attempt)
            if len(listed) == limit:
                break
        return listed

    listed = call(server, work, as_json=as_json)
    if as_json:
        print_json(listed)
        return
    heads = ("ATTEMPT", "STATUS", "AGENT", "BRANCH", "CREATED")
    print_table(heads, [(one.id, _status(one), one.agent, one.branch_name, one.created_at) for one in listed])


def stop(
    attempt: AttemptName, project: InProject = None, server: Server = None, as_json: AsJson = False
) -> None:
    """Stop an attempt."""

    async def work(client: KanbanClient) -> Attempt:
        return await client.stop_attempt((await attempt_named(client, attempt, project)).id)

    _say(call(server, work, as_json=as_json), as_json)


def send(
    attempt: AttemptName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say; - reads it from standard input.")],
    profile: Annotated[str | None, typer.Option(metavar="ID", help="The profile to go on with.")] = None,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Say something to the agent: now, when it has ended; after what it does, while it works."""
    prompt = sys.stdin.read() if text == "-" else text
    if not prompt.strip():
        fail(USAGE, "there is nothing to say", as_json=as_json)

    async def work(client: KanbanClient) -> tuple[Attempt, bool]:
        found = await attempt_named(client, attempt, project)
        return found, await client.send(found.id, prompt, profile_id=profile)

    found, waits = call(server, work, as_json=as_json)
    if as_json:
        print_json({"attemptId": found.id, "queued": waits})
    else:
        print(f"{found.id}: " + ("the message waits its turn" if waits else "the agent goes on"))


def logs(
    attempt: AttemptName,
    follow: Follow = False,
    project: InProject = None,
    server: Server = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each item.")] = False,
) -> None:
    """Print what was said and done; with --follow as it goes on, until the attempt ends."""
    if not follow:

        async def work(client: KanbanClient) -> list[ConversationItem]:
            found = await attempt_named(client, attempt, project)
            return await _conversation(client, found.id)

        told = _Told(as_json=as_json)
        for item in call(server, work, as_json=as_json):
            told.tell(item)
        return
    url = address(server, as_json=as_json)
    import asyncio

    from kanbanai.client import ClientError

    try:
        status = asyncio.run(_follow(url, attempt, project, as_json=as_json))
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except (ClientError, NotNamed) as error:
        refused(error, as_json=as_json)
    if not as_json:
        print(f"The attempt has {status}.")
    if status != "succeeded":
        raise typer.Exit(FAILED)


def diff(
    attempt: AttemptName,
    path: Annotated[str | None, typer.Argument(metavar="[FILE]", help="Only this file.")] = None,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Print what the attempt has changed since its base, as git does."""

    async def work(client: KanbanClient) -> tuple[Diff, list[Diff]]:
        found = await attempt_named(client, attempt, project)
        whole = await client.diff(found.id, path=path)
        # What is large is only told of; here all of it is wanted.
        folded = [one.path for one in whole.files if one.folded and not path]
        return whole, [await client.diff(found.id, path=name) for name in folded]

    whole, unfolded = call(server, work, as_json=as_json)
    if as_json:
        print_json(whole)
        return
    from kanbanai.cli.diffs import unified

    apart = {file.path: one for one in unfolded for file in one.files}
    is_terminal = sys.stdout.isatty()
    for line in unified(_with(whole, apart)):
        # Into a file or a pipe goes what the files hold, tabs and all; a terminal must not obey it.
        print(line[:1] + plain(line[1:].expandtabs(4)) if is_terminal and not plain_enough(line) else line)
    if whole.truncated:
        fail(FAILED, "there are more files than the server tells", as_json=as_json)


def allow(
    attempt: AttemptName,
    always: Always = False,
    request: Request = None,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Allow what the agent asks to do."""
    decision: Decision = "allow_always" if always else "allow"
    _answer(attempt, request, decision, project, server, as_json=as_json)


def deny(
    attempt: AttemptName,
    always: Always = False,
    request: Request = None,
    project: InProject = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Reject what the agent asks to do."""
    decision: Decision = "reject_always" if always else "reject"
    _answer(attempt, request, decision, project, server, as_json=as_json)


def _answer(
    name: str,
    request: str | None,
    decision: Decision,
    project: str | None,
    server: str | None,
    *,
    as_json: bool,
) -> None:
    async def work(client: KanbanClient) -> Permission:
        found = await attempt_named(client, name, project)
        asked = await client.permissions(found.id)
        waiting = [one for one in asked if one.id == request or (request is None and one.status == "pending")]
        if not waiting:
            raise NotNamed(f"there is no request {request!r}" if request else "the agent asks for nothing")
        return await client.answer_permission(found.id, waiting[0].id, decision)

    answered = call(server, work, as_json=as_json)
    if as_json:
        print_json(answered)
    else:
        print(f"{answered.status}: {plain(answered.title)}")


async def _conversation(client: KanbanClient, attempt_id: AttemptId) -> list[ConversationItem]:
    """All of it, from the first item on."""
    page = await client.conversation(attempt_id)
    items = page.conversation
    while page.before is not None:
        page = await client.conversation(attempt_id, before=page.before)
        items = [*page.conversation, *items]
    return items


async def _follow(url: str, name: str, project: str | None, *, as_json: bool) -> str:
    """Tells what there is and what comes, and answers with the status that the attempt ends in."""
    from kanbanai.client import KanbanClient

    told = _Told(as_json=as_json, name=name)
    async with KanbanClient(url) as client:
        attempt = await attempt_named(client, name, project)
        async with client.watch_board(attempt.board_id, attempts=attempt.id) as watch:
            return await _told_until_the_end(client, watch, attempt, told)


async def _told_until_the_end(client: KanbanClient, watch: BoardWatch, attempt: Attempt, told: _Told) -> str:
    from kanbanai.client import Health
    from kanbanai.domain import events as e

    status: str = attempt.status
    async for news in watch:
        if isinstance(news, Health):
            if news.phase != "live":
                continue
            # Whatever was said before the stream was there; what follows comes with it.
            for item in await _conversation(client, attempt.id):
                told.tell(item)
            now = await client.attempt(attempt.id)
            status = now.status
            for asked in await client.permissions(attempt.id) if now.waiting else ():
                told.ask(asked)
        else:
            for change in news.changes:
                match change:
                    case e.ConversationItemAdded(attempt_id=attempt.id, item=item):
                        told.tell(item)
                    case e.AttemptPermission(attempt_id=attempt.id, permission=asked):
                        told.ask(asked)
                    case e.AttemptStatusChanged(attempt_id=attempt.id):
                        status = change.status
                    case _:
                        continue
        if status not in ACTIVE:
            return status
    return f"been lost sight of: {watch.health.reason or 'the server ended the stream'}"


class _Told:
    """Prints items, each state of one only when it shows something new. `name`: what its reader calls the attempt."""

    def __init__(self, *, as_json: bool, name: str = "") -> None:
        self._as_json = as_json
        self._name = name
        self._seen: dict[str, object] = {}

    def tell(self, item: ConversationItem) -> None:
        """Prints it, unless it looks as it did before."""
        from kanbanai.cli.talk import lines

        shown: object = item if self._as_json else lines(item)
        if self._seen.get(item.id) == shown:
            return
        self._seen[item.id] = shown
        if self._as_json:
            print_json(item)
        elif isinstance(shown, list) and shown:
            print(*shown, sep="\n", flush=True)

    def ask(self, permission: Permission) -> None:
        """Says what the agent waits for, and how it is answered; and once that was said, what became of it."""
        before = self._seen.get(permission.id)
        if self._as_json or before == permission.status or (not before and permission.status != "pending"):
            return
        self._seen[permission.id] = permission.status
        if permission.status == "pending":
            how = f"kanbanai attempt allow {self._name}, or deny"
            print(f"asks: {plain(permission.title)} ({how})", flush=True)
        else:
            print(f"{permission.status}: {plain(permission.title)}", flush=True)


def plain_enough(line: str) -> bool:
    """Whether a terminal would show the line as it is."""
    return line.isprintable()


def _with(whole: Diff, apart: dict[str, Diff]) -> Diff:
    import msgspec

    files = [
        next((one for one in apart[file.path].files if one.path == file.path), file)
        if file.path in apart
        else file
        for file in whole.files
    ]
    return msgspec.structs.replace(whole, files=files)


def _status(attempt: ListedAttempt) -> str:
    if attempt.queue_position is not None:
        return f"{attempt.status} ({attempt.queue_position})"
    return f"{attempt.status}, waits for you" if attempt.waiting else attempt.status


def _say(attempt: Attempt, as_json: bool) -> None:
    if as_json:
        print_json(attempt)
    else:
        print(f"{attempt.id} {attempt.status}: {plain(attempt.agent)} on {plain(attempt.branch_name)}")
