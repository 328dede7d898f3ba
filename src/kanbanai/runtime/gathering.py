"""What an agent said in the last moment, put together: fewer and whole things to record, in the order they were said.

Text comes in pieces of a few words, sixty a second and more; a tool says again and again how far it is. Of what is said
in one moment only this is recorded: texts that are whole, each tool as it stood last, the last plan, the last bill.
Text that is still being written is only told (RT8).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kanbanai.domain.attempts import LogLine, Todos
from kanbanai.domain.conversations import ConversationItem, Failure, Message, Thinking, ToolCall
from kanbanai.domain.ids import ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.updates import Notice, Piece, Plan, Settled, Spent, Tool, Update
from kanbanai.domain.usage import Usage

MAX_TEXT = 100_000
"""Characters of one item. What goes on after them stands in the next item: a model that writes without end must be
seen, and must not grow one row and one frame without end."""
TOOL_EVERY = 0.25
"""Seconds between two states of a tool that is still at work. What it prints is told whole each time, so that more
often would be the square of its output; that it has ended is told at once."""
ENDED = frozenset({"succeeded", "failed", "cancelled"})


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to record, to keep and to tell. `outputs` and `drafts`: by item."""

    items: tuple[ConversationItem, ...] = ()
    todos: Todos | None = None
    usage: Usage | None = None
    logs: tuple[LogLine, ...] = ()
    outputs: tuple[tuple[ItemId, str], ...] = ()
    drafts: tuple[tuple[ItemId, str], ...] = ()

    @property
    def is_recordable(self) -> bool:
        """Whether anything of it belongs into the store."""
        return bool(self.items or self.logs) or self.todos is not None or self.usage is not None


class _Text:
    """A message or thought that is being written."""

    __slots__ = ("begun", "id", "of", "pieces", "size", "told")

    def __init__(self, item_id: ItemId, of: str, begun: Timestamp) -> None:
        self.id = item_id
        self.of = of
        self.begun = begun
        self.pieces: list[str] = []
        self.size = 0
        self.told = 0
        """How many of the pieces were told already."""

    def untold(self) -> str:
        """What was not told yet, which counts as told now. Nothing while all of it is blank: it may come to nothing."""
        new = "".join(self.pieces[self.told :])
        if not self.told and not new.strip():
            return ""
        self.told = len(self.pieces)
        return new


class _ToolState:
    """A tool call: where it stands in the conversation, and what of it waits to be told."""

    __slots__ = ("begun", "held", "id", "told_at")

    def __init__(self, item_id: ItemId, begun: Timestamp) -> None:
        self.id = item_id
        self.begun = begun
        self.told_at: float | None = None
        self.held: ToolCall | None = None


class Gathering:
    """What was said since the last `release`, and what is still open.

    `new_id` and `now` give the items their ids and times; `profile_id` is what the agent's messages name.
    """

    def __init__(
        self, *, new_id: Callable[[], ItemId], now: Callable[[], Timestamp], profile_id: str | None
    ) -> None:
        self._new_id = new_id
        self._now = now
        self._profile_id = profile_id
        self._texts: dict[str, _Text] = {}
        self._tools: dict[str, _ToolState] = {}
        self._held: dict[str, _ToolState] = {}
        self._items: dict[ItemId, ConversationItem] = {}
        self._outputs: dict[ItemId, str] = {}
        self._logs: list[LogLine] = []
        self._todos: Todos | None = None
        self._usage: Usage | None = None

    def take(self, update: Update, moment: float) -> None:
        """Takes the next update. `moment`: seconds on a clock that only goes forward."""
        match update:
            case Piece():
                self._write(update)
            case Settled(key=key):
                self._settle(key)
            case Tool():
                self._work(update, moment)
            case Plan(todos=todos):
                self._todos = todos
            case Spent(usage=usage):
                self._usage = usage
            case Notice():
                self._note(update)

    def settle_all(self) -> None:
        """The turn is over: what is still open is whole now."""
        for key in [*self._texts]:
            self._settle(key)
        for state in self._held.values():
            self._put_held(state, state.told_at or 0.0)
        self._held.clear()

    def item_of(self, key: str) -> ItemId | None:
        """The item of a tool call; None: it was never heard of."""
        state = self._tools.get(key)
        return state.id if state else None

    @property
    def due_at(self) -> float | None:
        """When the first of the held-back states of tools may be told; None: none is held back."""
        return min(((state.told_at or 0.0) + TOOL_EVERY for state in self._held.values()), default=None)

    def release(self, moment: float) -> Gathered:
        """Everything that can be recorded and told now. It is forgotten here."""
        for key, state in [*self._held.items()]:
            if moment - (state.told_at or 0.0) >= TOOL_EVERY:
                self._put_held(state, moment)
                del self._held[key]
        gathered = Gathered(
            items=tuple(self._items.values()),
            todos=self._todos,
            usage=self._usage,
            logs=tuple(self._logs),
            outputs=tuple(self._outputs.items()),
            drafts=tuple((text.id, new) for text in self._texts.values() if (new := text.untold())),
        )
        self._items = {}
        self._outputs = {}
        self._logs = []
        self._todos = self._usage = None
        return gathered

    def _write(self, piece: Piece) -> None:
        text = self._texts.get(piece.key)
        if text is None:
            text = self._texts[piece.key] = _Text(self._new_id(), piece.of, self._now())
        text.pieces.append(piece.text)
        text.size += len(piece.text)
        if text.size >= MAX_TEXT:
            self._settle(piece.key)

    def _settle(self, key: str) -> None:
        text = self._texts.pop(key, None)
        if text is None:
            return
        whole = "".join(text.pieces)
        if not whole.strip():
            return
        if text.of == "thinking":
            self._items[text.id] = Thinking(id=text.id, timestamp=text.begun, text=whole, format="markdown")
        else:
            self._items[text.id] = Message(
                id=text.id,
                timestamp=text.begun,
                role="assistant",
                text=whole,
                format="markdown",
                profile_id=self._profile_id,
            )

    def _work(self, update: Tool, moment: float) -> None:
        state = self._tools.get(update.key)
        if state is None:
            state = self._tools[update.key] = _ToolState(self._new_id(), self._now())
        call = ToolCall(id=state.id, timestamp=state.begun, tool=update.tool)
        has_ended = update.tool.status in ENDED
        if has_ended and update.output is not None:
            self._outputs[state.id] = update.output
        if has_ended or state.told_at is None or moment - state.told_at >= TOOL_EVERY:
            # Of several states in one moment the last one is put where the first one stands.
            self._items[state.id] = call
            state.told_at = moment
            state.held = None
            self._held.pop(update.key, None)
        elif state.id in self._items:
            self._items[state.id] = call
        else:
            state.held = call
            self._held[update.key] = state

    def _put_held(self, state: _ToolState, moment: float) -> None:
        if state.held is not None:
            self._items[state.id] = state.held
            state.told_at = moment
            state.held = None

    def _note(self, notice: Notice) -> None:
        if notice.level == "error":
            item_id = self._new_id()
            self._items[item_id] = Failure(
                id=item_id, timestamp=self._now(), text=notice.text, details=notice.details
            )
            return
        more = f": {notice.details}" if notice.details else ""
        self._logs.append(LogLine(f"[agent] {notice.text}{more}", notice.level))
