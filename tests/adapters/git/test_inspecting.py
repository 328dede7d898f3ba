"""Looking at what an attempt has changed, on real repositories."""

import os
from pathlib import Path

import pytest

from kanbanai.adapters.git import diffs, inspecting
from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.system import SystemClock
from kanbanai.domain.errors import Invalid, NotFound, NoWorktree
from kanbanai.domain.git import ChangeSummary, Diff, FileDiff, WorktreeStatus
from kanbanai.domain.worktrees import NewWorktree, WorktreeMade
from kanbanai.ports import AttemptGit, Compared
from tests.contracts.worktrees import commit_file, git, link, repository_in, unlink, write

pytestmark = pytest.mark.anyio
BASE = Compared(base="main")
DIFFICULT = 'dïr with space/new\nline\ttab "quo\'ted" -x*?[a].txt'


@pytest.fixture
def tools() -> AttemptGit:
    return attempt_git(os.environ, SystemClock())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    repository = repository_in(tmp_path / "repository")
    commit_file(repository, "moved.txt", "".join(f"{number}\n" for number in range(20)))
    commit_file(repository, "gone.txt", "to be forgotten\n")
    return repository


@pytest.fixture
async def made(tools: AttemptGit, repository: Path) -> WorktreeMade:
    path = repository.parent / "worktrees/project/one"
    new = NewWorktree(repository=str(repository), path=str(path), branch="work/one", base="main")
    return await tools.worktrees.create(new)


def listed(found: WorktreeStatus | Diff) -> list[tuple[str, str | None, str]]:
    return [(one.path, one.old_path, one.status) for one in found.files]


def contents(path: str) -> bytes:
    return Path(path).read_bytes()


def write_bytes(made: WorktreeMade, name: str, content: bytes) -> None:
    Path(made.path, name).write_bytes(content)


def make_executable(path: str) -> None:
    Path(path).chmod(0o755)


def only(found: Diff) -> FileDiff:
    [one] = found.files
    return one


# ── Status ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_status_has_what_is_committed_staged_changed_and_untracked_by_path(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(repository, "theirs.txt")  # the base moved on: no change of this branch
    commit_file(made.path, "committed.txt")
    git(made.path, "mv", "moved.txt", "to here.txt")
    unlink(f"{made.path}/gone.txt")
    write(made.path, "first.txt", "changed")
    write(made.path, DIFFICULT)
    status = await tools.inspection.status(made.path, BASE)
    assert listed(status) == [
        ("committed.txt", None, "A"),
        (DIFFICULT, None, "?"),
        ("first.txt", None, "M"),
        ("gone.txt", None, "D"),
        ("to here.txt", "moved.txt", "R"),
    ]
    assert [one.path for one in status.files if one.staged] == ["to here.txt"]
    assert status.summary == ChangeSummary(added=1, modified=2, deleted=1, untracked=1, staged=1)
    assert (status.branch, status.ahead, status.behind, status.has_uncommitted) == ("work/one", 1, 1, True)
    assert (status.compared_with, status.going_on, status.truncated) == ("main", None, False)


async def test_a_new_worktree_has_changed_nothing(tools: AttemptGit, made: WorktreeMade) -> None:
    status = await tools.inspection.status(made.path, BASE)
    assert (status.files, status.has_uncommitted, status.ahead, status.behind) == ([], False, 0, 0)


