"""Talking to an agent: its session is opened, it is told one message after the other, and the session is closed.

All that it says meanwhile comes in through the `Inbox`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kanbanai.domain.attempts import LogLine
from kanbanai.domain.conversations import ConversationItem, Message
from kanbanai.domain.environments import run_mark
from kanbanai.domain.errors import KanbanError, Unprocessable
from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.domain.messages import QueuedMessage, item_of
from kanbanai.domain.retelling import retold
from kanbanai.domain.updates import Launch, Prompt, TurnEnd
from kanbanai.domain.usage import Usage, since
from kanbanai.ports import AgentSession, Reading
from kanbanai.runtime import orders
from kanbanai.runtime.asking import Asking
from kanbanai.runtime.equipment import Equipment
from kanbanai.runtime.gathering import Gathered
from kanbanai.runtime.inbox import Ends, Inbox, Tally
from kanbanai.runtime.journal import Journal
from kanbanai.runtime.orders import Order
from kanbanai.usecases import messages, permissions
from kanbanai.usecases.attempts import Batch

CANCEL_GRACE = 5.0
"""Seconds an agent has to end its turn by itself when it is asked to: the slowest of those measured took 0.3. What it
says in them (a summary, its last tool's output) is worth the wait; then its processes are ended."""
REMEMBERED = 400
"""Items of a conversation that are looked at when it has to be told again: more than fit in what is told."""


class AgentFailed(Unprocessable):
    """The agent's turn failed; the sentence is the agent's or its driver's."""

    code = "agent_failed"

    def __init__(self, detail: str, details: str | None = None) -> None:
        super().__init__(detail)
        self.details = details


class TurnCancelled(Exception):
    """The agent ended its turn because it was told to, though not by us: a refused permission does that to some."""


class Talk:
    """A run's conversation with its agent. `hear` of its `asking` has to be told how permission requests stand."""

    def __init__(self, equipment: Equipment, journal: Journal, order: Order, cwd: str, tally: Tally) -> None:
        self._equipment = equipment
        self._journal = journal
        self._order = order
        self._id = order.attempt.id
        self._cwd = cwd
        self._tally = tally
        self._is_new = True
        self.asking = Asking(journal, self._id, order.mode)

    async def run(self) -> None:
        """Tells the agent everything that waits in the queue, and returns when it is done with it and has been closed.

        Raises AgentUnusable when it cannot be started, AgentFailed and TurnCancelled for how a turn ended. When this is
        cancelled the agent is asked to end its turn, and is closed in any case. Nothing of it is left afterwards.
        """
        while (order := await self._session()) is not None:
            self._order = order  # with another profile: a session of its own

    # ── a session ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _session(self) -> Order | None:
        """One session. The order to go on with when a message wants another profile; None: all is said."""
        order, journal = self._order, self._journal
        self.asking = Asking(journal, self._id, order.mode)
        inbox = Inbox(
            Ends(self._recorder(), self._keep, self._tell, self.asking.ask),
            new_id=journal.new_item,
            now=journal.now,
            profile_id=order.profile.id if order.profile else None,
            tally=self._tally,
            pause=self._equipment.pause,
        )
        recording = asyncio.create_task(inbox.run(), name=f"recording {self._id}")
        session: AgentSession | None = None
        try:
            session = await self._open(inbox)
            return await self._turns(session, inbox, recording)
        finally:
            if session is not None:
                await session.close()
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)
            inbox.close()

    async def _open(self, inbox: Inbox) -> AgentSession:
        order = self._order
        attempt = await self._journal.read(lambda tx: tx.attempts.get(self._id)) or order.attempt
        words = f"resume session {attempt.session_id}" if attempt.session_id else "start"
        lines = [LogLine(f"[{order.agent.key}] {words}")]
        if order.profile is not None:
            name = f"{order.profile.name} ({order.profile.id})"
            lines.insert(0, LogLine(f"[profiles] using {name} for {order.agent.key}"))
        await self._journal.record(Batch(logs=tuple(lines)))
        launch = Launch(
            agent=order.agent,
            mark=run_mark(self._id),
            cwd=self._cwd,
            config=order.config,
            session_id=attempt.session_id,
            transcript=str(self._equipment.transcripts_dir / f"{self._id}.jsonl"),
        )
        session = await self._equipment.driver.open(launch, inbox)
        line = LogLine(f"[runner] recorded session id {session.session_id}")
        logs = (line,) if session.session_id != attempt.session_id else ()
        await self._journal.record(Batch(session_id=session.session_id, logs=logs))
        return session

    # ── its turns ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _turns(
        self, session: AgentSession, inbox: Inbox, recording: asyncio.Task[None]
    ) -> Order | None:
        knows = session.has_context
        end: TurnEnd | None = None
        while message := await self._journal.persist(messages.take_next, self._id):
            text = message.text if knows else await self._with_memory(message)
            knows = True
            await self._say_without_images(session, message)
            prompt = Prompt(text=text, images=message.images if session.takes_images else ())
            end = await self._turn(session, prompt, inbox, recording)
            self._judge(end)
            if (order := await self._other_profile()) is not None:
                return order
        if end is not None and end.reason == "cancelled":
            raise TurnCancelled
        return None

    async def _turn(
        self, session: AgentSession, prompt: Prompt, inbox: Inbox, recording: asyncio.Task[None]
    ) -> TurnEnd:
        loop = asyncio.get_running_loop()
        began = loop.time()
        speaking = asyncio.create_task(session.prompt(prompt), name=f"turn {self._id}")
        try:
            await asyncio.wait({speaking, recording}, return_when=asyncio.FIRST_COMPLETED)
            if recording.done():
                recording.result()  # it could not record; something that the agent said is lost
            return speaking.result()
        finally:
            if not speaking.done():
                await self._hush(session, speaking)
            if not recording.done():
                await inbox.settle()
                spent = Usage(work_ms=round((loop.time() - began) * 1000), turns=1)
                await self._journal.record(Batch(usage=spent))
                await self._journal.persist(permissions.cancel_pending, self._id)

    async def _hush(self, session: AgentSession, speaking: asyncio.Task[TurnEnd]) -> None:
        """Ends a turn from our side, whatever the agent does."""
        self.asking.lapse()  # who waits for a person does not hear
        cancelling = asyncio.create_task(session.cancel())
        await asyncio.wait({speaking}, timeout=CANCEL_GRACE)
        cancelling.cancel()
        await asyncio.gather(cancelling, return_exceptions=True)
        if not speaking.done():
            await session.close()
            await asyncio.wait({speaking})

    @staticmethod
    def _judge(end: TurnEnd) -> None:
        match end.reason:
            case "failed":
                raise AgentFailed(
                    end.failure or "The agent's turn failed, and it did not say why", end.details
                )
            case "refused":
                raise AgentFailed(end.failure or "The model refused to go on with this", end.details)
            case "limit":
                words = "The agent stopped at a limit of its model; send a message to let it go on"
                raise AgentFailed(end.failure or words, end.details)
            case "done" | "cancelled":
                return

    # ── what it is told ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _with_memory(self, message: QueuedMessage) -> str:
        """The message behind all that was said before, for a session that knows nothing of it."""
        said = await self._journal.read(_said, self._id, item_of(message.id))
        text = retold(said, message.text)
        if text != message.text:
            words = (
                f"{self._order.agent.label} could not take its session up again; "
                "it was told what was said and done before."
            )
            item_id = self._journal.new_item()
            await self._journal.item(
                Message(
                    id=item_id,
                    timestamp=self._journal.now(),
                    role="system",
                    text=words,
                    format="plaintext",
                    profile_id=None,
                )
            )
        return text

    async def _say_without_images(self, session: AgentSession, message: QueuedMessage) -> None:
        if message.images and not session.takes_images:
            words = f"[runner] {self._order.agent.label} takes no images; {len(message.images)} left out"
            await self._journal.log(words, "warn")

    async def _other_profile(self) -> Order | None:
        """The order for the next message, when that one names another profile than this session has."""
        order = await self._journal.read(orders.order, self._id)
        mine = self._order.profile.id if self._order.profile else None
        return order if order.profile is not None and order.profile.id != mine else None

    # ── where its words go ──────────────────────────────────────────────────────────────────────────────────────────

    def _recorder(self) -> Callable[[Gathered], Awaitable[None]]:
        """Records what one session says. What it has used in all becomes what came on top, which is what is added."""
        before: Usage | None = None

        async def record(gathered: Gathered) -> None:
            nonlocal before
            spent = None
            if gathered.usage is not None:
                spent, before = since(before, gathered.usage), gathered.usage
            batch = Batch(items=gathered.items, todos=gathered.todos, usage=spent, logs=gathered.logs)
            await self._journal.record(batch)

        return record

    async def _keep(self, item_id: ItemId, text: str) -> None:
        try:
            await self._equipment.outputs.keep(self._id, item_id, text)
        except (KanbanError, OSError) as error:
            # The conversation shows its end all the same; a full disk must not end the work.
            self._equipment.report(error)
            await self._journal.log(f"[runner] an output could not be kept whole: {error}", "warn")

    def _tell(self, item_id: ItemId, text: str) -> None:
        self._equipment.drafts.tell_draft(self._order.attempt.board_id, self._id, item_id, text)


def _said(tx: Reading, attempt_id: AttemptId, but: ItemId) -> list[ConversationItem]:
    found = tx.attempts.conversation(attempt_id, limit=REMEMBERED) or []
    return [item for item in found if item.id != but]
