"""What the core asks of the world where agents work: processes, agents, worktrees, and who tells text as it is written.

Everything here is asynchronous and lives on the event loop. A method that is cancelled leaves nothing half done behind:
no process, no folder, no branch without an owner.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import IO, Literal, Protocol

import msgspec

from kanbanai.domain.agents import Agent, AgentFinding
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Ask, Launch, Prompt, TurnEnd, Update
from kanbanai.domain.worktrees import CommitMade, Identity, Login, NewWorktree, Salvage, WorktreeMade

# ── Processes ───────────────────────────────────────────────────────────────────────────────────────────────────────


class ChildProcess(Protocol):
    """A program that was started, in a group of its own, with pipes for its three streams."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> asyncio.StreamWriter: ...
    @property
    def stdout(self) -> asyncio.StreamReader: ...
    @property
    def stderr(self) -> asyncio.StreamReader: ...
    async def wait(self) -> int:
        """Its exit code; negative: the signal that ended it."""
        ...

    async def end(self, *, grace: float = 3.0) -> int:
        """Ends the group: asked first, forced after `grace` seconds; then whatever else carries its mark.

        When it returns no process of it is left. May be called again.
        """
        ...


class Processes(Protocol):
    """Starts programs, and finds again what was started.

    Each process carries a mark in its environment (`kanbanai.domain.environments.MARK`), which whatever it starts
    inherits, even in another group or session.
    """

    async def start(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        mark: str,
        limit: int = 65_536,
    ) -> ChildProcess:
        """Starts a program, found on the PATH of `env`. `limit`: bytes of the longest line its streams can be read by.

        Raises Unstartable, with a sentence that says why.
        """
        ...

    async def marks(self) -> set[str]:
        """The marks that processes of this machine carry now, whoever started them."""
        ...

    async def end_marked(self, mark: str) -> int:
        """Ends every process on this machine that carries the mark, or one that begins with it, and counts them."""
        ...


# ── Agents ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class AgentListener(Protocol):
    """Who hears an agent: the run of its attempt."""

    def hear(self, update: Update) -> None:
        """Takes the next update, in order. Never blocks."""
        ...

    async def room(self) -> None:
        """Returns when more may be said.

        The driver reads no further from its agent until then: a full inbox slows the agent, not the server.
        """
        ...

    async def ask(self, ask: Ask) -> str | None:
        """Puts a permission request to the people, and answers with the id of the chosen option.

        None: rejected for want of an answer (it expired, or the turn is over).
        """
        ...


class AgentSession(Protocol):
    """An agent that has been started and is ready for its first prompt."""

    @property
    def session_id(self) -> str:
        """The agent's own name for the session."""
        ...

    @property
    def has_context(self) -> bool:
        """Whether it was taken up again with all that was said before.

        False for a new one: also where the agent could not take up the one that was asked for.
        """
        ...

    @property
    def takes_images(self) -> bool: ...
    async def prompt(self, prompt: Prompt) -> TurnEnd:
        """One turn.

        Returns when the agent is done with it, every update of it has been heard, and every tool call that it left open
        has been closed. Never raises for what the agent does; that it dies, hangs up or speaks garbage is a failure
        with a sentence.
        """
        ...

    async def cancel(self) -> None:
        """Asks the agent to end the turn; `prompt` then returns soon, if the agent still hears."""
        ...

    async def close(self) -> None:
        """Ends the session and every process of it. When it returns nothing is left.

        May be called at any time, also while `prompt` waits (which then returns), and again.
        """
        ...


class AgentDriver(Protocol):
    """Runs agents."""

    async def open(self, launch: Launch, listener: AgentListener) -> AgentSession:
        """Starts an agent and opens its session, set up as the profile says.

        Raises AgentUnusable with a sentence that a person can act on: not installed (and how to install it), not logged
        in (and how to), it died, it speaks no protocol that we know, it did not answer in time.
        """
        ...

    async def look(self, agent: Agent, *, deeply: bool) -> AgentFinding:
        """Whether the agent is installed, and in which version.

        `deeply`: it is started to see whether it is logged in, and what it can do. Never raises: what is wrong is in
        the finding.
        """
        ...

    async def last_turn(self, transcript: str) -> Sequence[tuple[Timestamp, Update]]:
        """What an agent said in the turn that a transcript ends with, each with the time when it was heard.

        Of a long turn only the end, a transcript that is not there has none. Raises Unavailable when it cannot be read.
        """
        ...


class Scout(Protocol):
    """Knows what was found of the agents on this machine."""

    def findings(self) -> Mapping[str, AgentFinding]:
        """What was found last, by agent; agents that were not looked at yet are missing."""
        ...

    async def look(self, agent: Agent) -> AgentFinding:
        """Looks now, deeply, and tells everybody when it is newly found."""
        ...


# ── Worktrees ───────────────────────────────────────────────────────────────────────────────────────────────────────


Lender = Callable[[], Awaitable[Login | None]]
"""Answers with what git may log in with where it is not let in otherwise; None: there is nothing."""


