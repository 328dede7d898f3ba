"""An agent at work: one program with one session, from its start to the end of everything it started."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from acp import RequestError
from acp.connection import Connection
from acp.meta import AGENT_METHODS, CLIENT_METHODS

from kanbanai.adapters.agents import failures, values
from kanbanai.adapters.agents.offers import Offers
from kanbanai.adapters.agents.opening import Opening
from kanbanai.adapters.agents.presets import preset_of
from kanbanai.adapters.agents.setups import Setup
from kanbanai.adapters.agents.stderr import LastWords
from kanbanai.adapters.agents.transcript import Transcript
from kanbanai.adapters.agents.translate import Translation
from kanbanai.adapters.agents.wire import Json, Wire
from kanbanai.domain.errors import AgentUnusable
from kanbanai.domain.updates import Ask, Launch, Notice, Prompt, TurnEnd, Update
from kanbanai.ports import AgentListener, ChildProcess, Clock

MAX_NOTICES = 50
"""Notices of one session: an agent that speaks another dialect would fill its conversation with them. The transcript
has all that they are about."""


class Patience(msgspec.Struct, frozen=True):
    """How long an agent is waited for, in seconds.

    `start`: until it is ready for its first prompt; the slowest measured took 5 seconds, more on a busy machine.
    `silence`: until a turn in which it says nothing, and no tool of it is at work, is remarked on: some try a model
    that fails for minutes without a word (OpenCode for one, Gemini for four). `last_words`: for the end of a turn that
    is cancelled because the session closes, and for the session's own end.
    """

    start: float = 60.0
    silence: float = 60.0
    last_words: float = 2.0


class Session:
    """`kanbanai.ports.AgentSession` over one child process. Made by the driver; `begin` comes first."""

    def __init__(
        self,
        launch: Launch,
        setup: Setup,
        child: ChildProcess,
        *,
        listener: AgentListener,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self._agent = launch.agent
        self._preset = preset_of(launch.agent)
        self._child = child
        self._listener = listener
        self._clock = clock
        self._patience = patience
        self._listens = False
        """Not before the first prompt: what comes until then of a session taken up again is a replay."""
        self._notices = 0
        later = asyncio.get_running_loop().call_soon
        self._transcript = Transcript(
            launch.transcript, clock, later=later, on_fault=self._miss_the_transcript
        )
        self._translation = Translation(launch.cwd)
        self._stderr = LastWords(child.stderr)
        self._draining = asyncio.create_task(self._stderr.drain(), name="agent-stderr")
        self._connection = Connection(self._serve, Wire(child, self._transcript, self))
        self._opening = Opening(launch, setup, self._connection.send_request, self._hear)
        self.login: str | None = None
        """The kind of login that the agent told of beside the protocol; `none`: it is not logged in."""
        self._turn: asyncio.Event | None = None
        self._cancelled = asyncio.Event()
        self._rejected = False
        self._waiting = 0
        self._heard_at = 0.0
        self._noise = 0
        self._closing: asyncio.Task[None] | None = None

    # ── The port ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def session_id(self) -> str:
        return self._opening.session_id

    @property
    def has_context(self) -> bool:
        return self._opening.has_context

    @property
    def takes_images(self) -> bool:
        return self._opening.takes_images

    @property
    def can_resume(self) -> bool:
        """Whether it can take up a session again."""
        return self._opening.way_back is not None

    @property
    def offers(self) -> Offers:
        """What there is to choose."""
        return self._opening.offers

    async def prompt(self, prompt: Prompt) -> TurnEnd:
        if self._closing is not None:
            return TurnEnd(reason="cancelled")
        self._translation.turn_begins()
        self._cancelled.clear()
        self._rejected = False
        self._listens = True
        self._turn = asyncio.Event()
        watch = asyncio.create_task(self._watch_silence(), name="agent-silence")
        reply: Any = None
        try:
            reply = await self._call("session_prompt", prompt=_blocks(prompt, images=self.takes_images))
            end = failures.of_reply(self._agent, reply, self._translation.failed)
        except RequestError as error:
            sentence = failures.of_error(self._agent, self._preset, error.code, str(error), error.data)
            end = TurnEnd(reason="failed", failure=sentence, details=self._details(error.data))
        except ConnectionError:
            end = await self._death()
        finally:
            watch.cancel()
            self._turn.set()
        if end.reason == "failed" and self._cancelled.is_set():
            # What went wrong because it was stopped is no failure of its own.
            end = TurnEnd(reason="cancelled", details=end.failure)
        elif end.reason == "cancelled" and self._rejected and not self._cancelled.is_set():
            # Codex takes a rejection as the end of its turn.
            self._hear(
                Notice("info", f"{self._agent.label} ended its turn, because what it asked for was rejected")
            )
            end = TurnEnd(reason="done")
        stopped = end.reason == "cancelled"
        for update in self._translation.turn_ends(reply, self._clock.now(), cancelled=stopped):
            self._listener.hear(update)
        return end

    async def cancel(self) -> None:
        self._cancelled.set()
        self._translation.turn_is_stopped()
        if not self.session_id:
            return
        with contextlib.suppress(ConnectionError):
            await self._connection.send_notification(
                AGENT_METHODS["session_cancel"], {"sessionId": self.session_id}
            )

    async def close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="agent-close")
        cancelled: asyncio.CancelledError | None = None
        while not self._closing.done():
            try:
                await asyncio.shield(self._closing)
            except asyncio.CancelledError as error:
                if self._closing.cancelled():
                    raise
                cancelled = error  # passed on once nothing is left
        self._closing.result()
        if cancelled is not None:
            raise cancelled

    # ── The beginning ─────────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self) -> None:
        """Opens the session and sets it up as the profile says. Raises AgentUnusable, with a sentence."""
        try:
            async with asyncio.timeout(self._patience.start):
                await self._opening.go_through()
        except TimeoutError as error:
            seconds = round(self._patience.start)
            raise AgentUnusable(
                self._with_last_words(f"{self._agent.label} was not ready within {seconds} seconds")
            ) from error
        except RequestError as error:
            raise failures.unusable(self._agent, self._preset, error.code, str(error), error.data) from error
        except ConnectionError as error:
            end = await self._death()
            raise AgentUnusable(self._with_last_words(f"{end.failure}, before it was ready")) from error

    # ── What comes from the agent ─────────────────────────────────────────────────────────────────────────────────

    async def take(self, message: Json) -> Json | None:
        """Hears a message, in its order; requests and replies go on to the library. See `wire.Reader`."""
        self._heard_at = asyncio.get_running_loop().time()
        method, params = message.get("method"), message.get("params")
        if method is None:
            return message
        if "id" in message:
            if method != CLIENT_METHODS["session_request_permission"]:
                return message
            updates, ask = self._translation.ask(params, self._clock.now())
            self._hear(*updates)
            # The library hands the parameters on as they are: the question goes on in our words.
            return {**message, "params": ask}
        self._hear(*self._told(method, params))
        await self._listener.room()
        return None

    def noise(self, line: bytes) -> None:
        self._noise += 1
        if self._noise == 1:
            shown = line[:200].decode(errors="replace")
            self._hear(
                Notice("warn", f"{self._agent.label} wrote something to its output that is no message", shown)
            )

    def _miss_the_transcript(self, why: str) -> None:
        words = "The raw transcript cannot be written: what the server has not recorded when it is killed will be lost"
        self._hear(Notice("warn", words, why))

    def _told(self, method: Any, params: Any) -> list[Update]:
        if method == "_auth/status_update":
            self.login = values.text(values.at(params, "authStatus", "kind")) or values.text(
                values.at(params, "kind")
            )
        if method != CLIENT_METHODS["session_update"]:
            return self._translation.notification(method, params)
        session = values.at(params, "sessionId")
        if self.session_id and session != self.session_id:
            return [
                Notice("info", f"{self._agent.label} told something of another session", values.shown(params))
            ]
        return self._translation.update(params, self._clock.now())

    def _hear(self, *updates: Update) -> None:
        """Passes on what is to be heard; of notices, a number that a person may still read."""
        for update in updates:
            if isinstance(update, Notice):
                self._notices += 1
                if self._notices == MAX_NOTICES:
                    update = Notice("warn", "There are more such notices; the attempt's transcript has them")  # noqa: PLW2901
                elif self._notices > MAX_NOTICES:
                    continue
                self._listener.hear(update)
            elif self._listens:
                self._listener.hear(update)

    async def _serve(self, method: str, params: Any, is_notification: bool) -> Json:  # noqa: ARG002, FBT001  (the library's call)
        """Answers what the agent asks of its client. Files and terminals are its own: it works in a real folder."""
        if isinstance(params, Ask):
            return await self._permission(params)
        raise RequestError.method_not_found(method)

    async def _permission(self, ask: Ask) -> Json:
        """Asks the people; when the turn is cancelled meanwhile, the protocol wants that as the answer."""
        cancelled: Json = {"outcome": {"outcome": "cancelled"}}
        if self._cancelled.is_set():
            return cancelled
        asking = asyncio.ensure_future(self._listener.ask(ask))
        stop = asyncio.create_task(self._cancelled.wait())
        self._waiting += 1
        try:
            await asyncio.wait({asking, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return cancelled
            chosen = asking.result()
        finally:
            self._waiting -= 1
            self._heard_at = asyncio.get_running_loop().time()
            for task in (asking, stop):
                task.cancel()
            await asyncio.gather(asking, stop, return_exceptions=True)
        if chosen is None:
            self._rejected = True
            return _rejection(ask) or cancelled
        if any(option.id == chosen and option.kind.startswith("allow") for option in ask.options):
            self._hear(*self._translation.allowed(ask.key, self._clock.now()))
        else:
            self._rejected = True
        return {"outcome": {"outcome": "selected", "optionId": chosen}}

    async def _watch_silence(self) -> None:
        """Remarks on it when the agent says nothing for long, and again each time when that has lasted twice as long.

        Waiting for a person or for a tool is no silence.
        """
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        bearable = self._patience.silence
        while True:
            heard_at = self._heard_at
            await asyncio.sleep(max(0.0, heard_at + bearable - loop.time()))
            if self._waiting or self._translation.is_in_a_tool:
                self._heard_at, bearable = loop.time(), self._patience.silence
            elif self._heard_at != heard_at:
                bearable = self._patience.silence
            else:
                minutes = max(1, round(bearable / 60))
                text = f"{self._agent.label} has said nothing for {minutes} min; it may be trying its model again"
                self._hear(Notice("warn", text))
                bearable *= 2

    # ── The end ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _close(self) -> None:
        try:
            if self._turn is not None and not self._turn.is_set():
                await self.cancel()
                await self._within(self._turn.wait)
            if self._opening.closes and self.session_id:
                # Ends commands that outlive a cancelled turn (Codex's do).
                await self._within(lambda: self._call("session_close"))
        finally:
            self._cancelled.set()
            await self._connection.close()
            await self._child.end()
            await self._draining
            self._transcript.close()

    async def _within(self, act: Callable[[], Awaitable[Any]]) -> None:
        """Gives the agent a moment; that it does not take it is no fault."""
        with contextlib.suppress(TimeoutError, ConnectionError, RequestError):
            async with asyncio.timeout(self._patience.last_words):
                await act()

    async def _death(self) -> TurnEnd:
        """The agent hung up: why, as far as its exit code and its last words say."""
        if self._closing is not None:
            return TurnEnd(reason="cancelled")
        code: int | None = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.last_words):
                code = await self._child.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.last_words):
                await asyncio.shield(self._draining)
        return TurnEnd(
            reason="failed", failure=failures.of_death(self._agent, code), details=self._stderr.text
        )

    def _with_last_words(self, sentence: str) -> str:
        last = self._stderr.text
        if self._noise:
            sentence += f"; {self._noise} lines of its output were no messages"
        return f"{sentence}. It said: {last[-500:]}" if last else sentence

    def _details(self, data: Any) -> str | None:
        told = [values.shown(data)] if data is not None else []
        told += [self._stderr.text] if self._stderr.text else []
        return "\n".join(told) or None

    # ── Calls ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _call(self, name: str, **params: Any) -> Any:
        """A request by its plain JSON: the library's typed calls refuse replies that real agents give."""
        return await self._connection.send_request(
            AGENT_METHODS[name], {"sessionId": self.session_id, **params}
        )


def _blocks(prompt: Prompt, *, images: bool) -> list[Json]:
    """The prompt as content. Pictures for an agent that takes none are named, so that it can say so."""
    shown = (
        [{"type": "image", "data": image.data, "mimeType": image.mime} for image in prompt.images]
        if images
        else []
    )
    left_out = (
        f"\n\n({len(prompt.images)} pictures could not be shown to you)"
        if prompt.images and not images
        else ""
    )
    return [{"type": "text", "text": prompt.text + left_out}, *shown]


def _rejection(ask: Ask) -> Json | None:
    for kind in ("reject_once", "reject_always"):
        for option in ask.options:
            if option.kind == kind:
                return {"outcome": {"outcome": "selected", "optionId": option.id}}
    return None
