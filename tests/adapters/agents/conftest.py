"""A driver with real processes, and agents to run with it."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kanbanai.adapters.agents.driver import AcpDriver
from kanbanai.adapters.agents.session import Patience
from kanbanai.adapters.processes.children import LocalChild, LocalProcesses
from kanbanai.domain.agents import CATALOGUE, Agent, Program, added
from kanbanai.domain.updates import Launch
from kanbanai.ports import AgentSession
from tests.adapters.agents.doubles import Ear, WallClock

SCRIPTED = Path(__file__).with_name("scripted.py")


class Recorded(LocalProcesses):
    """The real processes, which remember what they were asked for."""

    def __init__(self) -> None:
        self.started: list[LocalChild] = []
        self.environments: list[Mapping[str, str]] = []

    async def start(
        self, argv: Sequence[str], *, cwd: str, env: Mapping[str, str], mark: str, limit: int = 65_536
    ) -> LocalChild:
        child = await super().start(argv, cwd=cwd, env=env, mark=mark, limit=limit)
        self.started.append(child)
        self.environments.append(env)
        return child


class Bench:
    """What a test starts agents with; each that it opened is closed at its end."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.tree.mkdir()
        self.transcript = folder / "transcripts" / "a.jsonl"
        self.processes = Recorded()
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "KANBANAI_DEMO_SPEED": "0",
            "KANBANAI_GITHUB_SECRET": "never told",
            "OPENAI_API_KEY": "sk-of-another",
        }
        self.mark = f"attempt-{uuid.uuid4()}"
        """Of its own: whatever carries it is ended with the session."""
        self.sessions: list[AgentSession] = []

    def driver(self, **patience: float) -> AcpDriver:
        return AcpDriver(
            self.processes,
            clock=WallClock(),
            environment=self.environment,
            patience=Patience(**{"last_words": 0.3, **patience}),
        )

    async def open(
        self, agent: Agent, ear: Ear, *, session: str | None = None, config: dict[str, Any] | None = None,
        **patience: float,
    ) -> AgentSession:  # fmt: skip
        launch = Launch(
            agent=agent, mark=self.mark, cwd=str(self.tree), config=config or {}, session_id=session,
            transcript=str(self.transcript),
        )  # fmt: skip
        opened = await self.driver(**patience).open(launch, ear)
        self.sessions.append(opened)
        return opened

    async def demo(self, ear: Ear, **more: Any) -> AgentSession:
        return await self.open(CATALOGUE["DEMO"], ear, **more)

    async def scripted(self, misbehaviour: str, ear: Ear, **more: Any) -> AgentSession:
        return await self.open(scripted_agent(misbehaviour), ear, **more)


def scripted_agent(misbehaviour: str) -> Agent:
    return added(
        "SCRIPTED", "The scripted agent", Program(command=sys.executable, args=(str(SCRIPTED), misbehaviour))
    )


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncGenerator[Bench]:
    made = Bench(tmp_path)
    yield made
    for session in made.sessions:
        await session.close()


Opener = Callable[..., Awaitable[AgentSession]]
