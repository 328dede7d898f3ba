"""`kanbanai.ports.AgentDriver`: starts agents that speak the Agent Client Protocol, and looks for them."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

import msgspec

from kanbanai.adapters.agents import failures
from kanbanai.adapters.agents.presets import preset_of
from kanbanai.adapters.agents.programs import Programs, version_of
from kanbanai.adapters.agents.setups import Setup, environment_of, setup_of
from kanbanai.adapters.agents.wire import READ_AHEAD
from kanbanai.domain.agents import Agent, AgentFinding
from kanbanai.domain.errors import AgentUnusable, Unavailable, Unstartable
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Ask, Launch, Update
from kanbanai.ports import AgentListener, AgentSession, Clock, Processes

if TYPE_CHECKING:
    from kanbanai.adapters.agents.session import Patience, Session


class AcpDriver:
    """Runs the agents of the catalogue by their presets, and those that people added by what they said."""

    def __init__(
        self,
        processes: Processes,
        *,
        clock: Clock,
        environment: Mapping[str, str],
        folders: Sequence[Path] = (),
        patience: Patience | None = None,
    ) -> None:
        self._processes = processes
        self._clock = clock
        self._environment = environment
        self._programs = Programs(environment, folders)
        self._patience = patience

    async def open(self, launch: Launch, listener: AgentListener) -> AgentSession:
        return await self._begin(launch, listener)

    async def look(self, agent: Agent, *, deeply: bool) -> AgentFinding:
        preset = preset_of(agent)
        setup = setup_of(agent, {})
        program = self._programs.find(setup.argv[0])
        if program is None:
            problem = failures.not_installed(agent, preset, setup.argv[0])
            return AgentFinding(agent=agent.key, installed=False, problem=problem, hint=preset.install)
        version = None
        if preset.version:
            argv = [program, *(setup.argv[1:3] if agent.key == "DEMO" else ())]
            env = self._environment_of(agent, setup)
            version = await version_of(self._processes, argv, env=env, mark=_look_mark(agent))
        login: Literal["ok", "unknown"] = "unknown" if preset.needs_login else "ok"
        found = AgentFinding(agent=agent.key, installed=True, version=version, login=login)
        return await self._looked_at(agent, found) if deeply else found

    async def last_turn(self, transcript: str) -> Sequence[tuple[Timestamp, Update]]:
        return await asyncio.to_thread(_last_turn, Path(transcript))

    async def _looked_at(self, agent: Agent, found: AgentFinding) -> AgentFinding:
        """Opens a session in an empty folder: the only way in which they all tell whether they are logged in."""
        preset = preset_of(agent)
        with tempfile.TemporaryDirectory(prefix="kanbanai-look-", ignore_cleanup_errors=True) as folder:
            launch = Launch(
                agent=agent,
                mark=_look_mark(agent),
                cwd=folder,
                config={},
                session_id=None,
                transcript=str(Path(folder) / "transcript.jsonl"),
            )
            try:
                session = await self._begin(launch, _Deaf())
            except AgentUnusable as error:
                missing = isinstance(error, failures.NotLoggedIn)
                return msgspec.structs.replace(
                    found,
                    login="missing" if missing else found.login,
                    problem=error.detail,
                    hint=preset.login if missing else None,
                )
            try:
                logged_out = session.login == "none"
                return msgspec.structs.replace(
                    found,
                    login="missing" if logged_out else "ok" if session.login else found.login,
                    problem=failures.not_logged_in(agent, preset) if logged_out else None,
                    hint=preset.login if logged_out else None,
                    images=session.takes_images,
                    resume=session.can_resume,
                    modes=session.offers.names("mode"),
                    models=session.offers.names("model"),
                )
            finally:
                await session.close()

    async def _begin(self, launch: Launch, listener: AgentListener) -> Session:
        # The protocol's library takes half a second to load: not when the server starts, and not on its loop.
        session_module = await asyncio.to_thread(_load)
        agent = launch.agent
        setup = setup_of(agent, launch.config)
        program = self._programs.find(setup.argv[0])
        if program is None:
            raise AgentUnusable(failures.not_installed(agent, preset_of(agent), setup.argv[0]))
        try:
            child = await self._processes.start(
                [program, *setup.argv[1:]],
                cwd=launch.cwd,
                env=self._environment_of(agent, setup),
                mark=launch.mark,
                limit=READ_AHEAD,
            )
        except Unstartable as error:
            raise AgentUnusable(f"{agent.label} cannot be started: {error.detail}") from error
        session: Session = session_module.Session(
            launch,
            setup,
            child,
            listener=listener,
            clock=self._clock,
            patience=self._patience or session_module.Patience(),
        )
        try:
            await session.begin()
        except BaseException:
            await session.close()
            raise
        return session

    def _environment_of(self, agent: Agent, setup: Setup) -> dict[str, str]:
        return {**environment_of(agent, setup, self._environment), "PATH": self._programs.path}


def _look_mark(agent: Agent) -> str:
    """Of a look's own: its end must not end that of another server on this machine."""
    return f"look/{agent.key}/{secrets.token_hex(8)}"


def _load() -> ModuleType:
    from kanbanai.adapters.agents import session

    return session


def _last_turn(transcript: Path) -> Sequence[tuple[Timestamp, Update]]:
    from kanbanai.adapters.agents.last_turn import last_turn

    try:
        return last_turn(transcript)
    except OSError as error:
        raise Unavailable(f"The transcript {transcript} cannot be read: {error.strerror}") from error


class _Deaf:
    """Who looks at an agent does not want to hear what it says."""

    def hear(self, update: Update) -> None:
        pass

    async def room(self) -> None:
        pass

    async def ask(self, ask: Ask) -> str | None:  # noqa: ARG002  (the port's signature)
        return None
