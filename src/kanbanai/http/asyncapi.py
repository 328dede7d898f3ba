"""The streams as an AsyncAPI 3 document: two channels, and every message with its JSON Schema.

An event's schema, name and description come from its class in `kanbanai.domain.events`; the stream's own frames are
described below, and a test holds them against the bytes that `kanbanai.realtime.frames` writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta

from kanbanai.domain import events as e
from kanbanai.domain import wire
from kanbanai.domain.boards import BoardState
from kanbanai.domain.cursors import Cursor, Outcome
from kanbanai.domain.dashboard import Overview
from kanbanai.domain.ids import AttemptId, CardId, ItemId
from kanbanai.domain.times import Timestamp
from kanbanai.http import event_examples as given
from kanbanai.http import examples
from kanbanai.realtime.reasons import REASONS, SLOW

JSON = "application/json"
REFS = "#/components/schemas/{name}"
TITLE = "KanbanAI streams"
DESCRIPTION = """\
What changes on a board, or above all boards, as Server-Sent Events: `event:` is the message's name, `data:` its payload
in one line.

A frame with an `id:` is stored. Sent back as `Last-Event-ID` (or `?lastEventId=`), it resumes the stream: first what
was missed, in order and exactly, then what happens. `hello` says which of three it became: `resumed`, `snapshot` (no
cursor was named, or one older than what is kept) or `epoch` (the log is another one). In the last two a snapshot
follows.

A board's changes are told as a whole `state`, or with `?view=patch` as one `state` and then a `state_patch` each.
`?attempts=none`, or a list of ids, leaves out what attempts say in detail.

The rules by number are in `docs/realtime.md`.
"""
EVENT_HEADERS = {
    "type": "object",
    "properties": {
        "id": {
            "type": "string",
            "pattern": "^.+-[0-9]+$",
            "description": "The cursor: the log's epoch and the event's number in its channel.",
        }
    },
}
"""A frame's `id:` line, of the messages that are stored."""


class Hello(msgspec.Struct, kw_only=True, rename="camel"):
    """The first frame: what became of the reader's cursor, and where the frames after it lead to."""

    server_time: Timestamp
    outcome: Outcome
    cursor: str


class Operation(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One operation of JSON Patch (RFC 6902) on the board's `state`."""

    op: Literal["add", "remove", "replace", "move"]
    path: str
    value: Any = msgspec.UNSET
    from_: str | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="from")


class StatePatch(msgspec.Struct, kw_only=True):
    """One change of the board, as operations to carry out in order."""

    ops: list[Operation]


class Heartbeat(msgspec.Struct, kw_only=True):
    """A sign of life, every 15 seconds."""

    ts: Timestamp


class Bye(msgspec.Struct, kw_only=True):
    """The last frame of a stream that the server ends; `reconnect` says whether to come back."""

    reason: Annotated[str, Meta(extra_json_schema={"enum": [one.code for one in REASONS]})]
    reconnect: bool


class ConversationDelta(msgspec.Struct, kw_only=True, rename="camel"):
    """Text of an item as the agent writes it: its pieces from `from` up to, not including, `to`.

    It is not stored; the whole item follows as `conversation_item` when it settles.
    """

    attempt_id: AttemptId
    item_id: ItemId
    start: int = msgspec.field(name="from")
    end: int = msgspec.field(name="to")
    text: str


class EnhancementDelta(msgspec.Struct, kw_only=True, rename="camel"):
    """The better text for a card as the agent writes it: its pieces from `from` up to, not including, `to`.

    It is not stored; a `card_enhancement` follows when it is whole, failed, or was called off.
    """

    card_id: CardId
    start: int = msgspec.field(name="from")
    end: int = msgspec.field(name="to")
    text: str


class _Message(NamedTuple):
    name: str
    kind: type[Any]
    example: Any
    is_stored: bool = False
    text: str = ""


_HELLO = Hello(server_time=given.NOW, outcome="snapshot", cursor=str(Cursor("9f3c2a01", 1842)))
_DELTA = ConversationDelta(
    attempt_id=given.ATTEMPT, item_id=ItemId("cmsg-1d2c3b4a"), start=0, end=1, text="Uploads are "
)
_CARD_DELTA = EnhancementDelta(card_id=given.CARD, start=0, end=1, text="# Retry failed uploads\n")
FRAMES: tuple[_Message, ...] = (
    _Message("hello", Hello, _HELLO),
    _Message("heartbeat", Heartbeat, Heartbeat(ts=given.NOW)),
    _Message("bye", Bye, Bye(reason=SLOW.code, reconnect=SLOW.reconnect)),
)
"""What every stream says of itself."""
BOARD_FRAMES: tuple[_Message, ...] = (
    _Message("state", BoardState, given.STATE, is_stored=True),
    _Message("state_patch", StatePatch, {"ops": given.OPERATIONS}, is_stored=True),
    _Message("conversation_delta", ConversationDelta, _DELTA),
    _Message("enhancement_delta", EnhancementDelta, _CARD_DELTA),
)


