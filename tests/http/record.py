"""Records the examples of the API's description: a short history is played, and what went over the wire is kept.

Played on a store in memory with ids that count and a clock that ticks, so that it comes out the same every time.
`make openapi` runs it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import msgspec

from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.ids import AttemptId, CardId, ItemId, ProjectId
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.terminals import Terminal
from kanbanai.domain.worktrees import NewWorktree
from kanbanai.http import examples
from kanbanai.http.api import api
from kanbanai.http.edge import Edge
from kanbanai.ports import AttemptGit, Outputs
from kanbanai.runtime.github.exporting import GithubIssueExports
from kanbanai.runtime.github.importing import GithubIssueImports
from kanbanai.runtime.github.places import Places
from kanbanai.usecases import attempts, messages, permissions, queries
from kanbanai.usecases.permissions import Asked
from tests.http.one_pull import OnePull
from tests.http.paper_forge import PaperForge
from tests.http.standins import NOW, OneAccount, OneDevProcess, OneTerminal, OneWriter
from tests.http.wiring import KeptOutputs, services_on, speaking_to
from tests.world import World

HOME = "/home/me"
"""What the made-up home folder is called in the examples."""
STAMP = "2026-11-23T18:00:00.000Z"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


class Recorder:
    """Speaks to the application and keeps request and answer by operation."""

    def __init__(self, client: httpx.AsyncClient, home: Path) -> None:
        self._client = client
        self.home = home
        self._home = str(home)
        self.kept: dict[str, dict[str, Any]] = {}

    async def play(
        self, operation: str, method: str, path: str, body: Any = None, **options: Any
    ) -> dict[str, Any]:
        """Makes a call that must go well, keeps it, and gives back what was answered."""
        if body is not None:
            options["json"] = json.loads(json.dumps(body).replace(HOME, self._home))
        answer = await self._client.request(method, f"/api/v1{path}", **options)
        if not answer.is_success:
            raise RuntimeError(f"{operation}: {answer.status_code} {answer.text}")
        kept: dict[str, Any] = {}
        if body is not None:
            kept["request"] = body
        given: dict[str, Any] = {}
        if answer.headers.get("content-type") == "application/json":
            given = answer.json()
            kept["answer"] = json.loads(answer.text.replace(self._home, HOME))
        self.kept[operation] = kept
        return given

    async def refused(self, method: str, path: str, body: Any) -> None:
        """Makes a call that must be refused for the state of things."""
        answer = await self._client.request(method, f"/api/v1{path}", json=body)
        if answer.status_code != HTTPStatus.CONFLICT:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")


def _file(home: Path) -> bytes:
    """A project with an attempt on it: agents do not run here, but what they did can be brought along."""
    attempt = {"type": "attempt", "id": "t", "cardId": "a", "agent": "CODEX", "status": "succeeded"}
    lines: list[dict[str, Any]] = [
        {"type": "project", "version": 1, "name": "Wire capture", "repositoryPath": str(home / "code/wire")},
        {"type": "column", "id": "todo", "title": "Backlog", "key": "backlog"},
        {"type": "column", "id": "review", "title": "Review", "key": "review"},
        {"type": "card", "id": "a", "columnId": "review", "title": "Retry uploads", "ticketType": "feat"},
        attempt
        | {"baseBranch": "main", "branchName": "AB1/WC-1-retry-uploads", "sessionId": "0199a7c4-5f0e"}
        | dict.fromkeys(("createdAt", "updatedAt", "startedAt", "endedAt"), STAMP)
        | {
            "todos": {
                "total": 1,
                "completed": 1,
                "items": [{"id": "todo-0", "text": "Retry", "status": "done"}],
            }
        },
        {
            "type": "log",
            "attemptId": "t",
            "ts": STAMP,
            "level": "info",
            "message": "[runner] agent exited with code 0",
        },
        {
            "type": "item",
            "attemptId": "t",
            "item": {
                "type": "message",
                "id": "cmsg-1",
                "timestamp": STAMP,
                "role": "assistant",
                "text": "Uploads are tried three times now.",
                "format": "markdown",
                "profileId": None,
            },
        },
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


async def _board(recorder: Recorder, board: str) -> None:
    state = (await recorder.play("readBoard", "GET", f"/boards/{board}"))["state"]
    backlog, doing, review, _ = state["columnOrder"]
    path = f"/boards/{board}"
    draft = {
        "columnId": backlog,
        "title": "Retry uploads",
        "description": "With a pause.",
        "ticketType": "feat",
    }
    images = [{"data": PIXEL, "mime": "image/png", "name": "upload.png"}]
    card = (await recorder.play("createCard", "POST", f"{path}/cards", draft | {"images": images}))["cardId"]
    own = f"{path}/cards/{card}"
    minimal = {"Prefer": "return=minimal"}
    second = (await recorder.play("_", "POST", f"{path}/cards", draft, headers=minimal))["card"]["id"]
    await recorder.play("readImages", "GET", f"{own}/images")
    await recorder.play("_", "PATCH", own, {"description": "With a pause that doubles."})
    await recorder.play("editCard", "PATCH", own, {"columnId": doing, "index": 0})
    await recorder.play("readCard", "GET", own)
    await recorder.play("listCards", "GET", f"{path}/cards", params={"text": "retry", "role": "backlog"})
    bulk = {"cardIds": [card, second], "columnId": review, "index": 0}
    await recorder.play("moveCards", "POST", f"{path}/cards/move", bulk)
    await recorder.play("nextKey", "GET", f"/projects/{board}/tickets/next-key")
    proposal = f"/projects/{board}/cards/{card}/enhancement"
    suggestion = {"title": "Retry failed uploads", "description": "Three times."}
    await recorder.play("putEnhancement", "PUT", proposal, {"status": "ready", "suggestion": suggestion})
    await recorder.play("listEnhancements", "GET", f"/projects/{board}/enhancements")
    await recorder.play("acceptEnhancement", "POST", f"{proposal}/accept")
    await recorder.play("enhanceCard", "POST", f"/projects/{board}/cards/{card}/enhance", {"agent": "DEMO"})
    await recorder.play("deleteEnhancement", "DELETE", proposal)
    ticket = {"title": "Retry uploads", "description": "With a pause.", "ticketType": "feat"}
    await recorder.play("enhanceTicket", "POST", f"/projects/{board}/tickets/enhance", ticket)
    wanted = {"branch": "AB1/WC-1-retry-uploads", "cardId": card}
    await recorder.play("draftSummary", "POST", f"/projects/{board}/pull-requests/summary", wanted)
    column = {"title": "Testing", "key": "review", "wipLimit": 3, "index": 2}
    made = (await recorder.play("createColumn", "POST", f"{path}/columns", column))["column"]["id"]
    await recorder.play(
        "editColumn", "PATCH", f"{path}/columns/{made}", {"title": "Tested", "wipLimit": None}
    )
    await recorder.play("readColumn", "GET", f"{path}/columns/{made}")


async def _issues(recorder: Recorder, board: str) -> None:
    path, sync = f"/boards/{board}", f"/projects/{board}/github/issues/sync"
    asked = {"owner": "acme", "repo": "wire", "state": "open"}
    await recorder.play("previewIssues", "POST", f"{path}/import/github/issues/preview", asked)
    await recorder.play("importIssues", "POST", f"{path}/import/github/issues", asked | {"numbers": [1, 2]})
    await recorder.play("syncIssues", "POST", sync)
    await recorder.play("readIssueSync", "GET", sync)
    await recorder.play("countIssues", "GET", f"{path}/github/issues/stats")
    state = (await recorder.play("_", "GET", path))["state"]
    draft = {"columnId": state["columnOrder"][0], "title": "Retry uploads", "description": "Three times."}
    card = (await recorder.play("_", "POST", f"{path}/cards", draft))["cardId"]
    issue = f"{path}/cards/{card}/github/issue"
    await recorder.play("exportIssue", "POST", issue)
    await recorder.play("readIssue", "GET", issue)
    await recorder.play("readIssueComments", "GET", f"{issue}/comments")


async def _projects(recorder: Recorder, home: Path) -> None:
    draft = {"name": "Wire capture", "repositoryPath": f"{HOME}/code/wire"}
    project = (await recorder.play("createProject", "POST", "/projects", draft))["id"]
    path = f"/projects/{project}"
    await recorder.play("editProject", "PATCH", path, {"name": "Wire"})
    await recorder.play("readProject", "GET", path)
    await recorder.play("listProjects", "GET", "/projects")
    await recorder.play("listBranches", "GET", f"{path}/git/branches")
    await recorder.play("readOrigin", "GET", f"{path}/github/origin")
    await _issues(recorder, project)
    await _board(recorder, project)
    for prefix, kind in (("/agents/profiles", ""), (f"{path}/agents/profiles", "Project")):
        profile = {"agent": "CODEX", "name": "Careful", "config": {"sandbox": "read-only", "debug": False}}
        made = (await recorder.play(f"create{kind}Profile", "POST", prefix, profile))["id"]
        await recorder.play(f"edit{kind}Profile", "PATCH", f"{prefix}/{made}", {"name": "Very careful"})
        await recorder.play(f"read{kind}Profile", "GET", f"{prefix}/{made}")
        await recorder.play(f"read{kind}Profiles", "GET", prefix)
    await recorder.play("createDemoProject", "POST", "/projects/demo")
    changes = {"setupScript": "make setup", "ticketPrefix": "WI", "defaultAgent": "CODEX"}
    await recorder.play("editProjectSettings", "PATCH", f"{path}/settings", changes)
    await recorder.play("readProjectSettings", "GET", f"{path}/settings")


async def _attempts(
    recorder: Recorder, home: Path, world: World, outputs: Outputs, tools: AttemptGit
) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    arrived = await recorder.play(
        "importProject", "POST", "/projects/import", content=_file(home), headers=headers
    )
    project = arrived["project"]["id"]
    (card,) = (await recorder.play("_", "GET", f"/boards/{project}"))["state"]["cards"]
    await recorder.play("readCardAttempt", "GET", f"/boards/{project}/cards/{card}/attempt")
    view = await recorder.play("readProjectCardAttempt", "GET", f"/projects/{project}/cards/{card}/attempt")
    attempt = f"/attempts/{view['attempt']['id']}"
    await recorder.play("readAttempt", "GET", attempt)
    await recorder.play("readLogs", "GET", f"{attempt}/logs")
    await recorder.play("readConversation", "GET", f"{attempt}/conversation")
    await _at_work(recorder, world, outputs, project)
    await _with_git(recorder, home, world, tools, AttemptId(view["attempt"]["id"]))
    await _with_pull_requests(recorder, project, view["attempt"]["id"])
    await recorder.play("readDashboard", "GET", "/dashboard")
    await recorder.play("readDashboardSeries", "GET", "/dashboard/series", params={"range": "24h"})


async def _with_pull_requests(recorder: Recorder, project: str, attempt: str) -> None:
    """A pull request is made, looked at, and what reviewers said is told to the agent."""
    path = f"/projects/{project}/pull-requests"
    draft = {"title": "[WC-1] Retry uploads", "body": "Three times.", "draft": False}
    await recorder.play("readPullRequestText", "GET", f"{path}/text", params={"attemptId": attempt})
    await recorder.play("openPullRequest", "POST", path, draft | {"attemptId": attempt})
    await recorder.play("openAttemptPullRequest", "POST", f"/attempts/{attempt}/github/pr", draft)
    await recorder.play("listPullRequests", "GET", path)
    await recorder.play("readPullRequest", "GET", f"{path}/7")
    await recorder.play("sendFeedback", "POST", f"{path}/7/feedback", {"attemptId": attempt})


GIT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (
        ("NAME", "Ada"), ("EMAIL", "ada@example.com"), ("DATE", "2026-11-23T18:00:00Z")
    )},
}  # fmt: skip
"""What git is told, so that its commits have the same names every time."""


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=GIT, check=True, capture_output=True)


def _committed(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    _git(folder, "add", "--all")
    _git(folder, "commit", "--message", f"Write {name}")


def _repository(home: Path) -> None:
    """Gives the project's repository a commit, and a remote to push to."""
    wire = home / "code/wire"
    _git(wire, "commit", "--amend", "--reset-author", "--no-edit", "--allow-empty")
    _committed(wire, "upload.py", "def upload(file):\n    send(file)\n")
    _git(home, "clone", "--bare", "--quiet", str(wire), str(home / "remote.git"))
    _git(wire, "remote", "set-url", "origin", str(home / "remote.git"))


