"""What every implementation of `kanbanai.ports.Worktrees` does, on real repositories."""

from __future__ import annotations

import asyncio
import os
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from kanbanai.domain.errors import CommitRefused, Invalid, NoCommits, NotARepository, NoWorktree, PushRejected
from kanbanai.domain.worktrees import Identity, NewWorktree, Salvage, WorktreeMade
from kanbanai.ports import Worktrees

ME = Identity("Ada", "ada@localhost")
QUIET = 1.0
"""Seconds without news that mean that there are none; the watch looks ten times in it."""
TIMEOUT = 15
"""Seconds a test waits for what it wants to see."""


def git(folder: Path | str, *arguments: str, code: int = 0) -> str:
    """Git as a person would use it; it ends with `code`."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["git", *arguments], cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout.removesuffix("\n")


def write(folder: Path | str, name: str, text: str = "x\n") -> Path:
    path = Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def commit_file(folder: Path | str, name: str, text: str = "x\n", message: str = "more") -> str:
    write(folder, name, text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def repository_in(folder: Path) -> Path:
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit_file(folder, "first.txt", "one\ntwo\nthree\n", "The first")
    return folder


def refs(folder: Path | str) -> list[str]:
    return git(folder, "for-each-ref", "--format=%(refname)").splitlines()


def is_there(path: str) -> bool:
    return os.path.lexists(path)


def unlink(path: str) -> None:
    Path(path).unlink()


def link(path: str, to: Path) -> None:
    Path(path).symlink_to(to, target_is_directory=to.is_dir())


class WorktreesContract(ABC):
    """A subclass says how the worktrees are made."""

    @abstractmethod
    def make(self) -> Worktrees: ...

    @pytest.fixture
    def worktrees(self) -> Worktrees:
        return self.make()

    @pytest.fixture
    def repository(self, tmp_path: Path) -> Path:
        return repository_in(tmp_path / "repository")

    @pytest.fixture
    def remote(self, repository: Path, tmp_path: Path) -> Path:
        """A bare repository that `repository` has as its `origin`, with the same `main`."""
        bare = tmp_path / "remote.git"
        git(tmp_path, "clone", "--quiet", "--bare", str(repository), str(bare))
        git(repository, "remote", "add", "origin", str(bare))
        git(repository, "fetch", "--quiet", "origin")
        return bare

    async def made(
        self,
        worktrees: Worktrees,
        repository: Path,
        name: str = "one",
        base: str = "main",
        branch: str = "work/one",
    ) -> WorktreeMade:
        path = repository.parent / "worktrees" / "project" / name
        return await worktrees.create(
            NewWorktree(repository=str(repository), path=str(path), branch=branch, base=base)
        )

    # ── Making one ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def test_a_worktree_has_a_branch_of_its_own_at_the_base(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        assert made == WorktreeMade(
            path=str(repository.parent / "worktrees/project/one"),
            branch="work/one",
            base_commit=git(repository, "rev-parse", "main"),
        )
        assert git(made.path, "symbolic-ref", "HEAD") == "refs/heads/work/one"
        assert git(made.path, "status", "--porcelain") == ""
        assert git(repository, "status", "--porcelain", "--branch") == "## main"

    async def test_a_branch_that_exists_is_never_taken_over(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        git(repository, "branch", "work/one")
        theirs = git(repository, "rev-parse", "work/one")
        first = await self.made(worktrees, repository)
        second = await self.made(worktrees, repository, "two")
        assert (first.branch, second.branch) == ("work/one-2", "work/one-3")
        assert git(repository, "rev-parse", "work/one") == theirs

    @pytest.mark.parametrize("there", ["work", "work/one/deeper", "WORK/ONE"])
    async def test_a_name_for_which_there_is_no_room_is_changed(
        self, worktrees: Worktrees, repository: Path, there: str
    ) -> None:
        git(repository, "branch", there)
        made = await self.made(worktrees, repository)
        assert made.branch in {"work-one", "work/one-2"}
        assert there in git(repository, "branch", "--format=%(refname:short)").splitlines()

    async def test_a_branch_of_the_remote_keeps_its_name_to_itself(
        self, worktrees: Worktrees, repository: Path, remote: Path
    ) -> None:
        git(repository, "push", "--quiet", "origin", "main:work/one")
        assert (await self.made(worktrees, repository)).branch == "work/one-2"

    @pytest.mark.slow
    async def test_many_begin_at_once_and_none_gets_the_others_branch(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await asyncio.gather(*(self.made(worktrees, repository, f"w{number}") for number in range(10)))
        assert len({one.branch for one in made}) == len({one.path for one in made}) == 10
        for one in made:
            assert git(one.path, "symbolic-ref", "--short", "HEAD") == one.branch

    async def test_the_newest_of_the_remote_is_fetched_and_the_local_branch_stays(
        self, worktrees: Worktrees, repository: Path, remote: Path, tmp_path: Path
    ) -> None:
        git(tmp_path, "clone", "--quiet", str(remote), "other")
        newest = commit_file(tmp_path / "other", "second.txt")
        git(tmp_path / "other", "push", "--quiet")
        before = git(repository, "rev-parse", "main")
        made = await self.made(worktrees, repository)
        assert made.base_commit == newest
        assert git(repository, "rev-parse", "main") == before

    async def test_a_local_base_with_commits_of_its_own_counts(
        self, worktrees: Worktrees, repository: Path, remote: Path
    ) -> None:
        mine = commit_file(repository, "mine.txt")
        assert (await self.made(worktrees, repository)).base_commit == mine

    async def test_a_base_may_be_a_branch_of_the_remote_or_a_commit(
        self, worktrees: Worktrees, repository: Path, remote: Path
    ) -> None:
        first = git(repository, "rev-parse", "main")
        commit_file(repository, "mine.txt")
        assert (await self.made(worktrees, repository, "a", "origin/main")).base_commit == first
        assert (await self.made(worktrees, repository, "b", first[:10])).base_commit == first
        assert (await self.made(worktrees, repository, "c", "HEAD~1")).base_commit == first

    async def test_a_remote_that_cannot_be_reached_is_no_hindrance_and_is_told(
        self, worktrees: Worktrees, repository: Path, tmp_path: Path
    ) -> None:
        git(repository, "remote", "add", "origin", str(tmp_path / "nowhere"))
        made = await self.made(worktrees, repository)
        assert len(made.notes) == 1
        assert "could not be fetched from origin" in made.notes[0]
        assert git(made.path, "status", "--porcelain") == ""

    async def test_a_detached_head_is_no_hindrance(self, worktrees: Worktrees, repository: Path) -> None:
        git(repository, "checkout", "--quiet", "--detach")
        assert (await self.made(worktrees, repository)).branch == "work/one"
        assert (await self.made(worktrees, repository, "two", "HEAD")).branch == "work/one-2"

    async def test_a_repository_without_commits_is_refused(
        self, worktrees: Worktrees, tmp_path: Path
    ) -> None:
        git(tmp_path / "empty", "init", "--quiet")
        with pytest.raises(NoCommits, match="has no commit yet"):
            await self.made(worktrees, tmp_path / "empty")
        assert not (tmp_path / "worktrees").exists()

    @pytest.mark.parametrize("base", ["nowhere", "--all", "-h", "main..main", "", "@{-1}", "main:first.txt"])
    async def test_a_base_that_is_not_there_is_refused_and_nothing_is_left(
        self, worktrees: Worktrees, repository: Path, base: str
    ) -> None:
        before = refs(repository)
        with pytest.raises(Invalid) as caught:
            await self.made(worktrees, repository, base=base)
        assert [one.field for one in caught.value.fields] == ["baseBranch"]
        assert refs(repository) == before
        assert not (repository.parent / "worktrees").exists()

    @pytest.mark.parametrize("branch", ["-b", "a..b", "a b", "", "x.lock", "@"])
    async def test_a_branch_that_cannot_be_is_refused_and_nothing_is_left(
        self, worktrees: Worktrees, repository: Path, branch: str
    ) -> None:
        before = refs(repository)
        with pytest.raises(Invalid):
            await self.made(worktrees, repository, branch=branch)
        assert refs(repository) == before
        assert not (repository.parent / "worktrees").exists()

    async def test_a_repository_that_is_gone_is_said_to_be_so(
        self, worktrees: Worktrees, tmp_path: Path
    ) -> None:
        with pytest.raises(NotARepository):
            await self.made(worktrees, tmp_path / "gone")

    # ── Working in one ──────────────────────────────────────────────────────────────────────────────────────────────

    async def test_everything_is_committed_by_whom_the_settings_name_and_nobody_is_written_down(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        config = (repository / ".git" / "config").read_text()
        assert not await worktrees.has_changes(made.path)
        write(made.path, "new/ünï \n.txt")
        unlink(f"{made.path}/first.txt")
        assert await worktrees.has_changes(made.path)
        done = await worktrees.commit(made.path, message="feat: it\n\n# kept\n", identity=ME)
        assert done is not None
        assert (done.sha, done.subject) == (git(made.path, "rev-parse", "HEAD"), "feat: it")
        assert done.sha.startswith(done.short)
        assert len(done.short) < 40
        assert (
            git(made.path, "log", "-1", "--format=%an %ae %cn %ce") == "Ada ada@localhost Ada ada@localhost"
        )
        assert git(made.path, "log", "-1", "--format=%b").strip() == "# kept"
        assert git(made.path, "status", "--porcelain") == ""
        assert (repository / ".git" / "config").read_text() == config

    async def test_chosen_files_are_committed_and_no_others(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        commit_file(repository, "a.txt", "a\n")
        commit_file(repository, "b.txt", "b\n")
        made = await self.made(worktrees, repository)
        for name in ("new.txt", "other.txt", "star*.txt", "start.txt", "staged.txt"):
            write(made.path, name)
        git(made.path, "add", "staged.txt")
        git(made.path, "rm", "--quiet", "a.txt")
        unlink(f"{made.path}/b.txt")
        only = ["new.txt", "a.txt", "b.txt", "star*.txt"]
        done = await worktrees.commit(made.path, message="some", identity=ME, only=only)
        assert done is not None
        changed = git(made.path, "show", "--format=", "--name-status", "--no-renames", "HEAD").splitlines()
        assert sorted(changed) == ["A\tnew.txt", "A\tstar*.txt", "D\ta.txt", "D\tb.txt"]
        left = git(made.path, "status", "--porcelain").splitlines()
        assert sorted(left) == ["?? other.txt", "?? start.txt", "A  staged.txt"]
        assert await worktrees.commit(made.path, message="again", identity=ME, only=["new.txt"]) is None

    async def test_without_changes_there_is_nothing_to_commit(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        assert await worktrees.commit(made.path, message="nothing", identity=ME) is None

    async def test_a_hook_may_refuse_a_commit_and_is_quoted(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        hook = write(repository, ".git/hooks/pre-commit", "#!/bin/sh\necho 'no tabs, please' >&2\nexit 1\n")
        hook.chmod(0o755)
        write(made.path, "new.txt")
        with pytest.raises(CommitRefused, match="no tabs, please"):
            await worktrees.commit(made.path, message="x", identity=ME)
        assert git(made.path, "rev-parse", "HEAD") == made.base_commit

    async def test_a_commit_needs_somebody(
        self, worktrees: Worktrees, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = await self.made(worktrees, repository)
        write(made.path, "new.txt")
        for who in ("AUTHOR", "COMMITTER"):
            monkeypatch.delenv(f"GIT_{who}_NAME")
            monkeypatch.delenv(f"GIT_{who}_EMAIL")
        git(repository, "config", "user.useConfigOnly", "true")
        with pytest.raises(CommitRefused, match="set a git user name and email"):
            await self.make().commit(made.path, message="x", identity=Identity())

    async def test_nothing_is_committed_in_the_middle_of_a_merge(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        commit_file(repository, "first.txt", "theirs\n")
        commit_file(made.path, "first.txt", "ours\n")
        git(made.path, "merge", "main", code=1)
        with pytest.raises(CommitRefused, match="A merge is going on"):
            await worktrees.commit(made.path, message="x", identity=ME)

    async def test_a_worktree_that_is_gone_is_said_to_be_so(
        self, worktrees: Worktrees, tmp_path: Path
    ) -> None:
        (tmp_path / "folder").mkdir()
        for path in (tmp_path / "gone", tmp_path / "folder"):
            with pytest.raises(NoWorktree):
                await worktrees.has_changes(str(path))
            with pytest.raises(NoWorktree):
                await worktrees.commit(str(path), message="x", identity=ME)

    async def test_a_branch_is_pushed_and_follows_what_was_pushed(
        self, worktrees: Worktrees, repository: Path, remote: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        sha = commit_file(made.path, "new.txt")
        assert await worktrees.push(made.path, remote=None, branch=made.branch) == "origin"
        assert git(remote, "rev-parse", "refs/heads/work/one") == sha
        assert git(made.path, "rev-parse", "--abbrev-ref", "@{upstream}") == "origin/work/one"

    async def test_a_remote_has_to_be_there(self, worktrees: Worktrees, repository: Path) -> None:
        made = await self.made(worktrees, repository)
        for remote in (None, "nowhere", "--mirror"):
            with pytest.raises(Invalid) as caught:
                await worktrees.push(made.path, remote=remote, branch=made.branch)
            assert [one.field for one in caught.value.fields] == ["remote"]

    async def test_what_others_pushed_meanwhile_is_built_upon(
        self, worktrees: Worktrees, repository: Path, remote: Path, tmp_path: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        await worktrees.push(made.path, remote=None, branch=made.branch)
        git(tmp_path, "clone", "--quiet", "--branch", "work/one", str(remote), "other")
        theirs = commit_file(tmp_path / "other", "theirs.txt")
        git(tmp_path / "other", "push", "--quiet")
        commit_file(made.path, "ours.txt")
        await worktrees.push(made.path, remote=None, branch=made.branch)
        assert git(remote, "rev-parse", "work/one~1") == theirs
        assert git(remote, "rev-parse", "work/one") == git(made.path, "rev-parse", "HEAD")

    async def test_a_branch_that_was_rebased_takes_the_place_of_what_it_was(
        self, worktrees: Worktrees, repository: Path, remote: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        commit_file(made.path, "ours.txt")
        await worktrees.push(made.path, remote=None, branch=made.branch)
        commit_file(repository, "later.txt")
        git(made.path, "rebase", "--quiet", "main")
        await worktrees.push(made.path, remote=None, branch=made.branch)
        assert git(remote, "rev-parse", "work/one") == git(made.path, "rev-parse", "HEAD")
        assert git(remote, "rev-list", "--count", "work/one") == "3"

    async def test_others_commits_are_never_pushed_over_and_the_worktree_stays_as_it_was(
        self, worktrees: Worktrees, repository: Path, remote: Path, tmp_path: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        await worktrees.push(made.path, remote=None, branch=made.branch)
        git(tmp_path, "clone", "--quiet", "--branch", "work/one", str(remote), "other")
        theirs = commit_file(tmp_path / "other", "first.txt", "theirs\n")
        git(tmp_path / "other", "push", "--quiet")
        ours = commit_file(made.path, "first.txt", "ours\n")
        with pytest.raises(PushRejected, match="change the same places"):
            await worktrees.push(made.path, remote=None, branch=made.branch)
        assert git(remote, "rev-parse", "work/one") == theirs
        assert git(made.path, "rev-parse", "HEAD") == ours
        assert git(made.path, "symbolic-ref", "--short", "HEAD") == "work/one"
        assert git(made.path, "status", "--porcelain") == ""

    async def test_a_remote_may_refuse_and_is_quoted(
        self, worktrees: Worktrees, repository: Path, remote: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        hook = write(remote, "hooks/pre-receive", "#!/bin/sh\necho 'only on Fridays'\nexit 1\n")
        hook.chmod(0o755)
        commit_file(made.path, "new.txt")
        with pytest.raises(PushRejected, match="only on Fridays"):
            await worktrees.push(made.path, remote=None, branch=made.branch)

    # ── Putting one away ────────────────────────────────────────────────────────────────────────────────────────────

    async def test_what_is_merged_goes_without_a_trace(self, worktrees: Worktrees, repository: Path) -> None:
        before = refs(repository)
        made = await self.made(worktrees, repository)
        commit_file(made.path, "new.txt")
        git(repository, "merge", "--quiet", "--ff-only", made.branch)
        assert await self.put_away(worktrees, repository, made) is None
        assert refs(repository) == before
        assert not is_there(made.path)
        assert git(repository, "worktree", "list", "--porcelain").count("worktree ") == 1

    async def put_away(
        self, worktrees: Worktrees, repository: Path, made: WorktreeMade, base: str | None = None
    ) -> Salvage | None:
        return await worktrees.put_away(
            made.path, repository=str(repository), branch=made.branch, name="WC-1 one", base=base
        )

    async def test_work_that_is_nowhere_else_is_saved_first(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        write(repository, ".gitignore", "*.log\n")
        commit_file(repository, "second.txt")
        made = await self.made(worktrees, repository)
        committed = commit_file(made.path, "committed.txt")
        write(made.path, "changed and\nuntracked.txt", "untracked")
        write(made.path, "first.txt", "changed")
        unlink(f"{made.path}/second.txt")
        write(made.path, "noise.log")
        saved = await self.put_away(worktrees, repository, made)
        assert saved is not None
        assert (saved.branch, saved.uncommitted, saved.unmerged) == (made.branch, 3, 1)
        assert saved.ref.startswith("refs/kanbanai/salvage/wc-1-one/")
        assert git(repository, "rev-parse", saved.ref) == saved.commit
        assert git(repository, "rev-parse", f"{saved.ref}~1") == committed
        assert git(repository, "show", f"{saved.ref}:changed and\nuntracked.txt") == "untracked"
        assert git(repository, "show", f"{saved.ref}:first.txt") == "changed"
        assert set(git(repository, "ls-tree", "--name-only", "-z", saved.ref).split("\0")) == {
            "",
            ".gitignore",
            "changed and\nuntracked.txt",
            "committed.txt",
            "first.txt",
        }
        assert not is_there(made.path)
        assert "refs/heads/work/one" not in refs(repository)

    async def test_commits_that_a_squash_has_brought_to_the_base_are_not_saved_again(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        commit_file(made.path, "new.txt")
        commit_file(made.path, "newer.txt")
        git(repository, "merge", "--quiet", "--squash", made.branch)
        git(repository, "commit", "--quiet", "-m", "squashed")
        assert await self.put_away(worktrees, repository, made, base="main") is None
        assert refs(repository) == ["refs/heads/main"]

    async def test_a_worktree_that_is_gone_already_leaves_a_branch_that_is_saved(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        sha = commit_file(made.path, "new.txt")
        git(repository, "worktree", "remove", "--force", made.path)
        saved = await self.put_away(worktrees, repository, made)
        assert saved is not None
        assert git(repository, "rev-parse", f"{saved.ref}~1") == sha
        assert await self.put_away(worktrees, repository, made) is None

    async def test_a_link_that_leads_out_is_not_followed(
        self, worktrees: Worktrees, repository: Path, tmp_path: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        precious = write(tmp_path, "precious/thing.txt")
        link(f"{made.path}/way-out", precious.parent)
        saved = await self.put_away(worktrees, repository, made)
        assert saved is not None
        assert precious.read_text() == "x\n"
        assert git(repository, "ls-tree", "-r", "--name-only", saved.ref).split() == ["first.txt", "way-out"]

    async def test_a_worktree_in_whose_place_there_is_a_link_now_is_only_the_link(
        self, worktrees: Worktrees, repository: Path, tmp_path: Path
    ) -> None:
        made = await self.made(worktrees, repository)
        precious = write(tmp_path, "precious/thing.txt")
        git(repository, "worktree", "remove", "--force", made.path)
        link(made.path, precious.parent)
        await self.put_away(worktrees, repository, made)
        assert not is_there(made.path)
        assert precious.read_text() == "x\n"

    # ── Changes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @pytest.mark.slow
    async def test_changes_are_told_and_what_git_ignores_is_not(
        self, worktrees: Worktrees, repository: Path
    ) -> None:
        commit_file(repository, ".gitignore", "*.log\nbuild/\n")
        made = await self.made(worktrees, repository)
        news = worktrees.changes(made.path)
        async with asyncio.timeout(TIMEOUT):
            await anext(news)  # the watch has begun
            for deed in (
                lambda: write(made.path, "first.txt", "changed"),
                lambda: write(made.path, "new.txt"),
                lambda: write(made.path, "deep/er/new.txt"),
                lambda: commit_file(made.path, "committed.txt"),
            ):
                deed()
                await anext(news)
        waiting = asyncio.ensure_future(anext(news))
        while (await asyncio.wait({waiting}, timeout=QUIET))[0]:  # one deed may be told in two
            waiting = asyncio.ensure_future(anext(news))
        write(made.path, "noise.log")
        write(made.path, "build/output.txt")
        assert not (await asyncio.wait({waiting}, timeout=QUIET))[0]
        write(made.path, "first.txt", "again")
        await asyncio.wait_for(waiting, TIMEOUT)

    async def test_changes_end_with_the_worktree(self, worktrees: Worktrees, repository: Path) -> None:
        made = await self.made(worktrees, repository)
        news = worktrees.changes(made.path)
        async with asyncio.timeout(TIMEOUT):
            await anext(news)
            await self.put_away(worktrees, repository, made)
            async for _ in news:
                pass
