"""`kanbanai.ports.Writers`: who writes what now, how many at once, and what becomes of it.

    asked for ► commission (one view of the store) ► waits for room ► a copy of the project ► an agent ► its answer read

Each writing is a task of its own, which goes on when nobody waits for it and ends when it is called off, when its card
or its project goes, or when the server does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from kanbanai.domain import pull_summaries, ticket_texts
from kanbanai.domain.cards import Image
from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.environments import WRITING, writing_mark
from kanbanai.domain.errors import Cancelled, Conflict, KanbanError, NotFound, Unavailable, WritingFailed
from kanbanai.domain.events import CardDeleted, CardEnhancement, ProjectDeleted
from kanbanai.domain.ids import CardId, ProjectId
from kanbanai.domain.log import Entry
from kanbanai.domain.pull_summaries import BranchWork
from kanbanai.domain.updates import Launch, Prompt
from kanbanai.domain.writing import Choice, PullRequested, PullSummary, TicketDraft
from kanbanai.ports import Branches, Broker, Copies, Copy
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.journal import persisted
from kanbanai.runtime.oneshots import OneShots, Sheet, unread
from kanbanai.usecases import enhancements, writers
from kanbanai.usecases.writers import Commission, TicketCommission

T = TypeVar("T")

AT_ONCE = 3
"""Agents that write at a time, beside those at work on attempts: each takes 150 to 500 MB, for half a minute."""
MAX_WAITING = 100
"""Texts that may be waited for: half an hour's work. More is a loop that posts."""
UNEXPECTED = "Something went wrong in the server while the text was written; the server's log says what"
_HEARD = frozenset({CardDeleted.kind, CardEnhancement.kind, ProjectDeleted.kind})


class _Task(msgspec.Struct, frozen=True, kw_only=True):
    """What one agent is to write. `commit`: the files it may look at; `prompt`: its words, given the folder."""

    who: Commission
    commit: Callable[[], Awaitable[str | None]]
    prompt: Callable[[Copy], str]
    images: tuple[Image, ...] = ()


class LiveWriting(Generic[T]):
    """`kanbanai.ports.Writing`: one task, and the sheet that it fills."""

    def __init__(self, project_id: ProjectId, card_id: CardId | None, sheet: Sheet) -> None:
        self.project_id = project_id
        self.card_id = card_id
        self.sheet = sheet
        self._task: asyncio.Task[T]
        self._is_called_off = False

    def go_on_with(self, task: asyncio.Task[T]) -> None:
        """The task that writes, which has not begun yet."""
        self._task = task

    def pieces(self) -> AsyncGenerator[str]:
        """See `Writing`."""
        return self.sheet.pieces()

    async def text(self) -> T:
        """See `Writing`."""
        await asyncio.wait({self._task})
        if self._task.cancelled():
            raise Cancelled("The writing was called off before it was done")
        return self._task.result()

    async def call_off(self) -> None:
        """See `Writing`."""
        self.sheet.close()
        if not self._is_called_off:
            self._is_called_off = True
            self._task.cancel()
        await asyncio.wait({self._task})


