"""A stage for runs: the real store in memory, and doubles of the world that do what a test tells them to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import Any

from kanbanai.adapters.brokers.local import LocalBroker
from kanbanai.domain.agents import Agent, AgentFinding
from kanbanai.domain.attempts import Attempt, AttemptStatus
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.events import AttemptStatusChanged
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId, ProfileId
from kanbanai.domain.log import Entry
from kanbanai.domain.settings import ProjectSettingsChanges
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Launch, Piece, Prompt, Settled, TurnEnd, Update
from kanbanai.domain.worktrees import CommitMade, Identity, NewWorktree, Salvage, WorktreeMade
from kanbanai.ports import AgentListener, ChildProcess, Reading, ScriptEnd, Slice
from kanbanai.runtime import orders
from kanbanai.runtime.devserver import DevServers
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.supervisor import Supervisor
from kanbanai.usecases import attempts, profiles, queries, settings
from kanbanai.usecases.attempts import NewAttempt
from tests.world import World


async def a_turn() -> None:
    """Lets everything that can go on do so for one turn of the loop."""
    await asyncio.sleep(0)


DONE = TurnEnd(reason="done")
Turn = Callable[["ScriptedSession", Prompt], Awaitable[TurnEnd]]


async def says_done(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
    """A turn in which the agent says one thing."""
    session.say(f"Done {len(session.prompts)}")
    return DONE


async def never_ends(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
    """A turn that goes on until it is cancelled."""
    session.say("Still at it")
    await session.cancelled.wait()
    session.say("Stopping")
    return TurnEnd(reason="cancelled")


async def is_deaf(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
    """A turn of an agent that does not hear that it is to stop; it ends when its process is ended."""
    await session.closed.wait()
    return TurnEnd(reason="failed", failure="It died")


class ScriptedSession:
    """An agent whose turns are functions."""

    has_context = False
    takes_images = False

    def __init__(self, driver: ScriptedDriver, launch: Launch, listener: AgentListener) -> None:
        self.session_id = launch.session_id or f"session-{len(driver.sessions) + 1}"
        self.has_context = launch.session_id is not None and driver.resumes
        self.launch = launch
        self.listener = listener
        self.prompts: list[Prompt] = []
        self.cancelled = asyncio.Event()
        self.closed = asyncio.Event()
        self.prompted = asyncio.Event()
        self._driver = driver
        self._keys = 0

    def say(self, text: str) -> None:
        self._keys += 1
        self.listener.hear(Piece(f"m{self._keys}", "message", text))
        self.listener.hear(Settled(f"m{self._keys}"))

    async def prompt(self, prompt: Prompt) -> TurnEnd:
        self.prompts.append(prompt)
        self.prompted.set()
        turn = self._driver.turns.pop(0) if self._driver.turns else says_done
        return await turn(self, prompt)

    async def cancel(self) -> None:
        self.cancelled.set()

    async def close(self) -> None:
        self.closed.set()


class ScriptedDriver:
    """Opens sessions. `turns` are used up one by one, whatever session asks; without any the agent says one thing."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.sessions: list[ScriptedSession] = []
        self.opened = asyncio.Event()
        self.failure: Exception | None = None
        self.transcripts: dict[str, list[tuple[Timestamp, Update]]] = {}
        self.unreadable: Exception | None = None
        self.resumes = True
        self.may_open = asyncio.Event()
        self.may_open.set()

    async def open(self, launch: Launch, listener: AgentListener) -> ScriptedSession:
        self.opened.set()
        await self.may_open.wait()
        if self.failure is not None:
            raise self.failure
        session = ScriptedSession(self, launch, listener)
        self.sessions.append(session)
        return session

    async def look(self, agent: Agent, *, deeply: bool) -> AgentFinding:
        return AgentFinding(agent=agent.key, installed=True)

    async def last_turn(self, transcript: str) -> Sequence[tuple[Timestamp, Update]]:
        if self.unreadable is not None:
            raise self.unreadable
        return self.transcripts.get(PurePosixPath(transcript).name, [])