async def _with_git(
    recorder: Recorder, home: Path, world: World, tools: AttemptGit, attempt_id: AttemptId
) -> None:
    """An attempt is looked at, committed, pushed, brought up to its base and merged, and its rest is saved."""
    await asyncio.to_thread(_repository, home)
    attempt = await world.read(queries.attempt, attempt_id)
    new = NewWorktree(
        repository=str(home / "code/wire"),
        path=str(home / "worktrees/wire-capture/retry-uploads"),
        branch=attempt.branch_name,
        base="main",
    )
    made = await tools.worktrees.create(new)
    await world.run(attempts.record_worktree, attempt_id, made.path, made.branch, made.base_commit)
    worktree, git = Path(made.path), f"/attempts/{attempt_id}/git"
    retrying = "def upload(file):\n    for _ in range(3):\n        send(file)\n"
    await asyncio.to_thread((worktree / "upload.py").write_text, retrying)
    await recorder.play("readGitStatus", "GET", f"{git}/status")
    await recorder.play("readGitFile", "GET", f"{git}/file", params={"path": "upload.py"})
    await recorder.play("readGitDiff", "GET", f"{git}/diff")
    await recorder.play("commitAll", "POST", f"{git}/commit", {"subject": "feat: retry uploads"})
    await recorder.play("listGitCommits", "GET", f"{git}/commits")
    await recorder.play("pushBranch", "POST", f"{git}/push", {})
    await asyncio.to_thread(_committed, home / "code/wire", "README.md", "Wire\n")
    await recorder.play("updateFromBase", "POST", f"{git}/update", {"how": "rebase"})
    await recorder.play("mergeBranch", "POST", f"{git}/merge", {"how": "squash", "message": "Retry uploads"})
    for operation in ("abortUpdate", "continueUpdate"):
        await asyncio.to_thread(_committed, home / "code/wire", "upload.py", f"# {operation}\n")
        await asyncio.to_thread(_committed, worktree, "upload.py", f"# not {operation}\n")
        await recorder.refused("POST", f"{git}/update", {"how": "merge", "keep": True})
        await asyncio.to_thread((worktree / "upload.py").write_text, "# both\n")
        await recorder.play(operation, "POST", f"{git}/{operation.removesuffix('Update')}")
        await asyncio.to_thread(_git, worktree, "reset", "--hard", "main")
    await asyncio.to_thread((worktree / "notes.txt").write_text, "Not done yet\n")
    await tools.worktrees.put_away(
        made.path, repository=new.repository, branch=made.branch, name=str(attempt_id), base="main"
    )
    await world.run(attempts.record_worktree, attempt_id, None)
    salvages = f"/projects/{attempt.board_id}/salvages"
    (saved,) = (await recorder.play("listSalvages", "GET", salvages))["salvages"]
    await recorder.play("restoreSalvage", "POST", f"{salvages}/restore", {"ref": saved["ref"]})
    await recorder.play("planWorktrees", "GET", "/housekeeping/worktrees", params={"maxAgeDays": 14})
    await recorder.play("tidyWorktrees", "POST", "/housekeeping/worktrees", {"maxAgeDays": 14})
    await recorder.play("dropSalvage", "DELETE", salvages, params={"ref": saved["ref"]})


