"""The git of an attempt over HTTP, on a real repository."""

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from kanbanai.domain.channels import board_channel
from kanbanai.domain.ids import AttemptId, BoardId
from kanbanai.domain.worktrees import NewWorktree, Salvage
from kanbanai.http.provide import Services
from kanbanai.usecases import attempts, messages, projects
from kanbanai.usecases.attempts import NewAttempt
from tests.contracts.worktrees import commit_file, git, repository_in, write
from tests.http.problems import problem
from tests.world import World, entries_after

pytestmark = pytest.mark.anyio


class Desk:
    """An attempt with a worktree, and the calls about it."""

    def __init__(
        self,
        world: World,
        client: httpx.AsyncClient,
        services: Services,
        repository: Path,
        attempt_id: AttemptId,
        project: BoardId,
    ) -> None:
        self.world = world
        self.client = client
        self.services = services
        self.repository = repository
        self.attempt_id = attempt_id
        self.project = project
        self.worktree = ""

    async def get(self, what: str, **params: Any) -> Any:
        answer = await self.client.get(f"/api/v1/attempts/{self.attempt_id}/git/{what}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, what: str, body: Any = None) -> httpx.Response:
        return await self.client.post(f"/api/v1/attempts/{self.attempt_id}/git/{what}", json=body or {})

    async def told(self, since: int) -> list[str]:
        """What the board's viewers learned since."""
        said = await self.world.read(entries_after, self.project, since)
        return [entry.kind for entry in said]

    async def head(self) -> int:
        return await self.world.read(lambda tx: tx.head(board_channel(self.project)))


@pytest.fixture
async def desk(world: World, client: httpx.AsyncClient, services: Services, tmp_path: Path) -> Desk:
    repository = repository_in(tmp_path / "repository")
    new = projects.NewProject(name="Wire", repository_path=str(repository), base_branch="main")
    project = await world.run(projects.create, new)
    card = await world.card(project.board_id, "Retry uploads")
    made = await world.run(
        attempts.queue, project.board_id, card, NewAttempt(agent="CODEX", branch_name="work/one")
    )
    desk = Desk(world, client, services, repository, made.id, project.board_id)
    worktree = await services.attempt_git.worktrees.create(
        NewWorktree(
            repository=str(repository), path=str(tmp_path / "worktrees/p/one"), branch="work/one", base="main"
        )
    )
    desk.worktree = worktree.path
    await world.run(attempts.record_worktree, made.id, worktree.path, worktree.branch, worktree.base_commit)
    await world.run(attempts.claim, 1)
    await world.run(messages.take_next, made.id)
    await world.run(attempts.finish, made.id, "succeeded")
    return desk


async def test_without_a_worktree_there_is_no_git(desk: Desk) -> None:
    await desk.world.run(attempts.record_worktree, desk.attempt_id, None)
    for what in ("status", "file?path=x", "diff", "commits"):
        answer = await desk.client.get(f"/api/v1/attempts/{desk.attempt_id}/git/{what}")
        assert problem(answer, 409)["detail"] == "No worktree for attempt"
    for what in ("push", "update", "continue", "abort", "merge"):
        assert problem(await desk.post(what), 409)["detail"] == "No worktree for attempt"
    assert problem(await desk.client.get("/api/v1/attempts/att-none/git/status"), 404)


async def test_a_file_needs_a_path_that_stays_inside(desk: Desk) -> None:
    path = f"/api/v1/attempts/{desk.attempt_id}/git/file"
    assert problem(await desk.client.get(path), 400)["detail"] == "Missing path"
    for wrong in ("../x", "/etc/passwd", ".git/config"):
        problem(await desk.client.get(path, params={"path": wrong}), 400)
    assert await desk.get("file", path="first.txt") == {
        "content": "one\ntwo\nthree\n",
        "reason": None,
        "size": 14,
    }
    assert (await desk.get("file", path="none", source="head"))["content"] is None


async def test_a_commit_is_made_and_told(desk: Desk) -> None:
    write(desk.worktree, "new.txt")
    assert (await desk.get("status"))["files"] == [{"path": "new.txt", "status": "?", "staged": False}]
    assert [one["path"] for one in (await desk.get("diff", against="head"))["files"]] == ["new.txt"]
    since = await desk.head()
    answer = await desk.post("commit", {"subject": "feat: it", "body": "Because."})
    assert answer.json()["sha"] == git(desk.worktree, "rev-parse", "HEAD")
    assert git(desk.worktree, "log", "-1", "--format=%B").strip() == "feat: it\n\nBecause."
    assert await desk.told(since) == ["attempt_log", "git_commit", "git_status"]
    found = await desk.get("commits")
    assert [one["shortSha"] for one in found["commits"]] == [answer.json()["shortSha"]]
    assert (await desk.get("diff", commit=answer.json()["shortSha"]))["to"] == answer.json()["sha"]


async def test_chosen_files_are_committed(desk: Desk) -> None:
    write(desk.worktree, "new.txt")
    write(desk.worktree, "other.txt")
    assert (await desk.post("commit", {"subject": "one", "paths": ["new.txt"]})).status_code == 200
    assert [one["path"] for one in (await desk.get("diff", against="head"))["files"]] == ["other.txt"]
    for wrong in (["new.txt", "../x"], ["x" * 4_000] * 300):
        answer = problem(await desk.post("commit", {"subject": "x", "paths": wrong}), 400)
        assert answer["errors"][0]["field"].startswith("paths")
    refused = problem(await desk.post("commit", {"subject": "x", "paths": ["new.txt"]}), 422)
    assert refused["code"] == "commit_refused"


async def test_what_git_refuses_is_told_to_nobody_else(desk: Desk) -> None:
    since = await desk.head()
    assert problem(await desk.post("commit", {"subject": "x"}), 422)["code"] == "commit_refused"
    assert problem(await desk.post("commit", {"subject": " "}), 422)
    assert problem(await desk.post("push"), 400)["errors"][0]["field"] == "remote"
    assert await desk.told(since) == []


async def test_a_branch_is_pushed_and_told(desk: Desk, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(desk.repository), "remote.git")
    git(desk.repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    sha = commit_file(desk.worktree, "new.txt")
    since = await desk.head()
    assert (await desk.post("push")).json() == {"remote": "origin", "branch": "work/one"}
    assert git(tmp_path / "remote.git", "rev-parse", "work/one") == sha
    assert await desk.told(since) == ["attempt_log", "git_push", "git_status"]


async def test_a_merge_merges_is_told_once_and_a_second_one_finds_nothing(desk: Desk) -> None:
    sha = commit_file(desk.worktree, "new.txt")
    since = await desk.head()
    done = {"ok": True, "base": "main", "sha": sha}
    assert (await desk.post("merge", {"how": "ff"})).json() == done | {"merged": True}
    assert git(desk.repository, "rev-parse", "main") == sha
    assert await desk.told(since) == ["attempt_log", "git_status"]
    assert (await desk.post("merge")).json() == done | {"merged": False}
    assert len(await desk.told(since)) == 2


async def test_a_conflict_names_its_files_and_can_be_kept_continued_and_aborted(desk: Desk) -> None:
    commit_file(desk.repository, "first.txt", "theirs\n")
    commit_file(desk.worktree, "first.txt", "ours\n")
    before = git(desk.worktree, "rev-parse", "HEAD")
    since = await desk.head()
    for body in ({"how": "merge"}, {"how": "squash"}):
        found = problem(await desk.post("merge", body), 409)
        assert (found["code"], found["errors"][0]["field"]) == ("merge_conflict", "first.txt")
    found = problem(await desk.post("update"), 409)
    assert found["code"] == "merge_conflict", found
    assert await desk.told(since) == []
    assert problem(await desk.post("update", {"keep": True}), 409)["code"] == "merge_conflict"
    assert (await desk.get("status"))["goingOn"] == "rebase"
    assert problem(await desk.post("continue"), 409)["code"] == "merge_conflict"
    assert (await desk.post("abort")).json() == {"ok": True}
    assert git(desk.worktree, "rev-parse", "HEAD") == before
    problem(await desk.post("update", {"keep": True}), 409)
    write(desk.worktree, "first.txt", "both\n")
    assert (await desk.post("continue")).json()["sha"] == git(desk.worktree, "rev-parse", "HEAD")
    assert set(await desk.told(since)) == {"git_status"}


async def test_while_the_agent_works_its_files_are_left_alone(desk: Desk) -> None:
    await desk.world.run(attempts.start, desk.attempt_id)
    for what in ("update", "continue", "abort"):
        assert "The agent is at work" in problem(await desk.post(what), 409)["detail"]
    write(desk.worktree, "new.txt")
    assert (await desk.post("commit", {"subject": "so far"})).status_code == 200
    assert (await desk.post("merge")).json()["merged"]


async def test_saved_work_is_listed_brought_back_and_forgotten(desk: Desk) -> None:
    path = f"/api/v1/projects/{desk.project}/salvages"
    assert (await desk.client.get(path)).json() == {"salvages": []}
    write(desk.worktree, "new.txt", "precious")
    saved = await desk.services.attempt_git.worktrees.put_away(
        desk.worktree, repository=str(desk.repository), branch="work/one", name=str(desk.attempt_id)
    )
    assert isinstance(saved, Salvage)
    listed = (await desk.client.get(path)).json()["salvages"]
    assert listed == [msgspec.json.decode(msgspec.json.encode(saved))]
    restored = await desk.client.post(f"{path}/restore", json={"ref": saved.ref})
    assert restored.json() == {"branch": "work/one"}
    assert git(desk.repository, "show", "work/one:new.txt") == "precious"
    other = await desk.client.post(f"{path}/restore", json={"ref": saved.ref, "branch": "rescued"})
    assert other.json() == {"branch": "rescued"}
    for wrong in ("refs/heads/main", "--all", "refs/kanbanai/salvage/none"):
        problem(await desk.client.post(f"{path}/restore", json={"ref": wrong}), 404)
        problem(await desk.client.delete(path, params={"ref": wrong}), 404)
    problem(await desk.client.post(f"{path}/restore", json={"ref": saved.ref, "branch": "a..b"}), 400)
    assert (await desk.client.delete(path, params={"ref": saved.ref})).status_code == 204
    assert (await desk.client.get(path)).json() == {"salvages": []}
