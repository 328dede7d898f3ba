"""Programs to start, and what is left of them."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kanbanai.adapters.processes.children import LocalChild, LocalProcesses

ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
"""Without a home: what the files of whoever runs this make a login shell do is not ours to test."""

_KINDS = ("pipe:", "anon_inode:[pidfd]", "/dev/pt")


def is_alive(pid: int) -> bool:
    """Whether there is such a process that is not over."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def descriptors() -> set[tuple[int, str]]:
    """The open files of the kinds that take part in starting programs; an event loop comes and goes with others."""
    found = set()
    for file in Path("/proc/self/fd").iterdir():
        try:
            target = str(file.readlink())
        except FileNotFoundError:
            continue
        if target.startswith(_KINDS):
            found.add((int(file.name), target))
    return found


def children() -> set[int]:
    """The processes that this one has started and not waited for, those that are over too."""
    own = str(os.getpid())
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if stat.rpartition(")")[2].split()[1] == own:
                found.add(int(folder.name))
    return found


class Kept(LocalProcesses):
    """Processes that a test may leave when it fails."""

    def __init__(self) -> None:
        self.started: list[LocalChild] = []

    async def start(self, *arguments: Any, **options: Any) -> LocalChild:
        child = await super().start(*arguments, **options)
        self.started.append(child)
        return child


@pytest.fixture
async def processes() -> AsyncIterator[LocalProcesses]:
    processes = Kept()
    yield processes
    for child in processes.started:
        await child.end(grace=0)


@pytest.fixture
async def leaves_nothing() -> AsyncIterator[None]:
    """Fails a test after which a child or an open file is left."""
    before = descriptors(), children()
    yield
    assert descriptors() == before[0]
    assert children() == before[1]


@pytest.fixture
def shell(processes: LocalProcesses, tmp_path: Path) -> Callable[..., object]:
    """Starts `sh -c <text>`."""

    async def start(text: str, *, mark: str = "att-1", env: Mapping[str, str] = ENVIRONMENT) -> LocalChild:
        return await processes.start(["sh", "-c", text], cwd=str(tmp_path), env=env, mark=mark)

    return start