async def _at_work(recorder: Recorder, world: World, outputs: Outputs, project: str) -> None:
    """Attempts that wait, are told things, ask, and end; the part of the agent is played by its use cases."""
    state = (await recorder.play("_", "GET", f"/boards/{project}"))["state"]
    path = f"/projects/{project}"
    draft = {"columnId": state["columnOrder"][0], "title": "Show a bar", "ticketType": "feat"}
    card = (await recorder.play("_", "POST", f"/boards/{project}/cards", draft))["cardId"]
    own = f"{path}/cards/{card}"
    agent = {"agent": "CODEX", "baseBranch": "main"}
    made = (await recorder.play("createAttempt", "POST", f"{own}/attempts", agent))["id"]
    parallel = {"agent": "DROID", "parallel": True}
    board = f"/boards/{project}/cards/{card}/attempts"
    second = (await recorder.play("createBoardAttempt", "POST", board, parallel))["id"]
    await world.run(attempts.claim, 1)
    await world.run(messages.take_next, AttemptId(made))

    attempt = f"/attempts/{made}"
    pictures = [{"data": PIXEL, "mime": "image/png", "name": "bar.png"}]
    said = await recorder.play(
        "say", "POST", f"{attempt}/messages", {"prompt": "In blue", "images": pictures}
    )
    message = f"{attempt}/messages/{said['queued']['id']}"
    await recorder.play("editMessage", "PATCH", message, {"prompt": "In dark blue"})
    await recorder.play("listMessages", "GET", f"{attempt}/messages")
    await recorder.play("withdrawMessage", "DELETE", message)

    tool = ToolUse(name="command", action="exec", command="npm install", status="created")
    options = (
        PermissionOption("allow", "allow_once", "Allow"),
        PermissionOption("reject", "reject_once", "Reject"),
    )
    asked = Asked(title="Run npm install", tool=tool, options=options, item_id=ItemId("cmsg-9"))
    permission = await world.run(permissions.ask, AttemptId(made), asked)
    await recorder.play("listPendingPermissions", "GET", "/permissions", params={"boardId": project})
    answer = f"{attempt}/permissions/{permission.id}"
    await recorder.play("answerPermission", "POST", answer, {"decision": "allow"})
    await recorder.play("listPermissions", "GET", f"{attempt}/permissions")
    await outputs.keep(AttemptId(made), ItemId("cmsg-9"), "added 212 packages in 4s\n")
    await recorder.play("readOutput", "GET", f"{attempt}/items/cmsg-9/output")

    await _beside_the_agent(recorder, world, project, card, AttemptId(made))

    await recorder.play("listAttempts", "GET", "/attempts", params={"status": "active"})
    await recorder.play("listProjectAttempts", "GET", f"{path}/attempts", params={"agent": "DROID"})
    await recorder.play("listCardAttempts", "GET", f"{own}/attempts")
    await recorder.play("stopAttempt", "PATCH", f"/attempts/{second}", {"status": "stopped"})
    await recorder.play("resumeAttempt", "POST", f"/attempts/{second}/resume")


