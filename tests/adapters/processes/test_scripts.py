"""Running the project's scripts."""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kanbanai.adapters.processes.children import LocalProcesses
from kanbanai.adapters.processes.scripts import KEPT, ShellScripts
from kanbanai.adapters.processes.shells import shell_of
from kanbanai.domain.errors import Unstartable
from kanbanai.ports import ScriptEnd
from tests.adapters.processes.conftest import ENVIRONMENT, is_alive

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.usefixtures("leaves_nothing"),
    pytest.mark.skipif(sys.platform != "linux", reason="what is left is counted in /proc"),
]


class Stage:
    """A worktree with scripts in it, and what they were heard to say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"att-{uuid.uuid4()}"
        self.told: list[tuple[str, str]] = []
        self._heard = asyncio.Event()

    def hear(self, stdout: str, stderr: str) -> None:
        self.told.append((stdout, stderr))
        self._heard.set()

    async def run(
        self, text: str, *, patience: float = 60, inherited: dict[str, str] | None = None
    ) -> ScriptEnd:
        scripts = ShellScripts(LocalProcesses(), inherited or ENVIRONMENT)
        return await scripts.run(
            text, stage="setup", cwd=str(self.folder), mark=self.mark, patience=patience, on_output=self.hear
        )

    async def heard(self, is_it: Callable[[str], bool]) -> str:
        """What stdout shows, once it is what one waits for."""
        while not self.told or not is_it(self.told[-1][0]):
            self._heard.clear()
            await self._heard.wait()
        return self.told[-1][0]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    os.mkfifo(tmp_path / "hold")
    stage = Stage(tmp_path)
    yield stage
    assert await LocalProcesses().end_marked(stage.mark) == 0, "the script left something"


async def test_a_script_runs_in_the_worktree_and_leaves_its_output(stage: Stage) -> None:
    end = await stage.run("pwd; echo oops >&2; exit 9")
    assert end == ScriptEnd(exit_code=9, stdout=f"{stage.folder}\n", stderr="oops\n")


async def test_a_script_knows_its_stage_and_none_of_the_servers_secrets(stage: Stage) -> None:
    secrets = {"ANTHROPIC_API_KEY": "s", "GITHUB_CLIENT_SECRET": "s", "KANBANAI_UPDATE_TOKEN": "s"}
    end = await stage.run("env", inherited={**ENVIRONMENT, "EDITOR": "vi", **secrets})
    names = {line.partition("=")[0] for line in end.stdout.splitlines()}
    assert "KANBANAI_AUTOMATION_STAGE=setup" in end.stdout.splitlines()
    assert "EDITOR" in names
    assert not names & secrets.keys()


async def test_nothing_can_be_asked_of_a_person(stage: Stage) -> None:
    assert (await stage.run("read -r answer; echo $?")).stdout == "1\n"


async def test_the_output_is_told_while_the_script_runs(stage: Stage) -> None:
    running = asyncio.create_task(stage.run("echo one; cat hold; echo two"))
    assert await stage.heard(lambda text: "one" in text) == "one\n"
    (stage.folder / "hold").write_text("")
    assert (await running).stdout == "one\ntwo\n"


async def test_the_last_of_a_long_output_is_kept(stage: Stage) -> None:
    end = await stage.run("seq 200000; seq 200000 >&2; echo end")
    assert len(end.stdout) == len(end.stderr) == KEPT
    assert end.stdout.endswith("199999\n200000\nend\n")


async def test_what_is_no_utf8_is_replaced_and_a_cut_character_is_no_harm(stage: Stage) -> None:
    end = await stage.run(r"printf 'a\377b\342\202'; printf '\342\202\254' >&2")
    assert (end.stdout, end.stderr) == ("a�b�", "€")
    long = await stage.run(r"for i in $(seq 60000); do printf '\360\237\230\200'; done; printf x")
    assert long.stdout == "😀" * (KEPT - 1) + "x"


async def test_a_character_that_has_come_half_is_not_told_yet(stage: Stage) -> None:
    running = asyncio.create_task(stage.run(r"printf 'a\342\202'; cat hold; printf '\254'"))
    assert await stage.heard(bool) == "a"
    (stage.folder / "hold").write_text("")
    assert (await running).stdout == "a€"


async def test_a_script_that_takes_too_long_is_ended(stage: Stage) -> None:
    end = await stage.run("cat hold", patience=0.3)
    assert end == ScriptEnd(exit_code=None, stdout="", stderr="", ended_by="timeout")


async def test_a_script_that_is_cancelled_is_ended_and_its_last_output_told(stage: Stage) -> None:
    running = asyncio.create_task(stage.run("trap 'echo bye; exit' TERM; echo $$; cat hold & wait"))
    shell = int(await stage.heard(bool))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not is_alive(shell)
    assert stage.told[-1][0] == f"{shell}\nbye\n"


@pytest.mark.slow
async def test_a_shell_that_does_not_hear_is_killed(stage: Stage) -> None:
    text = "trap '' TERM INT HUP; echo $$; while :; do read -r _ < hold; done"
    running = asyncio.create_task(stage.run(text))
    shell = int(await stage.heard(bool))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not is_alive(shell)


async def test_what_a_script_leaves_in_the_background_ends_with_it(stage: Stage) -> None:
    end = await stage.run("setsid cat hold & cat hold & echo $!")
    assert end.exit_code == 0
    assert not is_alive(int(end.stdout))


@pytest.mark.slow
async def test_a_flood_is_told_now_and_then_lets_others_be_served_and_ends(stage: Stage) -> None:
    running = asyncio.create_task(stage.run("yes"))
    turns = 0
    await stage.heard(lambda text: len(text) == KEPT)
    since, told = asyncio.get_running_loop().time(), len(stage.told)
    while len(stage.told) < told + 3:
        await asyncio.sleep(0)
        turns += 1
    assert asyncio.get_running_loop().time() - since > 0.5, "four tellings a second at most"
    assert turns > 100
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stage.told[-1][0].strip("y\n") == ""


async def test_the_users_shell_is_used_where_it_is_there(stage: Stage, tmp_path: Path) -> None:
    own = tmp_path / "ownshell"
    own.write_text('#!/bin/sh\necho "own: $1 $2"\n')
    own.chmod(0o755)
    end = await stage.run("echo hello", inherited={**ENVIRONMENT, "SHELL": str(own)})
    assert end.stdout == "own: -lc echo hello\n"


async def test_without_it_there_is_bash_or_sh(tmp_path: Path) -> None:
    assert Path(shell_of({**ENVIRONMENT, "SHELL": "/no/such/shell"})).name == "bash"
    only = tmp_path / "sh"
    only.symlink_to("/bin/sh")
    assert shell_of({"PATH": str(tmp_path)}) == str(only)
    only.unlink()
    with pytest.raises(Unstartable, match="No shell"):
        shell_of({"PATH": str(tmp_path)})


async def test_a_worktree_that_is_gone(stage: Stage, tmp_path: Path) -> None:
    stage.folder = tmp_path / "gone"
    with pytest.raises(Unstartable, match="gone is not there"):
        await stage.run("true")