class PaperWorktrees:
    """Worktrees that are names in a set."""

    def __init__(self) -> None:
        self.there: dict[str, str] = {}
        self.unfinished: set[str] = set()
        self.made: list[NewWorktree] = []
        self.log: list[str] = []
        self.failure: Exception | None = None
        self.stubborn: Exception | None = None
        self.is_dirty = True
        self.may_create = asyncio.Event()
        self.may_create.set()
        self.creating = asyncio.Event()
        self.may_put_away = asyncio.Event()
        self.may_put_away.set()
        self.putting_away = asyncio.Event()

    async def create(self, new: NewWorktree) -> WorktreeMade:
        self.creating.set()
        await self.may_create.wait()
        if self.failure is not None:
            raise self.failure
        assert new.path not in self.there
        self.there[new.path] = new.branch
        self.made.append(new)
        self.log.append(f"create {new.branch}")
        return WorktreeMade(new.path, new.branch, "c0ffee" * 6)

    async def put_away(
        self, path: str, *, repository: str, branch: str | None, name: str, base: str | None = None
    ) -> Salvage | None:
        self.putting_away.set()
        await self.may_put_away.wait()
        if self.stubborn is not None:
            raise self.stubborn
        self.there.pop(path, None)
        self.log.append(f"put away {name}")
        return None

    async def clear_unfinished(self, path: str, *, repository: str) -> bool:
        was_there = path in self.unfinished
        self.unfinished.discard(path)
        return was_there

    async def is_there(self, path: str) -> bool:
        return path in self.there

    async def has_changes(self, path: str) -> bool:
        return self.is_dirty

    async def commit(
        self, path: str, *, message: str, identity: Identity, only: Sequence[str] | None = None
    ) -> CommitMade | None:
        assert only is None
        if self.failure is not None:
            raise self.failure
        self.log.append(f"commit {message!r}")
        return CommitMade("f" * 40, "fffffff", message.partition("\n")[0]) if self.is_dirty else None

    async def push(
        self,
        path: str,
        *,
        remote: str | None,
        branch: str,
        set_upstream: bool = True,
        may_rebase: bool = True,
    ) -> str:
        self.log.append(f"push {branch}")
        return remote or "origin"

    def changes(self, path: str, *, base: str | None = None) -> AsyncGenerator[None]:
        raise NotImplementedError


class PaperScripts:
    """Scripts whose text says what they do: `exit N`, `wait` (until they are ended), or anything else, to succeed."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.started = asyncio.Event()
        self.release = asyncio.Event()

    async def run(
        self,
        text: str,
        *,
        stage: str,
        cwd: str,
        mark: str,
        patience: float,
        on_output: Callable[[str, str], None],
    ) -> ScriptEnd:
        self.ran.append(stage)
        on_output("begun\n", "")
        self.started.set()
        if text == "wait":
            await self.release.wait()
        code = int(text.removeprefix("exit ")) if text.startswith("exit ") else 0
        return ScriptEnd(exit_code=code, stdout="begun\nended\n", stderr="")


class NoProcesses:
    """A machine on which nothing is ever left over, and which knows what it was asked to end."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.carried: set[str] = set()

    async def start(self, argv: Sequence[str], **_: Any) -> ChildProcess:
        raise NotImplementedError

    async def marks(self) -> set[str]:
        return self.carried

    async def end_marked(self, mark: str) -> int:
        self.ended.append(mark)
        return 0


class KeptOutputs:
    """Outputs in a dict."""

    def __init__(self) -> None:
        self.texts: dict[ItemId, str] = {}

    async def kept(self) -> list[AttemptId]:
        raise NotImplementedError

    async def keep(self, attempt_id: AttemptId, item_id: ItemId, text: str) -> None:
        self.texts[item_id] = text

    async def read(self, attempt_id: AttemptId, item_id: ItemId, *, offset: int, limit: int) -> Slice | None:
        raise NotImplementedError

    async def forget(self, attempt_ids: Sequence[AttemptId]) -> None:
        raise NotImplementedError