async def _beside_the_agent(
    recorder: Recorder, world: World, project: str, card: str, attempt_id: AttemptId
) -> None:
    """What a person does in the worktree: a terminal, the dev script, the editor."""
    worktree = recorder.home / "worktrees/wire/wi-2-show-a-bar"
    worktree.mkdir(parents=True)
    await world.run(attempts.record_worktree, attempt_id, str(worktree))
    terminals = f"/projects/{project}/terminals"
    await recorder.play("listEligible", "GET", f"{terminals}/eligible")
    await recorder.play("listTerminals", "GET", terminals)
    terminal = f"/terminals/{card}"
    await recorder.play("readTerminal", "GET", terminal)
    await recorder.play("resizeTerminal", "POST", f"{terminal}/resize", {"cols": 100, "rows": 30})
    await recorder.play("closeTerminal", "DELETE", terminal)
    attempt = f"/attempts/{attempt_id}"
    process = (await recorder.play("startProcess", "POST", f"{attempt}/processes", {"stage": "dev"}))[
        "process"
    ]
    await recorder.play("listProcesses", "GET", f"{attempt}/processes")
    await recorder.play("stopProcess", "DELETE", f"{attempt}/processes/{process['id']}")
    await recorder.play("runDev", "POST", f"{attempt}/automation/dev")
    await recorder.play("openEditor", "POST", f"{attempt}/open-editor", {"subpath": "."})


