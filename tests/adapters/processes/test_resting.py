"""A program that says a little again and again is read with rests, and nothing of it is lost or held up."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from kanbanai.adapters.processes.children import LocalProcesses
from kanbanai.adapters.processes.resting import LITTLE, REST, RestingTransport

pytestmark = pytest.mark.anyio

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


class Pipe:
    """A transport that keeps whether it is being read."""

    def __init__(self) -> None:
        self._is_read = True
        self.is_closed = False
        self.read_again = asyncio.Event()

    def pause_reading(self) -> None:
        self._is_read = False

    def resume_reading(self) -> None:
        assert not self.is_closed
        self._is_read = True
        self.read_again.set()

    def is_read(self) -> bool:
        return self._is_read

    def is_closing(self) -> bool:
        return self.is_closed


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


@pytest.fixture
async def resting(pipe: Pipe) -> RestingTransport:
    return RestingTransport(pipe)  # type: ignore[arg-type]  # as much of a transport as is used


async def test_a_rest_follows_a_little_that_came_soon_after_the_last(
    pipe: Pipe, resting: RestingTransport
) -> None:
    resting.has_read(10)
    assert pipe.is_read(), "the first words are heard at once, and what follows them may be an answer's end"
    began = asyncio.get_running_loop().time()
    resting.has_read(10)
    assert not pipe.is_read()
    await pipe.read_again.wait()
    assert asyncio.get_running_loop().time() - began >= REST * 0.9


async def test_one_who_says_much_is_read_without_a_rest(pipe: Pipe, resting: RestingTransport) -> None:
    for _ in range(5):
        resting.has_read(LITTLE)
    assert pipe.is_read()


async def test_a_reader_that_is_full_is_not_read_for_because_a_rest_is_over(
    pipe: Pipe, resting: RestingTransport
) -> None:
    resting.has_read(10)
    resting.has_read(10)
    resting.pause_reading()
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(REST * 2, over.set)
    await over.wait()
    assert not pipe.is_read()
    resting.resume_reading()
    assert pipe.is_read()


async def test_a_reader_that_has_room_again_does_not_cut_a_rest_short(
    pipe: Pipe, resting: RestingTransport
) -> None:
    resting.has_read(10)
    resting.has_read(10)
    resting.pause_reading()
    resting.resume_reading()
    assert not pipe.is_read()
    await pipe.read_again.wait()


async def test_a_pipe_that_was_closed_in_a_rest_is_left_alone(pipe: Pipe, resting: RestingTransport) -> None:
    resting.has_read(10)
    resting.has_read(10)
    pipe.is_closed = True
    resting.end()
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(REST * 2, over.set)
    await over.wait()
    assert not pipe.is_read()


async def test_everything_a_talkative_program_says_is_heard(tmp_path: Path) -> None:
    text = (
        "import sys\n"
        "for number in range(500):\n"
        "    print(number, flush=True)\n"
        "print('x' * 1_000_000)\n"
        "print('end')"
    )
    child = await LocalProcesses().start(
        [sys.executable, "-c", text], cwd=str(tmp_path), env=ENVIRONMENT, mark="m", limit=1 << 20
    )
    heard = await child.stdout.read()
    assert heard.decode().split() == [*map(str, range(500)), "x" * 1_000_000, "end"]
    assert await child.end() == 0