async def test_what_a_squash_brought_to_the_base_is_merged(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(made.path, "new.txt")
    commit_file(made.path, "newer.txt")
    assert not (await tools.inspection.status(made.path, BASE)).is_merged
    git(repository, "merge", "--quiet", "--squash", made.branch)
    git(repository, "commit", "--quiet", "-m", "squashed")
    status = await tools.inspection.status(made.path, BASE)
    assert (status.is_merged, status.ahead, status.behind) == (True, 2, 1)
    write(made.path, "more.txt")
    assert not (await tools.inspection.status(made.path, BASE)).is_merged
    commit_file(made.path, "more.txt", "more")
    assert not (await tools.inspection.status(made.path, BASE)).is_merged


async def test_the_remotes_base_counts_before_the_local_one(
    tools: AttemptGit, repository: Path, made: WorktreeMade, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "remote.git")
    git(repository, "remote", "add", "upstream", str(tmp_path / "remote.git"))
    git(repository, "fetch", "--quiet", "upstream")
    commit_file(repository, "local.txt")
    status = await tools.inspection.status(made.path, BASE)
    assert (status.compared_with, status.behind) == ("upstream/main", 0)


async def test_without_any_base_it_is_where_the_attempt_began(tools: AttemptGit, made: WorktreeMade) -> None:
    commit_file(made.path, "new.txt")
    status = await tools.inspection.status(made.path, Compared(base="nowhere", commit=made.base_commit))
    assert (listed(status), status.ahead) == ([("new.txt", None, "A")], 1)
    lost = await tools.inspection.status(made.path, Compared(base="nowhere"))
    assert (listed(lost), lost.compared_with) == ([], None)


async def test_a_flood_of_untracked_files_is_cut_and_says_so(
    tools: AttemptGit, made: WorktreeMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "MAX_FILES", 3)
    for number in range(5):
        write(made.path, f"{number}.txt")
    status = await tools.inspection.status(made.path, BASE)
    assert (len(status.files), status.truncated) == (3, True)
    monkeypatch.setattr(inspecting, "MAX_STATUS", 100)
    status = await tools.inspection.status(made.path, BASE)
    assert status.truncated


async def test_looking_does_not_touch_the_index(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    write(made.path, "first.txt", "changed")
    write(made.path, "new.txt", "text that is nowhere else")
    index = git(made.path, "rev-parse", "--git-path", "index")
    before = contents(index), git(repository, "count-objects")
    await tools.inspection.status(made.path, BASE)
    await tools.inspection.diff(made.path, BASE)
    await tools.inspection.commits(made.path, BASE)
    assert (contents(index), git(repository, "count-objects")) == before


async def test_a_worktree_that_is_gone_is_said_to_be_so(
    tools: AttemptGit, made: WorktreeMade, tmp_path: Path
) -> None:
    for path in (str(tmp_path / "gone"), f"{made.path}/../.."):
        with pytest.raises(NoWorktree):
            await tools.inspection.status(path, BASE)


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_is_to_be_had_at_every_point(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    for point in ("head", "index", "worktree"):
        write(made.path, "first.txt", f"at {point}\n")
        if point != "worktree":
            git(made.path, "add", "first.txt")
        if point == "head":
            git(made.path, "commit", "--quiet", "-m", "x")
    commit_file(repository, "first.txt", "the base went on\n")
    found = {
        source: (await tools.inspection.file(made.path, "first.txt", source, BASE)).content
        for source in ("base", "head", "index", "worktree")
    }
    assert found == {
        "base": "one\ntwo\nthree\n",
        "head": "at head\n",
        "index": "at index\n",
        "worktree": "at worktree\n",
    }


async def test_a_difficult_name_is_a_name(tools: AttemptGit, made: WorktreeMade) -> None:
    commit_file(made.path, DIFFICULT, "hello")
    for source in ("worktree", "index", "head"):
        assert (await tools.inspection.file(made.path, DIFFICULT, source, BASE)).content == "hello"
    assert (await tools.inspection.file(made.path, DIFFICULT, "base", BASE)).reason == "missing"


@pytest.mark.parametrize(
    "path",
    ["../../x", "/etc/passwd", "a/../../x", ".git", ".git/config", "a/.GIT/x", "a//b", "./a", "a\0b", ""],
)
@pytest.mark.parametrize("source", ["worktree", "head"])
async def test_a_path_that_leads_out_is_refused(
    tools: AttemptGit, made: WorktreeMade, path: str, source: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await tools.inspection.file(made.path, path, source, BASE)  # type: ignore[arg-type]
    assert [one.field for one in caught.value.fields] == ["path"]


async def test_a_link_is_followed_as_far_as_the_worktree_goes(
    tools: AttemptGit, repository: Path, made: WorktreeMade, tmp_path: Path
) -> None:
    write(tmp_path, "secret.txt")
    link(f"{made.path}/inside", Path("first.txt"))
    link(f"{made.path}/out", tmp_path / "secret.txt")
    link(f"{made.path}/folder", tmp_path)
    link(f"{made.path}/config", Path(".git"))
    assert (await tools.inspection.file(made.path, "inside", "worktree", BASE)).content == "one\ntwo\nthree\n"
    for path in ("out", "folder/secret.txt", "config"):
        with pytest.raises(Invalid, match="leads out of the worktree"):
            await tools.inspection.file(made.path, path, "worktree", BASE)


async def test_what_cannot_be_shown_says_why(tools: AttemptGit, made: WorktreeMade) -> None:
    write_bytes(made, "binary", b"\x89PNG\0\1")
    write_bytes(made, "large", b"x" * (inspecting.MAX_CONTENT + 1))
    os.mkfifo(Path(made.path, "pipe"))
    git(made.path, "add", "binary", "large")
    for source in ("worktree", "index"):
        reasons = {
            name: (await tools.inspection.file(made.path, name, source, BASE)).reason
            for name in ("binary", "large", "pipe", "nothing")
        }
        assert reasons == {"binary": "binary", "large": "tooLarge", "pipe": "missing", "nothing": "missing"}


# ── Differences ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_difference_has_hunks_with_the_numbers_of_their_lines(
    tools: AttemptGit, made: WorktreeMade
) -> None:
    write(made.path, "first.txt", "one\n2\nthree\nfour")
    found = await tools.inspection.diff(made.path, BASE)
    one = only(found)
    assert (one.path, one.status, one.additions, one.deletions) == ("first.txt", "M", 2, 1)
    [hunk] = one.hunks
    assert (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines) == (1, 3, 1, 4)
    assert [(line.kind, line.text, line.old, line.new, line.bare) for line in hunk.lines] == [
        ("context", "one", 1, 1, False),
        ("delete", "two", 2, None, False),
        ("add", "2", None, 2, False),
        ("context", "three", 3, 3, False),
        ("add", "four", None, 4, True),
    ]
    assert (found.additions, found.deletions, found.truncated, found.after) == (2, 1, False, None)


async def test_a_whole_attempt_has_commits_changes_and_untracked_files(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    commit_file(repository, "theirs.txt")
    commit_file(made.path, "committed.txt")
    git(made.path, "mv", "moved.txt", "to here.txt")
    write(made.path, "to here.txt", "".join(f"{number}\n" for number in range(19)))
    unlink(f"{made.path}/gone.txt")
    write(made.path, DIFFICULT, "hello\n")
    make_executable(f"{made.path}/first.txt")
    write_bytes(made, "picture", b"\x89PNG\0\1")
    found = await tools.inspection.diff(made.path, BASE)
    assert listed(found) == [
        ("committed.txt", None, "A"),
        (DIFFICULT, None, "A"),
        ("first.txt", None, "M"),
        ("gone.txt", None, "D"),
        ("picture", None, "A"),
        ("to here.txt", "moved.txt", "R"),
    ]
    by_path = {one.path: one for one in found.files}
    assert (by_path["first.txt"].old_mode, by_path["first.txt"].new_mode) == ("100644", "100755")
    assert (by_path["picture"].binary, by_path["picture"].hunks, by_path["picture"].folded) == (
        True,
        [],
        False,
    )
    assert [line.text for line in by_path[DIFFICULT].hunks[0].lines] == ["hello"]
    assert by_path["to here.txt"].deletions == 1
    assert by_path["gone.txt"].new_mode is None
    uncommitted = await tools.inspection.diff(made.path, BASE, uncommitted=True)
    assert "committed.txt" not in {one.path for one in uncommitted.files}
    assert len(uncommitted.files) == 5


async def test_lines_that_look_like_a_patch_are_lines(tools: AttemptGit, made: WorktreeMade) -> None:
    text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-- \n\\ No newline at end of file\n"
    commit_file(made.path, "first.txt", text)
    write(made.path, "last.txt")
    found = await tools.inspection.diff(made.path, BASE)
    first, last = found.files
    assert [line.text for line in first.hunks[0].lines if line.kind == "add"] == text.splitlines()
    assert [line.text for line in last.hunks[0].lines] == ["x"]


async def test_a_file_that_became_a_link_is_one_file(tools: AttemptGit, made: WorktreeMade) -> None:
    unlink(f"{made.path}/first.txt")
    link(f"{made.path}/first.txt", Path("moved.txt"))
    write(made.path, "last.txt")
    first, last = (await tools.inspection.diff(made.path, BASE)).files
    assert (first.status, first.old_mode, first.new_mode) == ("M", "100644", "120000")
    assert [(line.kind, line.text) for hunk in first.hunks for line in hunk.lines] == [
        ("delete", "one"),
        ("delete", "two"),
        ("delete", "three"),
        ("add", "moved.txt"),
    ]
    assert [line.text for line in last.hunks[0].lines] == ["x"]


async def test_a_large_file_is_folded_until_it_is_asked_for(tools: AttemptGit, made: WorktreeMade) -> None:
    lines = diffs.FOLD_LINES + 1
    write(made.path, "lock.json", "x\n" * lines)
    write(made.path, "bundle.js", "x" * diffs.FOLD_BYTES)
    write(made.path, "small.txt")
    found = await tools.inspection.diff(made.path, BASE)
    assert [(one.path, one.folded, one.additions, len(one.hunks)) for one in found.files] == [
        ("bundle.js", True, 1, 0),
        ("lock.json", True, lines, 0),
        ("small.txt", False, 1, 1),
    ]
    whole = only(await tools.inspection.diff(made.path, BASE, only="lock.json"))
    assert (whole.folded, len(whole.hunks[0].lines)) == (False, lines)
    with pytest.raises(NotFound):
        await tools.inspection.diff(made.path, BASE, only="first.txt")


async def test_one_commit_is_compared_with_its_first_parent(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    sha = commit_file(made.path, "new.txt")
    commit_file(made.path, "newer.txt")
    assert listed(await tools.inspection.commit_diff(made.path, sha)) == [("new.txt", None, "A")]
    first = git(repository, "rev-list", "--max-parents=0", "HEAD")
    assert listed(await tools.inspection.commit_diff(made.path, first)) == [("first.txt", None, "A")]
    for wrong in ("f" * 40, "--all", "HEAD:first.txt", ""):
        with pytest.raises(NotFound):
            await tools.inspection.commit_diff(made.path, wrong)


async def test_the_users_own_taste_in_differences_changes_nothing(
    tools: AttemptGit, repository: Path, made: WorktreeMade
) -> None:
    for key, value in (
        ("diff.external", "false"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.context", "0"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
        ("diff.renames", "false"),
        ("status.showUntrackedFiles", "no"),
        ("status.relativePaths", "true"),
    ):
        git(repository, "config", key, value)
    git(made.path, "mv", "moved.txt", "to here.txt")
    write(made.path, "first.txt", "one\n2\nthree\n")
    write(made.path, "new.txt")
    status, found = (
        await tools.inspection.status(made.path, BASE),
        await tools.inspection.diff(made.path, BASE),
    )
    assert [one.status for one in status.files] == ["M", "?", "R"]
    assert [one.status for one in found.files] == ["M", "A", "R"]
    assert found.files[0].hunks[0].lines[1].text == "two"


# ── Commits ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_commits_are_those_that_the_base_has_not_the_newest_first(
    tools: AttemptGit, repository: Path, made: WorktreeMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    shas = [
        commit_file(made.path, f"{number}.txt", message=f"no. {number}\n\nBody\n{number}")
        for number in range(3)
    ]
    found = await tools.inspection.commits(made.path, BASE)
    assert [(one.sha, one.subject, one.body, one.is_merge) for one in found.commits] == [
        (shas[2], "no. 2", "Body\n2", False),
        (shas[1], "no. 1", "Body\n1", False),
        (shas[0], "no. 0", "Body\n0", False),
    ]
    assert (found.commits[0].author_name, found.truncated) == ("Test", False)
    monkeypatch.setattr(inspecting, "MAX_COMMITS", 2)
    found = await tools.inspection.commits(made.path, BASE)
    assert ([one.sha for one in found.commits], found.truncated) == ([shas[2], shas[1]], True)


async def test_a_worktree_on_a_branch_without_commits_can_be_looked_at(
    tools: AttemptGit, made: WorktreeMade
) -> None:
    git(made.path, "switch", "--quiet", "--orphan", "new")
    write(made.path, "new.txt")
    assert listed(await tools.inspection.status(made.path, BASE)) == [("new.txt", None, "?")]
    assert listed(await tools.inspection.diff(made.path, BASE)) == [("new.txt", None, "A")]
    assert (await tools.inspection.commits(made.path, BASE)).commits == []