def _terminal() -> Terminal:
    return Terminal(  # noqa: S604 - the path of a program, not an argument of subprocess
        id=CardId("card-18"),
        card_id=CardId("card-18"),
        project_id=ProjectId("project-11"),
        attempt_id=AttemptId("att-19"),
        worktree_path=f"{HOME}/worktrees/wire/wi-2-show-a-bar",
        cols=80,
        rows=24,
        shell="/usr/bin/zsh",
        created_at=NOW,
        client_count=1,
    )


async def _application(recorder: Recorder) -> None:
    for operation, path in {
        "isAlive": "/healthz",
        "isReady": "/readyz",
        "showVersion": "/version",
        "readAgents": "/agents",
        "readSchema": "/agents/OPENCODE/schema",
        "suggestEditors": "/editors/suggestions",
        "findRepositories": "/fs/git-repos",
        "browse": "/fs/browse",
        "checkConnection": "/auth/github/check",
    }.items():
        await recorder.play(operation, "GET", path)
    goose = {
        "key": "GOOSE",
        "label": "Goose",
        "command": "goose",
        "args": ["acp"],
        "env": {"GOOSE_MODE": "auto"},
    }
    await recorder.play("addAgent", "POST", "/agents", goose)
    await recorder.play("editAgent", "PATCH", "/agents/GOOSE", {"label": "Goose CLI"})
    await recorder.play("checkAgent", "POST", "/agents/GOOSE/check")
    await recorder.play("advance", "PATCH", "/onboarding/progress", {"step": "general"})
    await recorder.play("readStatus", "GET", "/onboarding/status")
    await recorder.play("complete", "POST", "/onboarding/complete", {"step": "finish"})
    await recorder.play("editSettings", "PATCH", "/settings", {"theme": "dark", "gitUserName": "Ada"})
    await recorder.play("readSettings", "GET", "/settings")
    await recorder.play("validateEditor", "POST", "/editors/validate", {"path": f"{HOME}/bin/code"})
    app = {"clientId": "Iv1.0123456789abcdef", "clientSecret": "a secret of the app"}
    await recorder.play("saveApp", "PUT", "/auth/github/app", app)
    await recorder.play("readApp", "GET", "/auth/github/app")
    await recorder.play("startDevice", "POST", "/auth/github/device/start")
    await recorder.play("pollDevice", "POST", "/auth/github/device/poll", {"userCode": "WDJB-MJHT"})
    await recorder.play("adoptGh", "POST", "/auth/github/gh")
    await recorder.play("readRepositories", "GET", "/auth/github/repos")


