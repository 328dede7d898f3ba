"""Worktrees where things go wrong: hooks, submodules, disks, kills, repositories inside of repositories."""

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kanbanai.adapters.git import unfinished, watching
from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.git.program import GitProgram, Output
from kanbanai.adapters.git.pushing import refusal
from kanbanai.adapters.system import SystemClock
from kanbanai.domain.errors import CommitRefused, GitFailed, NotAuthenticated, PushRejected
from kanbanai.domain.worktrees import NewWorktree, Salvage, WorktreeMade
from kanbanai.ports import AttemptGit, Compared
from tests.contracts.worktrees import (
    ME,
    TIMEOUT,
    commit_file,
    git,
    is_there,
    refs,
    repository_in,
    unlink,
    write,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def tools() -> AttemptGit:
    return attempt_git(os.environ, SystemClock())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return repository_in(tmp_path / "repository")


def planned(repository: Path, name: str = "one") -> NewWorktree:
    path = repository.parent / "worktrees" / "project" / name
    return NewWorktree(repository=str(repository), path=str(path), branch="work/one", base="main")


async def put_away(tools: AttemptGit, repository: Path, made: WorktreeMade) -> Salvage | None:
    return await tools.worktrees.put_away(
        made.path, repository=str(repository), branch=made.branch, name="WC-1"
    )


def hook(folder: Path, name: str, text: str) -> None:
    path = write(folder, f"hooks/{name}", f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def remains(repository: Path) -> list[object]:
    """What an attempt that could not begin may have left."""
    known = git(repository, "worktree", "list", "--porcelain")
    inside = repository / ".git/worktrees"
    return [
        refs(repository),
        known.count("worktree "),
        sorted(path.name for path in inside.iterdir()) if inside.exists() else [],
        (repository.parent / "worktrees").exists(),
        sorted(str(path) for path in (repository / ".git").rglob("*.lock")),
    ]


NOTHING: list[object] = [["refs/heads/main"], 1, [], False, []]


# ── Making one ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_hook_that_fails_is_quoted_and_nothing_is_left(tools: AttemptGit, repository: Path) -> None:
    hook(repository / ".git", "post-checkout", "echo 'git-lfs is not installed' >&2; exit 2")
    with pytest.raises(GitFailed, match="git-lfs is not installed"):
        await tools.worktrees.create(planned(repository))
    assert remains(repository) == NOTHING


async def test_a_disk_that_cannot_be_written_is_said_to_be_so(
    tools: AttemptGit, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refused)
        with pytest.raises(GitFailed, match="for worktrees cannot be made: Read-only file system"):
            await tools.worktrees.create(planned(repository))
    assert remains(repository) == NOTHING


async def test_a_repository_on_a_read_only_disk_is_said_to_be_so(
    tools: AttemptGit, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: (str(path), mode) != (f"{repository}/.git", os.W_OK))
        with pytest.raises(GitFailed, match=f"{repository} cannot be written: its disk is read-only"):
            await tools.worktrees.create(planned(repository))
    assert remains(repository) == NOTHING


async def test_a_file_in_the_way_of_the_folder_is_said_to_be_so(tools: AttemptGit, repository: Path) -> None:
    write(repository.parent, "worktrees")
    with pytest.raises(GitFailed, match="cannot be made: Not a directory"):
        await tools.worktrees.create(planned(repository))
    unlink(f"{repository.parent}/worktrees")
    assert remains(repository) == NOTHING


async def test_a_repository_that_may_not_be_written_is_said_to_be_so(
    tools: AttemptGit, repository: Path
) -> None:
    write(
        repository, ".git/refs/heads/work/one.lock"
    )  # what a read-only disk does, and a git that was killed
    with pytest.raises(GitFailed, match=r"cannot lock ref|Unable to create"):
        await tools.worktrees.create(planned(repository))
    unlink(f"{repository}/.git/refs/heads/work/one.lock")
    assert remains(repository) == NOTHING


async def test_something_at_the_path_is_never_touched(tools: AttemptGit, repository: Path) -> None:
    mine = write(repository.parent, "worktrees/project/one/mine.txt")
    with pytest.raises(GitFailed, match="There is something at"):
        await tools.worktrees.create(planned(repository))
    assert mine.read_text() == "x\n"
    assert refs(repository) == ["refs/heads/main"]


async def test_who_goes_away_while_it_is_made_leaves_nothing(tools: AttemptGit, repository: Path) -> None:
    fifo = repository.parent / "fifo"
    os.mkfifo(fifo)
    hook(repository / ".git", "post-checkout", f"exec 9>{fifo}; sleep 600")
    making = asyncio.create_task(tools.worktrees.create(planned(repository)))
    reader = await asyncio.to_thread(fifo.open, "rb")  # returns once the hook runs
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert await asyncio.wait_for(asyncio.to_thread(reader.read), TIMEOUT) == b""
    reader.close()
    assert remains(repository) == NOTHING


async def test_who_goes_away_right_at_the_beginning_leaves_nothing(
    tools: AttemptGit, repository: Path
) -> None:
    """Git has noted what is to be made, and nobody has heard yet that it has."""
    fifo, once = repository.parent / "fifo", repository.parent / "once"
    os.mkfifo(fifo)
    at_the_note = f"grep -q refs/kanbanai/making && mkdir '{once}' && exec 9>{fifo} && sleep 600"
    hook(repository / ".git", "reference-transaction", f'test "$1" = committed && {at_the_note}\nexit 0')
    making = asyncio.create_task(tools.worktrees.create(planned(repository)))
    reader = await asyncio.to_thread(fifo.open, "rb")  # returns once the hook runs
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert await asyncio.wait_for(asyncio.to_thread(reader.read), TIMEOUT) == b""
    reader.close()
    assert remains(repository) == NOTHING


async def test_submodules_are_brought_along_and_go_with_it(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(tmp_path, "config", '[protocol "file"]\n\tallow = always\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    tools = attempt_git(os.environ, SystemClock())
    library = repository_in(tmp_path / "library")
    git(repository, "submodule", "--quiet", "add", str(library), "lib")
    git(repository, "commit", "--quiet", "-m", "with a library")
    made = await tools.worktrees.create(planned(repository))
    assert made.notes == ()
    assert is_there(f"{made.path}/lib/first.txt")
    assert (await tools.inspection.status(made.path, Compared(base="main"))).files == []
    assert await put_away(tools, repository, made) is None
    assert not is_there(made.path)


async def test_submodules_that_cannot_be_reached_are_told_and_no_hindrance(
    tools: AttemptGit, repository: Path, tmp_path: Path
) -> None:
    sha = git(repository, "rev-parse", "HEAD")
    text = f'[submodule "lib"]\n\tpath = lib\n\turl = {tmp_path}/nowhere\n'
    write(repository, ".gitmodules", text)
    git(repository, "add", ".gitmodules")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{sha},lib")
    git(repository, "commit", "--quiet", "-m", "with a library")
    made = await tools.worktrees.create(planned(repository))
    assert len(made.notes) == 1
    assert "Not all submodules could be brought" in made.notes[0]


# ── What is saved ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_repositories_inside_of_a_worktree_are_saved_with_their_own_commits(
    tools: AttemptGit, repository: Path
) -> None:
    made = await tools.worktrees.create(planned(repository))
    inner = repository_in(Path(made.path) / "inner")
    committed = git(inner, "rev-parse", "HEAD")
    write(inner, "uncommitted.txt", "precious")
    git(f"{made.path}/unborn", "init", "--quiet")
    write(made.path, "unborn/seed.txt", "seed")
    write(made.path, "plain.txt")
    saved = await put_away(tools, repository, made)
    assert saved is not None
    assert saved.nested == ("inner", "unborn")
    assert git(repository, "show", f"{saved.ref}.nested/0:uncommitted.txt") == "precious"
    assert git(repository, "rev-parse", f"{saved.ref}.nested/0~1") == committed
    assert git(repository, "show", f"{saved.ref}.nested/1:seed.txt") == "seed"
    assert git(repository, "fsck", "--connectivity-only") == ""
    assert await tools.salvages.all(str(repository)) == [saved]
    assert await tools.salvages.restore(str(repository), saved.ref, "back") == "back"
    assert git(repository, "show", "back:plain.txt") == "x"
    assert git(repository, "show", "back.nested-0:uncommitted.txt") == "precious"
    await tools.salvages.drop(str(repository), saved.ref)
    assert [one for one in refs(repository) if "kanbanai" in one] == []


async def test_work_in_the_middle_of_a_rebase_is_saved_with_both_its_ends(
    tools: AttemptGit, repository: Path
) -> None:
    made = await tools.worktrees.create(planned(repository))
    commit_file(repository, "first.txt", "theirs\n")
    tip = commit_file(made.path, "first.txt", "ours\n")
    git(made.path, "rebase", "--quiet", "main", code=1)
    saved = await put_away(tools, repository, made)
    assert saved is not None
    parents = git(repository, "rev-list", "--parents", "-1", saved.ref).split()[1:]
    assert parents == [git(repository, "rev-parse", "main"), tip]
    assert "<<<<<<<" in git(repository, "show", f"{saved.ref}:first.txt")


async def test_a_branch_that_was_pushed_has_nothing_to_save(
    tools: AttemptGit, repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "remote.git")
    git(repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    made = await tools.worktrees.create(planned(repository))
    commit_file(made.path, "new.txt")
    await tools.worktrees.push(made.path, remote=None, branch=made.branch)
    assert await put_away(tools, repository, made) is None
    assert "refs/heads/work/one" not in refs(repository)
    assert "branch.work/one" not in git(repository, "config", "--local", "--list")


async def test_work_without_commits_is_restored_as_it_was_committed(
    tools: AttemptGit, repository: Path
) -> None:
    made = await tools.worktrees.create(planned(repository))
    sha = commit_file(made.path, "new.txt")
    saved = await put_away(tools, repository, made)
    assert saved is not None
    assert await tools.salvages.restore(str(repository), saved.ref, None) == "work/one"
    assert git(repository, "rev-parse", "work/one") == sha


async def test_a_worktree_that_lost_its_git_file_is_mended_and_saved(
    tools: AttemptGit, repository: Path
) -> None:
    made = await tools.worktrees.create(planned(repository))
    write(made.path, "new.txt", "precious")
    unlink(f"{made.path}/.git")
    saved = await put_away(tools, repository, made)
    assert saved is not None
    assert git(repository, "show", f"{saved.ref}:new.txt") == "precious"


async def test_folders_that_nobody_may_write_go_too(tools: AttemptGit, repository: Path) -> None:
    write(repository, ".gitignore", "cache/\n")
    commit_file(repository, "second.txt")
    made = await tools.worktrees.create(planned(repository))
    write(made.path, "cache/module/file.txt").parent.chmod(0o555)
    assert await put_away(tools, repository, made) is None
    assert not is_there(made.path)


async def test_what_is_no_worktree_of_the_repository_is_left(
    tools: AttemptGit, repository: Path, tmp_path: Path
) -> None:
    other = repository_in(tmp_path / "other")
    folder = write(tmp_path, "folder/file.txt").parent
    for path in (other, folder, repository):
        made = WorktreeMade(str(path), "work/none", "")
        with pytest.raises(GitFailed, match="left as it is"):
            await put_away(tools, repository, made)
        assert is_there(str(path))


async def test_a_branch_that_somebody_has_checked_out_meanwhile_stays(
    tools: AttemptGit, repository: Path
) -> None:
    made = await tools.worktrees.create(planned(repository))
    git(made.path, "switch", "--quiet", "--detach")
    git(repository, "switch", "--quiet", "work/one")
    await put_away(tools, repository, made)
    assert git(repository, "symbolic-ref", "--short", "HEAD") == "work/one"
    assert "refs/heads/work/one" in refs(repository)


# ── Committing and pushing ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_repository_without_a_commit_inside_cannot_be_committed(
    tools: AttemptGit, repository: Path
) -> None:
    made = await tools.worktrees.create(planned(repository))
    git(f"{made.path}/unborn", "init", "--quiet")
    write(made.path, "unborn/seed.txt")
    with pytest.raises(CommitRefused, match="does not have a commit checked out"):
        await tools.worktrees.commit(made.path, message="x", identity=ME)


@pytest.mark.parametrize(
    ("complaint", "kind"),
    [
        (
            "fatal: could not read Username for 'https://example.com': terminal prompts disabled",
            NotAuthenticated,
        ),
        (
            "remote: Invalid username or password.\nfatal: Authentication failed for 'https://x/'",
            NotAuthenticated,
        ),
        (
            "git@example.com: Permission denied (publickey).\nfatal: Could not read from remote",
            NotAuthenticated,
        ),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 403", NotAuthenticated),
        ("remote: Repository not found.\nfatal: repository 'https://x/' not found", NotAuthenticated),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", PushRejected),
        ("error: failed to push some refs", PushRejected),
    ],
)
def test_who_is_not_known_is_told_from_what_is_not_taken(complaint: str, kind: type[Exception]) -> None:
    assert type(refusal("origin", Output(128, b"", complaint), "")) is kind


def test_what_an_address_logs_in_with_is_not_told() -> None:
    complaint = "fatal: unable to access 'https://ada:s3cret@example.com/x.git/': 403"
    assert "s3cret" not in str(refusal("origin", Output(128, b"", complaint), ""))


async def test_a_push_that_hangs_ends(repository: Path) -> None:
    program = GitProgram(os.environ, patience=0.2)
    git(repository, "config", "alias.hang", "!sleep 600")
    with pytest.raises(GitFailed, match=r"took longer than 0\.2 seconds"):
        await program.run(str(repository), "hang")


async def test_output_without_end_is_cut_and_the_command_ended(repository: Path) -> None:
    git(repository, "config", "alias.flood", "!yes")
    flood = await GitProgram(os.environ).run(str(repository), "flood", bound=1_000)
    assert (len(flood.data), flood.is_whole) == (1_000, False)


# ── The folder of worktrees ─────────────────────────────────────────────────────────────────────────────────────────


async def test_what_belongs_to_nobody_is_found_and_sizes_are_told(
    tools: AttemptGit, repository: Path
) -> None:
    made = await tools.worktrees.create(planned(repository))
    second = await tools.worktrees.create(planned(repository, "two"))
    folder = repository.parent / "worktrees"
    write(folder, "project/leftover/file.txt")
    found = await tools.premises.strays(str(folder), frozenset({made.path}))
    assert [(one.kind, one.path, one.branch, one.repository) for one in found] == [
        ("folder", f"{folder}/project/leftover", None, None),
        ("worktree", second.path, "work/one-2", str(repository)),
    ]
    before = await tools.premises.size(made.path)
    write(made.path, "large.bin", "x" * 1_000_000)
    assert 1_000_000 <= await tools.premises.size(made.path) - before < 1_100_000
    assert await tools.premises.size(f"{folder}/none") == 0


async def test_where_nothing_can_be_watched_git_is_asked(
    tools: AttemptGit, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_FOLDERS", 0)
    monkeypatch.setattr(watching, "ASKED_EVERY", 0.05)
    made = await tools.worktrees.create(planned(repository))
    news = tools.worktrees.changes(made.path)
    async with asyncio.timeout(TIMEOUT):
        await anext(news)
        deeds: list[Callable[[], object]] = [
            lambda: write(made.path, "new.txt"),
            lambda: commit_file(made.path, "committed.txt"),
        ]
        for deed in deeds:
            deed()
            await anext(news)
        await put_away(tools, repository, made)
        async for _ in news:
            pass


# ── A server that was killed in the middle ──────────────────────────────────────────────────────────────────────────


async def interrupted(repository: Path) -> NewWorktree:
    """A worktree of which there is only the branch."""
    new = planned(repository)
    tip = git(repository, "rev-parse", "main")
    begun = unfinished.planned(new.path, new.branch, tip)
    await unfinished.begin(GitProgram(os.environ), str(repository), begun)
    git(repository, "branch", new.branch)
    return new


async def cleared(tools: AttemptGit, new: NewWorktree) -> list[str]:
    """The branches that are there afterwards; whatever they are, nothing is unfinished any more."""
    assert await tools.worktrees.clear_unfinished(new.path, repository=new.repository)
    assert not await tools.worktrees.clear_unfinished(new.path, repository=new.repository)
    return [one.removeprefix("refs/heads/") for one in refs(new.repository)]


async def test_a_branch_that_was_to_have_a_worktree_is_taken_back(
    tools: AttemptGit, repository: Path
) -> None:
    assert await cleared(tools, await interrupted(repository)) == ["main"]


async def test_a_branch_that_was_still_to_be_made_is_no_hindrance(
    tools: AttemptGit, repository: Path
) -> None:
    new = await interrupted(repository)
    git(repository, "branch", "--delete", new.branch)
    assert await cleared(tools, new) == ["main"]


async def test_a_worktree_of_which_there_is_half_is_taken_back(tools: AttemptGit, repository: Path) -> None:
    new = await interrupted(repository)
    git(repository, "worktree", "add", "--quiet", new.path, new.branch)
    unlink(f"{new.path}/.git")
    assert await cleared(tools, new) == ["main"]
    assert not is_there(new.path)
    assert len(git(repository, "worktree", "list").splitlines()) == 1


async def test_a_branch_that_somebody_has_gone_on_with_is_theirs(tools: AttemptGit, repository: Path) -> None:
    new = await interrupted(repository)
    git(repository, "checkout", "--quiet", new.branch)
    assert await cleared(tools, new) == ["main", "work/one"], "it is checked out"
    new = await interrupted(repository_in(repository.parent / "another"))
    git(new.repository, "checkout", "--quiet", new.branch)
    commit_file(new.repository, "more.txt")
    git(new.repository, "checkout", "--quiet", "main")
    assert await cleared(tools, new) == ["main", "work/one"], "it has a commit of its own"


async def test_another_servers_worktree_is_let_be(tools: AttemptGit, repository: Path) -> None:
    new = await interrupted(repository)
    assert not await tools.worktrees.clear_unfinished(f"{new.path}-2", repository=new.repository)
    assert f"refs/heads/{new.branch}" in refs(repository)