def dashboard_frames() -> tuple[_Message, ...]:
    """The dashboard as a whole; its example is the one of the HTTP route that answers the same."""
    (example,) = examples.answer("readDashboard").get("examples", {"": {"value": None}}).values()
    text = "The whole dashboard for the last seven days: on connect, and when something in it changed."
    return (_Message("dashboard_overview", Overview, example["value"], text=text),)


def _events(base: type[Any]) -> list[_Message]:
    """The events of a channel, in the order of their module."""
    return [
        _Message(cls.kind, cls, given.EVENTS[cls.kind], is_stored=True)
        for cls in get_args(e.Event)
        if issubclass(cls, base)
    ]


def document(version: str) -> dict[str, Any]:
    """The description of the streams."""
    board = [*FRAMES, *BOARD_FRAMES, *_events(e.BoardEvent)]
    dashboard = [*FRAMES, *dashboard_frames(), *_events(e.DashboardEvent)]
    # What changes the board's state is told as `state` or `state_patch`; the log has it as it happened.
    logged = {cls.kind for cls in get_args(e.StateEvent)}
    every = {message.name: message for message in (*board, *dashboard)}
    schemas, components = _schemas(every.values())
    return {
        "asyncapi": "3.0.0",
        "info": {"title": TITLE, "version": version, "description": DESCRIPTION},
        "defaultContentType": JSON,
        "servers": {
            "local": {
                "host": "127.0.0.1:3000",
                "pathname": "/api/v1",
                "protocol": "http",
                "description": "A server of one's own. GET, answered as `text/event-stream`.",
            }
        },
        "channels": {
            "board": _channel(
                "/sse?boardId={boardId}",
                "One board: its state on connect, then all that its viewers may learn.",
                [message.name for message in board if message.name not in logged],
                {"boardId": {"description": "The board's id, which is its project's."}},
            ),
            "dashboard": _channel(
                "/sse",
                "All projects at a glance: the overview on connect, and again when something in it changed.",
                [message.name for message in dashboard],
            ),
        },
        "operations": {
            "watchBoard": _operation("board", "Watch a board", _BOARD_QUERY),
            "watchDashboard": _operation("dashboard", "Watch the dashboard", _CURSOR),
        },
        "components": {
            "messages": {
                name: _message(message, schemas[name], is_told=name not in logged)
                for name, message in every.items()
            },
            "schemas": dict(sorted(components.items())),
        },
    }


_CURSOR: dict[str, Any] = {
    "lastEventId": {
        "type": "string",
        "description": "Where to go on; a `Last-Event-ID` header goes before it.",
    }
}
_BOARD_QUERY: dict[str, Any] = {
    "boardId": {"type": "string"},
    "view": {"type": "string", "enum": ["state", "patch"], "default": "state"},
    "attempts": {
        "type": "string",
        "default": "all",
        "description": "`all`, `none`, or ids joined by commas: whose details are told.",
    },
    **_CURSOR,
}


def _schemas(messages: Iterable[_Message]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The payloads' schemas by message, and what they refer to."""
    kinds = {message.name: message.kind for message in messages}
    found, components = msgspec.json.schema_components(kinds.values(), ref_template=REFS)
    return dict(zip(kinds, found, strict=True)), components


def _channel(
    address: str, description: str, names: list[str], parameters: dict[str, Any] | None = None
) -> dict[str, Any]:
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    shown: dict[str, Any] = {"address": address, "description": description, "messages": messages}
    return shown | {"parameters": parameters} if parameters else shown


def _operation(channel: str, summary: str, query: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "bindings": {"http": {"method": "GET", "query": {"type": "object", "properties": query}}},
    }


def _message(message: _Message, schema: dict[str, Any], *, is_told: bool) -> dict[str, Any]:
    text = message.text or " ".join((message.kind.__doc__ or "").split())
    if not is_told:
        text += " Kept so in the log; the stream tells it as `state` or `state_patch`."
    shown: dict[str, Any] = {
        "name": message.name,
        "title": message.name,
        "description": text,
        "contentType": JSON,
        "payload": schema,
        "examples": [{"name": "example", "payload": msgspec.json.decode(wire.encode(message.example))}],
    }
    return shown | {"headers": EVENT_HEADERS} if message.is_stored else shown