class AgentWriters:
    """Writers that are agents of this machine. `limit` write at once."""

    def __init__(
        self,
        equipment: Equipment,
        copies: Copies,
        branches: Branches,
        *,
        limit: int = AT_ONCE,
        one_shots: OneShots | None = None,
    ) -> None:
        self._equipment = equipment
        self._store = equipment.store
        self._copies = copies
        self._branches = branches
        self._one_shots = one_shots or OneShots(equipment.driver, equipment.processes)
        self._room = asyncio.Semaphore(limit)
        self._going_on: set[LiveWriting[Any]] = set()
        self._of_cards: dict[CardId, LiveWriting[Any]] = {}
        self._endings: set[asyncio.Task[None]] = set()
        self._is_closed = False

    # ── the port ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def ticket(
        self, project_id: ProjectId, draft: TicketDraft, choice: Choice
    ) -> LiveWriting[Suggestion]:
        """See `Writers`."""
        commission = await self._store.read(writers.ticket, project_id, draft, choice)
        return self._begin(project_id, None, lambda sheet: self._ticket(commission, sheet))

    async def enhance(self, project_id: ProjectId, card_id: CardId, choice: Choice) -> None:
        """See `Writers`."""
        commission = await self._store.read(writers.card, project_id, card_id, choice)
        if card_id in self._of_cards:
            raise Conflict("The text of this card is being rewritten already")
        self._refuse_flood()
        begun = asyncio.Event()

        async def work(sheet: Sheet) -> None:
            await begun.wait()
            await self._proposal(project_id, card_id, commission, sheet)

        # In its place before anything is waited for: who asks again meanwhile is refused.
        writing = self._begin(project_id, card_id, work)
        try:
            await self._store.run(enhancements.begin, project_id, card_id)
        except BaseException:
            await writing.call_off()
            raise
        begun.set()

    async def call_off(self, project_id: ProjectId, card_id: CardId) -> None:
        """See `Writers`."""
        writing = self._of_cards.get(card_id)
        if writing is not None and writing.project_id == project_id:
            await writing.call_off()

    async def summary(
        self, project_id: ProjectId, asked: PullRequested, choice: Choice
    ) -> LiveWriting[PullSummary]:
        """See `Writers`."""
        commission = await self._store.read(writers.pull_request, project_id, asked, choice)
        repository = commission.who.project.repository_path
        remote = commission.who.settings.preferred_remote
        branch = commission.branch or await self._branches.head(repository)
        if branch is None:
            raise Conflict("Branch name missing: the project's folder is on no branch, so name one")
        work = await self._branches.work(repository, branch, commission.base, remote)
        if not work.messages:
            raise Conflict(
                f"{branch} has no commits that {commission.base} has not, so there is nothing to describe"
            )
        card, who = commission.card, commission.who
        task = _Task(
            who=who,
            commit=lambda: _known(work),
            prompt=lambda copy: pull_summaries.prompt(
                work, card, who.guidance, who.appended, missing=copy.missing
            ),
        )

        async def write(sheet: Sheet) -> PullSummary:
            await self._write(task, sheet)
            found = pull_summaries.summary(sheet.messages, card.github_issue if card else None)
            if found is None:
                raise unread(who.agent.label, sheet)
            return found

        return self._begin(project_id, None, write)

    async def close(self) -> None:
        """See `Writers`."""
        self._is_closed = True
        await self._end([*self._going_on])

    # ── what goes, and with it what is written for it ───────────────────────────────────────────────────────────────

    def listen_to(self, broker: Broker) -> None:
        """From now on hears what the broker rings."""
        broker.listen(self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        """Takes committed entries, in order of commit. What does not concern it costs a look-up."""
        for entry in entries:
            if entry.kind not in _HEARD:
                continue
            event = entry.event
            match event:
                case CardDeleted(card_id=card_id) | CardEnhancement(card_id=card_id, status=None):
                    self._end_later(one for one in self._going_on if one.card_id == card_id)
                case ProjectDeleted(project_id=project_id):
                    self._end_later(one for one in self._going_on if one.project_id == project_id)
                case _:
                    continue

    def _end_later(self, writings: Iterable[LiveWriting[Any]]) -> None:
        found = [*writings]
        for one in found:
            one.sheet.close()  # at once: viewers have just been told that it is over
        ending = asyncio.ensure_future(self._end(found))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    @staticmethod
    async def _end(writings: list[LiveWriting[Any]]) -> None:
        await asyncio.gather(*(one.call_off() for one in writings))

    # ── what the last server left ───────────────────────────────────────────────────────────────────────────────────

    async def recover(self) -> int:
        """Puts right what a server that was killed left, before anything is written; how many proposals that were.

        Its agents are ended, its copies removed, and what it had begun to write is said to have failed.
        """
        for mark in sorted(await self._equipment.processes.marks()):
            match mark.split("/"):
                case [first, project, _] if first == WRITING and await self._knows(ProjectId(project)):
                    await self._equipment.processes.end_marked(mark)
                case _:
                    continue
        await self._copies.clear()
        return await self._store.run(enhancements.reconcile)

    async def _knows(self, project_id: ProjectId) -> bool:
        """Whether the project is one of this server's: another one on this machine has agents of its own."""
        return await self._store.read(lambda tx: tx.projects.get(project_id)) is not None

    # ── one writing ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _refuse_flood(self) -> None:
        if self._is_closed:
            raise Unavailable("The server is shutting down")
        if len(self._going_on) >= MAX_WAITING:
            raise Unavailable(
                f"{len(self._going_on)} texts are being written or wait already; try again later"
            )

    def _begin(
        self, project_id: ProjectId, card_id: CardId | None, work: Callable[[Sheet], Awaitable[T]]
    ) -> LiveWriting[T]:
        self._refuse_flood()
        sheet = Sheet(self._equipment.pause)
        writing: LiveWriting[T] = LiveWriting(project_id, card_id, sheet)

        async def live() -> T:
            try:
                return await work(sheet)
            except (KanbanError, asyncio.CancelledError):
                raise
            except Exception as error:
                self._equipment.report(error)
                raise WritingFailed(UNEXPECTED) from error
            finally:
                sheet.close()

        task = asyncio.create_task(live(), name=f"writing for {card_id or project_id}")
        writing.go_on_with(task)
        self._note(writing, task)
        return writing

    def _note(self, writing: LiveWriting[T], task: asyncio.Task[T]) -> None:
        self._going_on.add(writing)
        if writing.card_id is not None:
            self._of_cards[writing.card_id] = writing

        def over(task: asyncio.Task[T]) -> None:
            self._going_on.discard(writing)
            if writing.card_id is not None:
                del self._of_cards[writing.card_id]
            if not task.cancelled():
                task.exception()  # who waits is told it; where nobody does, it is no fault of the loop's

        task.add_done_callback(over)

    async def _ticket(self, commission: TicketCommission, sheet: Sheet) -> Suggestion:
        who, draft = commission.who, commission.draft
        settings = who.settings

        def files() -> Awaitable[str | None]:
            return self._branches.commit(
                who.project.repository_path, settings.base_branch, settings.preferred_remote
            )

        def prompt(copy: Copy) -> str:
            return ticket_texts.prompt(draft, who.guidance, who.appended, missing=copy.missing)

        await self._write(_Task(who=who, commit=files, prompt=prompt, images=draft.images), sheet)
        found = ticket_texts.suggestion(sheet.messages)
        if found is None:
            raise unread(who.agent.label, sheet)
        return found

    async def _proposal(
        self, project_id: ProjectId, card_id: CardId, commission: TicketCommission, sheet: Sheet
    ) -> None:
        """Writes a card's proposal, told as it is written, and notes what became of it."""
        telling = asyncio.ensure_future(self._tell(project_id, card_id, sheet))
        outcome: Suggestion | str
        try:
            outcome = await self._ticket(commission, sheet)
        except KanbanError as error:
            outcome = error.detail
        except Exception as error:  # noqa: BLE001 - whatever it is, the card must not stay at it for ever
            self._equipment.report(error)
            outcome = UNEXPECTED
        finally:
            sheet.close()
            await _told(telling)
        store, pause = self._store, self._equipment.pause
        try:
            if isinstance(outcome, str):
                await persisted(store, pause, enhancements.fail, project_id, card_id, outcome)
            else:
                await persisted(store, pause, enhancements.finish, project_id, card_id, outcome)
        except NotFound:
            return  # the project is gone; there is nobody to tell
        except KanbanError as error:
            self._equipment.report(error)  # nobody waits for this; the next start says that it failed

    async def _tell(self, project_id: ProjectId, card_id: CardId, sheet: Sheet) -> None:
        async for text in sheet.pieces():
            self._equipment.drafts.tell_proposal(project_id, card_id, text)

    async def _write(self, task: _Task, sheet: Sheet) -> None:
        who = task.who
        mark = writing_mark(who.project.id, self._equipment.ids.new(""))
        async with self._room:
            commit = await task.commit()
            async with self._copies.copy(who.project.repository_path, commit) as copy:
                launch = Launch(
                    agent=who.agent,
                    mark=mark,
                    cwd=copy.path,
                    config=who.config,
                    session_id=None,
                    transcript=copy.transcript,
                )
                await self._one_shots.write(launch, Prompt(text=task.prompt(copy), images=task.images), sheet)


async def _known(work: BranchWork) -> str | None:
    return work.commit


async def _told(telling: asyncio.Task[None]) -> None:
    """Waits for the last piece to be told; when this is called off meanwhile, the telling ends with it."""
    try:
        await telling
    finally:
        telling.cancel()
