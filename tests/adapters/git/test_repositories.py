"""Looking at repositories, and making one where there is none."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kanbanai.adapters.git.repositories import GitRepositories, absolute
from kanbanai.domain.errors import GitFailed, Invalid, NotARepository
from kanbanai.domain.repositories import Branch, Repository
from kanbanai.domain.worktrees import Identity
from tests.adapters.git.conftest import Run

pytestmark = pytest.mark.anyio


async def looked_at(git: GitRepositories, path: Path | str, *, initialize: bool = False) -> Repository:
    async with git.prepared(str(path), initialize=initialize) as repository:
        return repository


async def refusal(git: GitRepositories, path: Path | str, *, initialize: bool = False) -> Invalid:
    with pytest.raises(Invalid) as caught:
        await looked_at(git, path, initialize=initialize)
    assert [field.field for field in caught.value.fields] == ["repositoryPath"]
    return caught.value


async def failing(git: GitRepositories, path: Path, deed: Callable[[Path], object]) -> None:
    """Does something in a repository that was made for it, and fails then."""

    async def do() -> None:
        async with git.prepared(str(path), initialize=True) as made:
            deed(Path(made.path))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await do()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# ── What is a repository ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_repository_is_known_by_its_top_folder(git: GitRepositories, repository: Path) -> None:
    assert await looked_at(git, repository) == Repository(path=str(repository), default_branch="trunk")


async def test_a_linked_worktree_is_one(git: GitRepositories, repository: Path, run: Run) -> None:
    run(repository, "worktree", "add", "--quiet", "-b", "side", "../side")
    side = repository.parent / "side"
    assert (side / ".git").is_file()
    assert (await looked_at(git, side)).path == str(side)


async def test_a_submodule_is_one(git: GitRepositories, repository: Path, run: Run, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    run(outer, "init", "--quiet")
    run(outer, "submodule", "--quiet", "add", str(repository), "inner")
    assert (outer / "inner" / ".git").is_file()
    assert (await looked_at(git, outer / "inner")).path == str(outer / "inner")


async def test_a_link_to_a_repository_is_one_and_keeps_the_name_that_was_given(
    git: GitRepositories, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(repository)
    assert (await looked_at(git, f"{tmp_path}/link/")).path == str(tmp_path / "link")


async def test_a_tilde_is_the_home_folder(
    git: GitRepositories, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(repository.parent))
    assert (await looked_at(git, "~/repository")).path == str(repository)


async def test_a_folder_with_a_difficult_name_is_a_folder(git: GitRepositories, tmp_path: Path) -> None:
    for name in ("--upload-pack=x", "-C", "a b", 'quo"te', "ünï", "$(touch x)", "new\nline", ";x"):
        folder = tmp_path / name
        assert (await looked_at(git, folder, initialize=True)).path == str(folder)
        assert (folder / ".git").is_dir()
    assert not (tmp_path / "x").exists()


async def test_a_folder_inside_a_repository_is_not_the_repository(
    git: GitRepositories, repository: Path
) -> None:
    (repository / "src").mkdir()
    error = await refusal(git, repository / "src")
    assert isinstance(error, NotARepository)
    assert f"inside the repository {repository}" in str(error)


async def test_a_plain_folder_is_none_and_the_error_says_what_would_help(
    git: GitRepositories, tmp_path: Path
) -> None:
    assert "with `initialize` it becomes one" in str(await refusal(git, tmp_path))


async def test_a_bare_repository_is_none(git: GitRepositories, tmp_path: Path, run: Run) -> None:
    run(tmp_path / "bare", "init", "--quiet", "--bare")
    for folder in ("bare", "bare/refs"):
        assert "without a work tree" in str(await refusal(git, tmp_path / folder))
    assert "without a work tree" in str(await refusal(git, tmp_path / "bare", initialize=True))


async def test_the_repository_of_another_user_is_refused_with_the_way_to_trust_it(
    git: GitRepositories, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Git's own switch to test just this.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    error = await refusal(GitRepositories(os.environ), repository)
    assert isinstance(error, NotARepository)
    assert f"git config --global --add safe.directory {repository}" in str(error)


async def test_what_is_missing_or_no_folder_is_none(git: GitRepositories, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (
        tmp_path / "nowhere",
        tmp_path / "file",
        tmp_path / "file" / "below",
        tmp_path / ("x" * 300),
    ):
        assert isinstance(await refusal(git, path), NotARepository)


@pytest.mark.parametrize(
    "path", ["", "  ", "repository", "./x", "../x", "a\0b", "/" + "x" * 5_000, "~nobody-of-that-name/x"]
)
async def test_what_is_no_path_from_the_root_is_refused(git: GitRepositories, path: str) -> None:
    await refusal(git, path)
    await refusal(git, path, initialize=True)


def test_dots_in_a_path_are_resolved(tmp_path: Path) -> None:
    assert absolute(f"{tmp_path}/a/../b") == tmp_path / "b"


# ── The default branch ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_default_branch_is_what_the_remote_calls_its_main_one(
    git: GitRepositories, repository: Path, run: Run, tmp_path: Path
) -> None:
    run(tmp_path, "clone", "--quiet", str(repository), "clone")
    run(tmp_path / "clone", "switch", "--quiet", "-c", "main")
    assert (await looked_at(git, tmp_path / "clone")).default_branch == "trunk"


@pytest.mark.parametrize("usual", ["main", "master"])
async def test_without_a_remote_it_is_main_or_master_though_another_is_checked_out(
    git: GitRepositories, repository: Path, run: Run, usual: str
) -> None:
    run(repository, "branch", usual)
    assert (await looked_at(git, repository)).default_branch == usual


async def test_else_it_is_the_branch_that_is_checked_out_also_before_the_first_commit(
    git: GitRepositories, tmp_path: Path, run: Run
) -> None:
    run(tmp_path / "new", "init", "--quiet", "--initial-branch=release/1")
    assert (await looked_at(git, tmp_path / "new")).default_branch == "release/1"


async def test_a_detached_head_names_none_so_it_is_main(
    git: GitRepositories, repository: Path, run: Run
) -> None:
    run(repository, "checkout", "--quiet", "--detach")
    assert (await looked_at(git, repository)).default_branch == "main"


# ── Making one ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_initialize_makes_folders_and_repository_with_main_as_its_branch(
    git: GitRepositories, tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "a" / "b"
    assert await looked_at(git, folder, initialize=True) == Repository(
        path=str(folder), default_branch="main"
    )
    assert run(folder, "symbolic-ref", "HEAD").strip() == "refs/heads/main"


async def test_initialize_follows_the_users_own_name_for_the_first_branch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[init]\n\tdefaultBranch = develop\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    made = await looked_at(GitRepositories(os.environ), tmp_path / "new", initialize=True)
    assert made.default_branch == "develop"


async def test_initialize_takes_a_folder_with_files_and_leaves_them(
    git: GitRepositories, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "file").write_text("mine")
    await looked_at(git, tmp_path / "work", initialize=True)
    assert (tmp_path / "work" / "file").read_text() == "mine"


async def test_initialize_leaves_a_repository_as_it_is(
    git: GitRepositories, repository: Path, run: Run
) -> None:
    before = run(repository, "log", "--format=%H")
    assert (await looked_at(git, repository, initialize=True)).default_branch == "trunk"
    assert run(repository, "log", "--format=%H") == before


async def test_initialize_inside_a_repository_makes_one_of_its_own(
    git: GitRepositories, repository: Path
) -> None:
    await looked_at(git, repository / "nested", initialize=True)
    assert (repository / "nested" / ".git").is_dir()


async def test_when_what_follows_fails_nothing_that_was_made_is_left(
    git: GitRepositories, tmp_path: Path
) -> None:
    await failing(git, tmp_path / "a" / "b", lambda folder: (folder / ".git" / "HEAD").read_text())
    assert files(tmp_path) == []


async def test_when_what_follows_fails_what_was_there_before_stays(
    git: GitRepositories, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "file").write_text("mine")
    for folder in (repository, tmp_path / "work"):
        before = files(folder)
        await failing(git, folder, lambda folder: (folder / ".git" / "HEAD").read_text())
        assert files(folder) == before


async def test_a_folder_into_which_somebody_put_something_meanwhile_stays(
    git: GitRepositories, tmp_path: Path
) -> None:
    await failing(git, tmp_path / "a" / "b", lambda folder: (folder / "file").write_text("mine"))
    assert files(tmp_path) == ["a", "a/b", "a/b/file"]


async def test_initialize_below_a_file_is_refused_and_leaves_nothing(
    git: GitRepositories, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for path in ("file", "file/x", "file/x/y"):
        await refusal(git, tmp_path / path, initialize=True)
    assert files(tmp_path) == ["file"]


# ── Branches and the origin ─────────────────────────────────────────────────────────────────────────────────────────


def local(name: str, *, is_current: bool = False) -> Branch:
    return Branch(name=name, display_name=name, kind="local", is_current=is_current)


def remote(of: str, name: str, *, is_current: bool = False) -> Branch:
    full = f"{of}/{name}"
    return Branch(name=full, display_name=full, kind="remote", remote=of, is_current=is_current)


async def test_branches_come_local_first_then_by_name(
    git: GitRepositories, repository: Path, run: Run
) -> None:
    for name in ("zebra", "feature/a-b", "alpha"):
        run(repository, "branch", name)
    assert await git.branches(str(repository)) == [
        local("alpha"),
        local("feature/a-b"),
        local("trunk", is_current=True),
        local("zebra"),
    ]


async def test_branches_of_remotes_know_their_remote_even_when_its_name_has_slashes(
    git: GitRepositories, repository: Path, run: Run, tmp_path: Path
) -> None:
    run(repository, "branch", "topic/x")
    run(tmp_path, "clone", "--quiet", str(repository), "clone")
    clone = tmp_path / "clone"
    run(clone, "remote", "add", "team/fork", str(repository))
    run(clone, "fetch", "--quiet", "team/fork")
    assert await git.branches(str(clone)) == [
        local("trunk", is_current=True),
        remote("origin", "topic/x"),
        remote("origin", "trunk", is_current=True),
        remote("team/fork", "topic/x"),
        remote("team/fork", "trunk"),
    ]


async def test_a_branch_without_an_upstream_finds_its_namesake_at_the_remote(
    git: GitRepositories, repository: Path, run: Run, tmp_path: Path
) -> None:
    run(tmp_path, "clone", "--quiet", str(repository), "clone")
    run(tmp_path / "clone", "branch", "--unset-upstream")
    assert (await git.branches(str(tmp_path / "clone")))[1] == remote("origin", "trunk", is_current=True)


async def test_a_repository_without_commits_has_no_branches(
    git: GitRepositories, tmp_path: Path, run: Run
) -> None:
    run(tmp_path / "new", "init", "--quiet")
    assert await git.branches(str(tmp_path / "new")) == []


async def test_branches_of_a_folder_that_is_gone_fail_with_a_sentence(
    git: GitRepositories, tmp_path: Path
) -> None:
    with pytest.raises(GitFailed, match="is not there"):
        await git.branches(str(tmp_path / "gone"))
    with pytest.raises(GitFailed, match="not a git repository"):
        await git.branches(str(tmp_path))


async def test_the_origin_is_told_as_git_knows_it(git: GitRepositories, repository: Path, run: Run) -> None:
    assert await git.origin_url(str(repository)) is None
    run(repository, "remote", "add", "origin", "git@github.com:owner/repository.git")
    assert await git.origin_url(str(repository)) == "git@github.com:owner/repository.git"


# ── A repository with something in it ───────────────────────────────────────────────────────────────────────────────

AUTHOR = Identity("Somebody", "somebody@example.com")


async def test_what_is_planted_is_one_commit(git: GitRepositories, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "new" / "demo"
    planted = await git.planted(str(folder), {"a.txt": "A\n", "sub/b.txt": "B\n"}, "Begin", AUTHOR)
    assert planted.path == str(folder)
    assert run(folder, "log", "--format=%an <%ae> %s") == "Somebody <somebody@example.com> Begin\n"
    assert run(folder, "ls-files") == "a.txt\nsub/b.txt\n"
    assert run(folder, "status", "--porcelain") == ""


async def test_what_was_planted_stays_as_it_is(git: GitRepositories, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "demo"
    await git.planted(str(folder), {"a.txt": "A\n"}, "Begin", AUTHOR)
    (folder / "a.txt").write_text("changed\n")
    await git.planted(str(folder), {"a.txt": "A\n"}, "Begin", AUTHOR)
    assert (folder / "a.txt").read_text() == "changed\n"
    assert run(folder, "rev-list", "--count", "HEAD") == "1\n"


async def test_planting_goes_on_where_it_broke_off(git: GitRepositories, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "demo"
    await looked_at(git, folder, initialize=True)
    (folder / "a.txt").write_text("ha")
    await git.planted(str(folder), {"a.txt": "A\n"}, "Begin", AUTHOR)
    assert run(folder, "show", "HEAD:a.txt") == "A\n"