def _furnished(folder: Path) -> Path:
    """A home folder with a repository and an editor in it."""
    home = folder.resolve() / "me"
    home.mkdir()
    editor = home / "bin" / "code"
    editor.parent.mkdir()
    editor.write_text("#!/bin/sh\n", encoding="utf-8")
    editor.chmod(0o755)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", home / "code/wire"], check=True)
    for arguments in (
        [
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.com",
            "commit",
            "--allow-empty",
            "-qm",
            "First",
        ],
        ["remote", "add", "origin", "https://github.com/acme/wire.git"],
    ):
        subprocess.run(["git", *arguments], cwd=home / "code/wire", check=True)
    return home


def issue_work(world: World) -> dict[str, Any]:
    """Issues on their way in and out, of a GitHub that is always the same."""
    forge, accounts = PaperForge(), OneAccount()
    places = Places(world.store, GitRepositories(GIT), "https://github.com")
    return {
        "issue_imports": GithubIssueImports(world.store, forge, accounts, places, report=_fail),
        "issue_exports": GithubIssueExports(world.store, forge, accounts, places, report=_fail),
    }


def _fail(error: Exception) -> None:
    raise error


async def recorded() -> dict[str, dict[str, Any]]:
    """The examples, by operation."""
    with tempfile.TemporaryDirectory() as folder:
        home = await asyncio.to_thread(_furnished, Path(folder))
        async with World.opened() as world:
            outputs = KeptOutputs()
            tools = attempt_git(GIT, world.clock)
            services = msgspec.structs.replace(
                services_on(world, home),
                accounts=OneAccount(),
                **issue_work(world),
                writers=OneWriter(world.store),
                pulls=OnePull(CardId("card-26"), AttemptId("att-27")),
                outputs=outputs,
                attempt_git=tools,
                terminals=OneTerminal(_terminal()),
                dev_processes=OneDevProcess(),
            )
            app = Edge(api(services), observe=lambda *_: None)
            async with speaking_to(app) as client:
                recorder = Recorder(client, home)
                await _application(recorder)
                await _projects(recorder, home)
                await _attempts(recorder, home, world, outputs, tools)
    recorder.kept.pop("_")
    return dict(sorted(recorder.kept.items()))


def text(kept: dict[str, dict[str, Any]]) -> str:
    """The file of these examples."""
    return msgspec.json.format(msgspec.json.encode(kept), indent=2).decode() + "\n"


def main() -> None:
    """Writes the file."""
    kept = asyncio.run(recorded())
    examples.RECORDED.write_text(text(kept), encoding="utf-8")
    sys.stdout.write(f"{len(kept)} examples in {examples.RECORDED}\n")


if __name__ == "__main__":
    main()