class Worktrees(Protocol):
    """The worktrees of attempts and their branches, through the git program. Paths are absolute.

    Raises GitFailed when git refuses, with its words; NotARepository for a repository that is gone.
    """

    async def create(self, new: NewWorktree) -> WorktreeMade:
        """Makes a branch and a worktree for it.

        What exists already by that name is never taken over or overwritten: the branch gets a number behind it.
        Submodules and LFS files are there as in the repository. Raises NoCommits for a repository without any, Invalid
        for a base that it does not have. Leaves nothing behind when it fails.
        """
        ...

    async def clear_unfinished(self, path: str, *, repository: str) -> bool:
        """Takes away what `create` had made for this path when the server was killed in the middle of it.

        That is the folder and a branch of its own, which nobody has worked on. False: there is nothing unfinished.
        """
        ...

    async def put_away(
        self, path: str, *, repository: str, branch: str | None, name: str, base: str | None = None
    ) -> Salvage | None:
        """Removes a worktree and its branch; `branch` None: the one that it is on, if it is on any.

        What is nowhere else (uncommitted, untracked and unmerged work) is kept first under a ref that `name` is part
        of, and is what it answers with; with `base`, commits whose changes are all in that branch count as merged,
        which a squash does not show otherwise. A worktree that is gone already is no fault. Never follows a link out
        of the worktree.
        """
        ...

    async def is_there(self, path: str) -> bool:
        """Whether there is a worktree at this path that git can work in."""
        ...

    async def has_changes(self, path: str) -> bool:
        """Whether anything in the worktree is not committed: changed, added, untracked, deleted."""
        ...

    async def commit(
        self, path: str, *, message: str, identity: Identity, only: Sequence[str] | None = None
    ) -> CommitMade | None:
        """Commits everything in the worktree, the repository's hooks included; None: there was nothing to commit.

        `only`: nothing but these files, by their paths in the repository; those that are gone are named like others.
        The identity is used for this commit and written nowhere; where it is empty git's own configuration counts.
        Raises CommitRefused: a hook said no, nobody is known as the author, a merge is going on.
        """
        ...

    async def push(
        self,
        path: str,
        *,
        remote: str | None,
        branch: str,
        set_upstream: bool = True,
        may_rebase: bool = True,
    ) -> str:
        """Pushes the branch, sets its upstream, and answers with the remote.

        It logs in as the user's own git does; where GitHub does not let that in, as the account that is connected.

        `remote` None: the branch's own, else `origin`, else the only one. A push that the remote rejects is tried once
        more on top of what is there (if it `may_rebase` what is in the worktree), or in its place when all that is
        there was pushed from this very branch, which has been rebased since. Raises PushRejected, NotAuthenticated,
        Invalid for a remote that is not there.
        """
        ...

    def changes(self, path: str, *, base: str | None = None) -> AsyncGenerator[None]:
        """Yields when it has begun to watch, and whenever files in the worktree, its HEAD or the branch `base` changed.

        `base` is one of the repository or of a remote. A few times a second at most, and never for what git ignores.
        Ends when the worktree is gone.
        """
        ...


# ── Who is told, who runs ───────────────────────────────────────────────────────────────────────────────────────────


class Drafts(Protocol):
    """Tells text as it is written (RT8). Nothing of it is stored."""

    def tell_draft(self, board_id: BoardId, attempt: AttemptId, item: ItemId, text: str) -> None: ...
    def tell_proposal(self, board_id: BoardId, card_id: CardId, text: str) -> None: ...


class Runs(Protocol):
    """The attempts at work, as far as the edge has to know of them."""

    async def clear(self, attempt_ids: Sequence[AttemptId]) -> None:
        """Stops those of the attempts that are at work, waits for their end, and puts their worktrees away.

        Afterwards no agent, script or process of theirs is left, and what was nowhere else is saved. Raises Conflict
        when one was put to work again in the meantime, and what `Worktrees.put_away` raises.
        """
        ...


class Keepsakes(Protocol):
    """What is kept of attempts beside the store, and does not go by itself when they do."""

    async def kept(self) -> list[AttemptId]:
        """The attempts that anything is kept of."""
        ...

    async def forget(self, attempt_ids: Sequence[AttemptId]) -> None:
        """Removes all that is kept for these attempts."""
        ...


class Outputs(Keepsakes, Protocol):
    """What is too long for a conversation, whole, by the item it belongs to."""

    async def keep(self, attempt_id: AttemptId, item_id: ItemId, text: str) -> None:
        """Keeps the text in the place of what was kept for the item before."""
        ...

    async def read(self, attempt_id: AttemptId, item_id: ItemId, *, offset: int, limit: int) -> Slice | None:
        """A part of it, in bytes; None: nothing is kept for that item."""
        ...


class Transcripts(Keepsakes, Protocol):
    """The raw messages between the server and the agents, as they went over the wire."""

    def opened(self, attempt_id: AttemptId) -> IO[bytes] | None:
        """The attempt's transcript, to be read and closed; None: none is kept. It looks at the disk."""
        ...


class Slice(msgspec.Struct, frozen=True):
    """A part of a text: `data` begins at byte `offset` of `size`."""

    data: bytes
    offset: int
    size: int


class ScriptEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How a script ended. `stdout`, `stderr`: the last 32,768 characters of each; `ended_by`: not by itself."""

    exit_code: int | None
    stdout: str
    stderr: str
    ended_by: Literal["timeout", "stop"] | None = None


class Scripts(Protocol):
    """Runs the project's scripts in a worktree, by the user's own shell."""

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
        """Runs a script to its end, `patience` seconds at most.

        When it is cancelled, or takes longer, every process of it is ended before this returns. `on_output` is told
        what stdout and stderr show so far, a few times a second.
        """
        ...


Report = Callable[[Exception], None]
"""Hears of a fault in the background."""
Pause = Callable[[float], Awaitable[None]]
