"""Starting programs, and ending them whole."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kanbanai.adapters.processes import children
from kanbanai.adapters.processes.children import LocalChild, LocalProcesses
from kanbanai.domain.environments import MARK
from kanbanai.domain.errors import Unstartable
from tests.adapters.processes.conftest import ENVIRONMENT, is_alive

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.usefixtures("leaves_nothing"),
    pytest.mark.skipif(sys.platform != "linux", reason="what is left is counted in /proc"),
]

Shell = Callable[..., Awaitable[LocalChild]]

STUBBORN = "trap '' TERM HUP INT; echo $$; while :; do read -r _ < hold; done"
"""Says its number and ends for nothing but SIGKILL; `hold` is a pipe that nobody writes into."""


@pytest.fixture
def mark() -> str:
    return f"att-{uuid.uuid4()}"


@pytest.fixture(autouse=True)
def _hold(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hold")


async def number(child: LocalChild) -> int:
    return int(await child.stdout.readline())


async def test_a_program_reads_writes_and_tells_its_exit_code(shell: Shell) -> None:
    child = await shell('read -r line; echo "got $line"; echo oops >&2; exit 7')
    child.stdin.write(b"hello\n")
    await child.stdin.drain()
    assert await child.stdout.read() == b"got hello\n"
    assert await child.stderr.read() == b"oops\n"
    assert await child.wait() == 7
    assert await child.end() == 7
    assert await child.end() == 7


async def test_the_signal_that_ended_a_program_is_its_exit_code(shell: Shell) -> None:
    child = await shell("kill -USR1 $$")
    assert await child.wait() == -signal.SIGUSR1
    await child.end()


async def test_a_program_gets_just_the_environment_given_and_the_mark(shell: Shell) -> None:
    child = await shell("env", mark="att-9", env={"PATH": ENVIRONMENT["PATH"], "A": "1"})
    lines = (await child.stdout.read()).decode().splitlines()
    await child.end()
    assert {"A=1", f"{MARK}=att-9"} <= set(lines)
    assert {line.partition("=")[0] for line in lines} <= {"PATH", "A", MARK, "PWD", "OLDPWD", "SHLVL", "_"}


async def test_a_program_has_a_session_of_its_own(shell: Shell) -> None:
    child = await shell("echo; cat hold")
    await child.stdout.readline()
    assert os.getsid(child.pid) == os.getpgid(child.pid) == child.pid
    await child.end()


async def test_a_line_longer_than_the_limit_is_refused_and_the_rest_can_be_read(
    processes: LocalProcesses, tmp_path: Path
) -> None:
    text = "head -c 5000 /dev/zero | tr '\\0' x; echo; echo next"
    child = await processes.start(
        ["sh", "-c", text], cwd=str(tmp_path), env=ENVIRONMENT, mark="m", limit=1000
    )
    with pytest.raises(ValueError, match="limit"):
        await child.stdout.readline()
    assert (await child.stdout.read()).endswith(b"next\n")
    await child.end()


async def test_a_program_that_ends_when_asked_is_not_forced(shell: Shell) -> None:
    child = await shell("trap 'exit 5' TERM; echo; while :; do cat hold & wait; done")
    await child.stdout.readline()
    assert await child.end(grace=30) == 5


async def test_one_that_does_not_hear_is_forced_after_the_grace(shell: Shell) -> None:
    child = await shell(STUBBORN)
    await child.stdout.readline()
    assert await child.end(grace=0.05) == -signal.SIGKILL


async def test_one_that_was_stopped_ends_too(shell: Shell) -> None:
    child = await shell("trap 'exit 5' TERM; echo; kill -STOP $$; cat hold")
    await child.stdout.readline()
    assert await child.end(grace=30) == 5


async def test_what_it_left_in_the_background_ends_with_it(shell: Shell) -> None:
    child = await shell(f"sh -c '{STUBBORN.replace(chr(39), chr(34))}' & exit 0")
    left = await number(child)
    assert await child.wait() == 0
    assert is_alive(left)
    assert await child.end(grace=0.05) == 0
    assert not is_alive(left)


@pytest.mark.parametrize("away", ["setsid", "setsid nohup"])
async def test_what_left_the_session_is_found_by_its_mark(shell: Shell, mark: str, away: str) -> None:
    child = await shell(f"{away} sh -c 'echo $$; cat hold' & exit 0", mark=mark)
    left = await number(child)
    await child.wait()
    await child.end()
    assert not is_alive(left)


async def test_what_dropped_the_mark_is_found_by_its_session(shell: Shell, mark: str) -> None:
    child = await shell("env -i PATH=$PATH sh -c 'echo $$; cat hold' & exit 0", mark=mark)
    left = await number(child)
    await child.wait()
    await child.end()
    assert not is_alive(left)


async def test_a_stray_that_cannot_be_found_holds_nothing_up(shell: Shell, mark: str) -> None:
    """It left the session and dropped the mark: it lives on, but its pipes do not keep `end` waiting."""
    child = await shell("env -i PATH=$PATH setsid sh -c 'echo $$; exec cat hold' & exit 0", mark=mark)
    left = await number(child)
    handle = os.pidfd_open(left)
    try:
        await child.wait()
        assert await child.end() == 0
        assert is_alive(left)
    finally:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)


async def test_what_starts_new_processes_while_it_is_ended_is_ended(shell: Shell, mark: str) -> None:
    text = """
        outside() { (trap '' TERM; setsid cat hold) & }
        inside() { (trap '' TERM; echo; setsid cat hold & outside) & }
        inside; inside; wait
    """
    child = await shell(text, mark=mark)
    await child.stdout.readline()
    await child.end(grace=0.02)
    assert await LocalProcesses().end_marked(mark) == 0


async def test_ending_the_agent_leaves_the_terminal_of_its_attempt(shell: Shell, mark: str) -> None:
    terminal = await shell("echo; cat hold", mark=f"{mark}/terminal")
    agent = await shell("echo; cat hold", mark=mark)
    await asyncio.gather(terminal.stdout.readline(), agent.stdout.readline())
    await agent.end()
    assert is_alive(terminal.pid)
    await terminal.end()


async def test_all_of_an_attempt_are_ended_and_counted(shell: Shell, mark: str) -> None:
    marks = [mark, f"{mark}/dev", f"{mark}/terminal", f"{mark}-other"]
    started = [await shell("echo; exec cat hold", mark=each) for each in marks]
    await asyncio.gather(*(child.stdout.readline() for child in started))
    assert set(marks) <= await LocalProcesses().marks()
    assert await LocalProcesses().end_marked(mark) == 3
    assert set(marks) & await LocalProcesses().marks() == {f"{mark}-other"}
    assert [is_alive(child.pid) for child in started] == [False, False, False, True]
    for child in started:
        await child.end()


async def test_nothing_carries_a_mark_that_nobody_was_given(mark: str) -> None:
    assert await LocalProcesses().end_marked(mark) == 0


async def test_a_start_that_is_cancelled_leaves_nothing(
    processes: LocalProcesses, tmp_path: Path, mark: str
) -> None:
    starting = asyncio.create_task(
        processes.start(["sh", "-c", "cat hold"], cwd=str(tmp_path), env=ENVIRONMENT, mark=mark)
    )
    await asyncio.sleep(0)  # it has begun, and waits for the first of its streams
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert await processes.end_marked(mark) == 0


async def test_an_end_that_is_cancelled_is_an_end_in_a_hurry(shell: Shell) -> None:
    child = await shell(STUBBORN)
    await child.stdout.readline()
    ending = asyncio.create_task(child.end(grace=3600))
    await asyncio.sleep(0)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert not is_alive(child.pid)
    assert await child.end() == -signal.SIGKILL


async def test_two_may_wait_and_two_may_end(shell: Shell) -> None:
    child = await shell("echo; exec cat hold")
    await child.stdout.readline()
    codes = await asyncio.gather(child.wait(), child.end(), child.end(), child.wait())
    assert set(codes) == {-signal.SIGTERM}


async def test_output_that_nobody_reads_does_not_keep_it_from_its_end(shell: Shell) -> None:
    child = await shell("yes")
    assert await child.end() == -signal.SIGTERM


async def test_input_that_it_does_not_take_does_not_keep_it_from_its_end(shell: Shell) -> None:
    child = await shell("echo; exec cat hold")
    await child.stdout.readline()
    child.stdin.write(b"x" * 1_000_000)
    assert await child.end() == -signal.SIGTERM


async def test_many_start_and_end_at_once(shell: Shell, mark: str) -> None:
    started = await asyncio.gather(
        *(shell("setsid cat hold & echo; exec cat hold", mark=f"{mark}/{n}") for n in range(20))
    )
    await asyncio.gather(*(child.stdout.readline() for child in started))
    await asyncio.gather(*(child.end() for child in started))
    assert await LocalProcesses().end_marked(mark) == 0


# ── What cannot be started ──────────────────────────────────────────────────────────────────────────────────────────


async def refusal(processes: LocalProcesses, argv: list[str], cwd: Path) -> str:
    with pytest.raises(Unstartable) as caught:
        await processes.start(argv, cwd=str(cwd), env=ENVIRONMENT, mark="m")
    return str(caught.value)


async def test_a_program_that_is_not_installed(processes: LocalProcesses, tmp_path: Path) -> None:
    said = await refusal(processes, ["no-such-program"], tmp_path)
    assert said == "no-such-program is not installed, or not on the PATH that the server was started with"


async def test_a_program_that_is_not_there(processes: LocalProcesses, tmp_path: Path) -> None:
    assert await refusal(processes, ["./none"], tmp_path) == "./none cannot be started: it is not there"


async def test_a_script_whose_interpreter_is_not_there(processes: LocalProcesses, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/no/such/program\n")
    script.chmod(0o755)
    said = await refusal(processes, [str(script)], tmp_path)
    assert said == f"{script} cannot be started: the program that its first line names is not there"


async def test_a_file_that_is_no_program(processes: LocalProcesses, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("hello")
    said = await refusal(processes, [str(file)], tmp_path)
    assert said == f"{file} cannot be started: it is no program that this user may run"
    file.chmod(0o755)
    assert "format" in await refusal(processes, [str(file)], tmp_path)


@pytest.mark.parametrize(("name", "why"), [("gone", "is not there"), ("hold", "is no folder")])
async def test_a_folder_that_cannot_be_entered(
    processes: LocalProcesses, tmp_path: Path, name: str, why: str
) -> None:
    said = await refusal(processes, ["sh"], tmp_path / name)
    assert said == f"sh cannot be started: its folder {tmp_path / name} {why}"


async def test_an_argument_that_no_system_takes(processes: LocalProcesses, tmp_path: Path) -> None:
    assert "null byte" in await refusal(processes, ["sh", "a\0b"], tmp_path)


async def test_whose_pipes_are_closed_has_said_its_last_words(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvloop leaves a pipe open when its other side is closed; waiting for it to close would be waiting in vain."""
    monkeypatch.setattr(children, "_LAST_WORDS", 3600)
    child = await shell("cat")
    async with asyncio.timeout(20):
        await child.end()
