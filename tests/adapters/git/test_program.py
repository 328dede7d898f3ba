"""Running the git program."""

import asyncio
import os
import signal
import stat
from pathlib import Path

import pytest

from kanbanai.adapters.git.program import GitProgram, environment
from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.domain.errors import GitFailed
from tests.adapters.git.conftest import Run

pytestmark = pytest.mark.anyio


def script(folder: Path, text: str) -> str:
    """A program that stands in for git."""
    path = folder / "git"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_a_server_started_from_a_git_hook_looks_at_the_repository_it_is_asked_about(
    repository: Path, tmp_path: Path, run: Run
) -> None:
    run(tmp_path / "hooked", "init", "--quiet", "--initial-branch=wrong")
    inherited = os.environ | {
        "GIT_DIR": str(tmp_path / "hooked" / ".git"),
        "GIT_WORK_TREE": str(tmp_path / "hooked"),
        "GIT_INDEX_FILE": str(tmp_path / "hooked" / ".git" / "index"),
    }
    async with GitRepositories(inherited).prepared(str(repository), initialize=False) as found:
        assert found.default_branch == "trunk"


def test_every_variable_that_git_calls_local_to_a_repository_is_kept_from_it(
    run: Run, tmp_path: Path
) -> None:
    local = run(tmp_path, "rev-parse", "--local-env-vars").split()
    assert local
    assert environment(dict.fromkeys(local, "x")) == environment({})


def test_git_is_not_told_the_servers_secrets_and_keeps_the_users_settings() -> None:
    secrets = {"GITHUB_CLIENT_SECRET": "s", "KANBANAI_UPDATE_TOKEN": "s", "OPENAI_API_KEY": "s"}
    users = {"HOME": "/home/u", "SSH_AUTH_SOCK": "/x", "GIT_SSH_COMMAND": "ssh -v", "GIT_CONFIG_GLOBAL": "/g"}
    given = environment(secrets | users)
    assert given == users | {
        "LC_ALL": "C",
        "LANGUAGE": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_EDITOR": ":",
        "GIT_SEQUENCE_EDITOR": ":",
        "GIT_OPTIONAL_LOCKS": "0",
    }


async def test_git_that_is_not_installed_is_said_to_be_so(tmp_path: Path) -> None:
    program = GitProgram(os.environ, executable="no-git-of-that-name")
    with pytest.raises(GitFailed, match="git is not installed"):
        await program.run(str(tmp_path), "version")


async def test_git_that_cannot_be_started_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "git").write_text("no program")
    program = GitProgram(os.environ, executable=str(tmp_path / "git"))
    with pytest.raises(GitFailed, match="cannot be started"):
        await program.run(str(tmp_path), "version")


async def test_a_code_that_was_not_accepted_is_an_error_with_gits_own_words(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match=r"git rev-parse failed in .*not a git repository"):
        await GitProgram(os.environ).run(str(tmp_path), "rev-parse", "HEAD")


LFS = """\
Downloading big.bin (12 B)
Error downloading object: big.bin (4f2a): Smudge error: [4f2a] Object does not exist on the server: [404]

Errors logged to '/r/.git/lfs/logs/20261124T120000.log'.
Use `git lfs logs last` to view the log.
error: external filter 'git-lfs filter-process' failed
fatal: big.bin: smudge filter lfs failed
"""
CHECKS = """\
ruff.....................................................................Failed
- hook id: ruff
app.py:1:8: F401 `os` imported but unused
Found 1 error.
[*] 1 fixable with the --fix option.
"""


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("fatal: invalid reference: x\nhint: see `git help`\n", "invalid reference: x"),
        ("error: 'lib/' has no commit\nfatal: adding files failed\n", "'lib/' has no commit"),
        ("warning: old\nremote: fatal: no\n", "no"),
        (LFS, LFS.splitlines()[1]),
        (CHECKS, "Found 1 error."),
        ("Please talk to Ada first\n", "Please talk to Ada first"),
        ("", "code 3"),
    ],
)
async def test_the_line_that_says_why_is_the_sentence_and_all_of_it_goes_with_it(
    tmp_path: Path, words: str, reason: str
) -> None:
    (tmp_path / "words").write_text(words)
    program = GitProgram(os.environ, executable=script(tmp_path, "cat words >&2; exit 3"))
    with pytest.raises(GitFailed) as caught:
        await program.run(str(tmp_path), "worktree", "add")
    assert str(caught.value) == f"git worktree failed in {tmp_path}: {reason}"
    assert caught.value.output == (words.strip() if words.strip() != reason and words else None)


async def test_of_very_many_words_the_last_ones_go_with_it(tmp_path: Path) -> None:
    talk = "for n in $(seq 9000); do echo line $n; done >&2; echo 'fatal: so it is' >&2; exit 1"
    with pytest.raises(GitFailed) as caught:
        await GitProgram(os.environ, executable=script(tmp_path, talk)).run(str(tmp_path), "worktree")
    assert str(caught.value).endswith(": so it is")
    assert caught.value.output is not None
    assert len(caught.value.output) < 20_000


async def test_git_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    # The child holds the pipe open for writing as long as it lives.
    hanging = script(tmp_path, f"sh -c 'exec 9>{fifo}; exec sleep 600' &\nwait")
    program = GitProgram(os.environ, executable=hanging, patience=0.3)
    ended = asyncio.create_task(asyncio.to_thread(fifo.read_bytes))
    with pytest.raises(GitFailed, match=r"took longer than 0\.3 seconds"):
        await program.run(str(tmp_path), "version")
    assert await asyncio.wait_for(ended, 10) == b""


async def test_a_caller_who_goes_away_leaves_no_git_behind(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    hanging = script(tmp_path, f"exec 9>{fifo}\nexec sleep 600")
    program = GitProgram(os.environ, executable=hanging)
    calling = asyncio.create_task(program.run(str(tmp_path), "version"))
    reader = await asyncio.to_thread(fifo.open, "rb")  # returns once the program holds the other end
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert await asyncio.wait_for(asyncio.to_thread(reader.read), 10) == b""
    reader.close()


async def test_git_gets_nothing_to_read(tmp_path: Path) -> None:
    program = GitProgram(os.environ, executable=script(tmp_path, "cat"))
    assert (await program.run(str(tmp_path), "version")).text == ""


async def test_what_a_hook_leaves_in_the_background_is_neither_waited_for_nor_ended(tmp_path: Path) -> None:
    """It has git's output from the hook and holds it open; nobody's shell waits for that either."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    leaving = script(tmp_path, f"sh -c 'echo $$ >{fifo}; exec sleep 600' &\nread pid <{fifo}\necho $pid")
    output = await GitProgram(os.environ, executable=leaving).run(str(tmp_path), "commit")
    os.kill(int(output.text), signal.SIGKILL)  # raises when it is not there


async def test_what_a_hook_leaves_in_the_background_may_talk_without_end(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    talking = script(
        tmp_path, f"sh -c 'echo >{fifo}; while :; do echo more; done' &\nread go <{fifo}\necho done"
    )
    output = await GitProgram(os.environ, executable=talking).run(str(tmp_path), "commit")
    assert "done" in output.text.splitlines()