class NoTerminals:
    """Terminals which know whose were to be closed."""

    def __init__(self) -> None:
        self.closed: list[tuple[CardId, str]] = []
        self.busy = True

    def is_busy(self, card_id: CardId) -> bool:
        return self.busy

    async def close_for(self, card_id: CardId, reason: str) -> bool:
        self.closed.append((card_id, reason))
        return False


class Saved:
    """What was saved of worktrees."""

    def __init__(self) -> None:
        self.list: list[Salvage] = []

    async def all(self, repository: str) -> list[Salvage]:
        return self.list


class Told:
    """Hears drafts."""

    def __init__(self) -> None:
        self.drafts: list[tuple[ItemId, str]] = []
        self.proposals: list[tuple[CardId, str]] = []

    def tell_draft(self, board_id: BoardId, attempt: AttemptId, item: ItemId, text: str) -> None:
        self.drafts.append((item, text))

    def tell_proposal(self, board_id: BoardId, card_id: CardId, text: str) -> None:
        self.proposals.append((card_id, text))


class Stage:
    """A board with a card, a supervisor that runs, and the world that it works with."""

    def __init__(self, world: World, broker: LocalBroker, *, limit: int) -> None:
        self.world = world
        self.broker = broker
        self.driver = ScriptedDriver()
        self.worktrees = PaperWorktrees()
        self.scripts = PaperScripts()
        self.processes = NoProcesses()
        self.outputs = KeptOutputs()
        self.terminals = NoTerminals()
        self.salvages = Saved()
        self.told = Told()
        self.faults: list[Exception] = []
        self.pauses: list[float] = []
        self.board = BoardId("")
        self.card = CardId("")
        self._rung = asyncio.Event()
        self.equipment = Equipment(
            store=world.store,
            driver=self.driver,
            worktrees=self.worktrees,
            scripts=self.scripts,
            processes=self.processes,
            outputs=self.outputs,
            terminals=self.terminals,  # type: ignore[arg-type]
            dev_processes=DevServers(
                world.store, self.scripts, world.clock, world.ids, report=self.faults.append
            ),
            salvages=self.salvages,  # type: ignore[arg-type]
            drafts=self.told,
            clock=world.clock,
            ids=world.ids,
            worktrees_dir=PurePosixPath("/worktrees"),
            transcripts_dir=PurePosixPath("/transcripts"),
            report=self.note,
            pause=self.pause,
        )
        self.supervisor = Supervisor(self.equipment, limit=limit)

    @classmethod
    @asynccontextmanager
    async def opened(cls, *, limit: int = 10) -> AsyncGenerator[Stage]:
        """A stage whose supervisor runs. At the end nothing may have gone wrong in the background."""
        faults: list[Exception] = []
        broker = LocalBroker(faults.append)
        world = World(on_commit=broker.ring)
        stage = cls(world, broker, limit=limit)
        stage.faults = faults
        try:
            stage.board = (await world.project()).board_id
            stage.card = await world.card(stage.board, "Retry uploads", description="Three times.")
            stage.supervisor.listen_to(broker)
            broker.listen(stage.hear)
            stage.begin()
            try:
                yield stage
            finally:
                await stage.end()
            assert stage.faults == []
        finally:
            world.store.close()

    def note(self, error: Exception) -> None:
        self.faults.append(error)

    def begin(self) -> None:
        self._task = asyncio.create_task(self.supervisor.run())

    async def end(self) -> None:
        """Ends the supervisor as the server does."""
        self._task.cancel()
        (outcome,) = await asyncio.gather(self._task, return_exceptions=True)
        assert isinstance(outcome, asyncio.CancelledError), outcome

    @asynccontextmanager
    async def restarted(self) -> AsyncGenerator[None]:
        """The server ends, once an agent or its worktree is at work; what is inside happens before it starts again."""
        while not self.driver.sessions and not self.worktrees.creating.is_set():
            await a_turn()
        if not self.worktrees.creating.is_set() or self.worktrees.may_create.is_set():
            await self.session()
        await self.end()
        yield
        self.begin()

    async def pause(self, seconds: float) -> None:
        """Waits for nothing that is short; what is long (the sweep) never comes."""
        self.pauses.append(seconds)
        if seconds >= 30:
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(0)

    def hear(self, entries: Sequence[Entry]) -> None:
        if any(entry.kind == AttemptStatusChanged.kind for entry in entries):
            self._rung.set()

    # ── what tests do ───────────────────────────────────────────────────────────────────────────────────────────────

    async def setting(self, **changes: Any) -> None:
        await self.world.run(settings.edit_project, self.board, ProjectSettingsChanges(**changes))

    async def start(self, **fields: Any) -> Attempt:
        new = NewAttempt(agent="CLAUDE_CODE", branch_name="wc/wc-1", **fields)
        return await self.world.run(attempts.queue, self.board, self.card, new)

    async def stop(self, attempt: Attempt) -> None:
        await self.world.run(attempts.stop, attempt.id)

    async def profile(self, **config: Any) -> ProfileId:
        """A profile of the agent that `start` starts."""
        made = await self.world.run(profiles.create, None, agent_key="CLAUDE_CODE", name="Own", config=config)
        return made.id

    async def planned(self, attempt: Attempt) -> str:
        """Where the attempt's worktree will be."""
        order = await self.world.read(orders.order, attempt.id)
        return order.worktree_path(self.equipment.worktrees_dir)

    async def until(self, is_met: Callable[[], Awaitable[bool]]) -> None:
        """Waits until it is so; looks again whenever the status of an attempt was said."""
        self._rung.clear()  # before the first look: what rings while that goes on has to be looked at again
        while not await is_met():
            await self._rung.wait()
            self._rung.clear()

    async def becomes(self, attempt: Attempt, *statuses: AttemptStatus) -> Attempt:
        """Waits until the attempt is in one of these statuses, and its run over if that one is an end."""
        while True:
            self._rung.clear()
            found = await self.world.read(queries.attempt, attempt.id)
            if found.status in statuses:
                return found
            await self._rung.wait()

    async def over(self, attempt: Attempt) -> Attempt:
        """Waits for the very end of the attempt's run."""
        for run in [run for run in self.supervisor._all if run.attempt_id == attempt.id]:
            await run.ended.wait()
        return await self.world.read(queries.attempt, attempt.id)

    async def ends(self, attempt: Attempt, status: AttemptStatus) -> Attempt:
        await self.becomes(attempt, status)
        return await self.over(attempt)

    async def session(self, number: int = 0) -> ScriptedSession:
        """The agent's session of that number, once it has been prompted."""
        while len(self.driver.sessions) <= number:
            self.driver.opened.clear()
            await self.driver.opened.wait()
            await asyncio.sleep(0)
        await self.driver.sessions[number].prompted.wait()
        return self.driver.sessions[number]

    async def conversation(self, attempt: Attempt) -> list[ConversationItem]:
        return await self.world.read(_conversation, attempt.id)

    async def texts(self, attempt: Attempt) -> list[str]:
        """What was said, as `role: text`, and each script as `stage: status`."""
        words = []
        for item in await self.conversation(attempt):
            who = getattr(item, "role", None) or getattr(item, "stage", None) or type(item).__name__
            words.append(f"{who}: {getattr(item, 'text', None) or getattr(item, 'status', None)}")
        return words

    async def log(self, attempt: Attempt) -> list[str]:
        lines = await self.world.read(lambda tx: tx.attempts.logs(attempt.id, limit=1000))
        return [line.message for line in lines or []]


def _conversation(tx: Reading, attempt_id: AttemptId) -> list[ConversationItem]:
    return tx.attempts.conversation(attempt_id, limit=1000) or []
