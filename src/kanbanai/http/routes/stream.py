"""The streams; contract section 19, rules RT1 to RT16 in docs/realtime.md."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Response, get, head
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, QueryParameter, SkipValidation

from kanbanai.domain.channels import DASHBOARD, Channel, board_channel
from kanbanai.domain.cursors import Cursor
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import AttemptId, BoardId
from kanbanai.http import sse
from kanbanai.http.answers import also
from kanbanai.http.auth import actor_of
from kanbanai.http.stream import EventStream, StreamHead
from kanbanai.realtime.hub import Hub
from kanbanai.realtime.variants import VIEWS, AttemptFilter, Variant

MAX_ATTEMPTS = 50
"""Ids in a filter; who watches more watches all."""
MAX_ID = 100
"""Characters of an id in a filter; ours have 40."""

FromHub = NamedDependency[SkipValidation[Hub]]
"""The hub of this node's streams."""

BoardQuery = Annotated[
    str | None, QueryParameter(name="boardId", description="The board to watch; none: the dashboard.")
]
ProjectQuery = Annotated[
    str | None, QueryParameter(name="projectId", description="The same under its other name.")
]
ViewQuery = Annotated[
    str | None,
    QueryParameter(
        name="view",
        description="`state` (default): a change of the board is told as the whole state. `patch`: the state once, "
        "then each change as JSON Patch in `state_patch`.",
    ),
]
AttemptsQuery = Annotated[
    str | None,
    QueryParameter(
        name="attempts",
        description="Whose details (log, conversation, todos, session, git status) to tell: `all` (default), `none`, "
        f"or up to {MAX_ATTEMPTS} ids of attempts with commas between. Statuses are told of all.",
    ),
]
CursorQuery = Annotated[
    str | None,
    QueryParameter(
        name="lastEventId",
        description="The id of the last frame that the reader has, for clients that cannot set the header.",
    ),
]
CursorHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID",
        description="The same; it wins over `lastEventId`. The stream goes on after it, without loss or repetition.",
    ),
]
_EXAMPLE = """retry: 1500
event: hello
data: {"serverTime":"2026-11-23T18:41:59.297Z","outcome":"snapshot","cursor":"9f3c2a-1842"}

id: 9f3c2a-1842
event: state
data: {"columns":{},"columnOrder":[],"cards":{}}

"""
_STREAM = ResponseSpec(
    str,
    media_type=sse.MEDIA_TYPE,
    description="Frames of `text/event-stream`, until either side ends it.",
    generate_examples=False,
    examples=[Example(summary="An empty board", value=_EXAMPLE)],
)


def channel_of(board_id: str | None, project_id: str | None) -> Channel:
    """The channel that a request names: a board's (one id has two names), or the dashboard's when it names none."""
    if board_id and project_id and board_id != project_id:
        raise Invalid.field("projectId", "is another board than boardId; give one of them, or both alike")
    chosen = board_id or project_id
    return board_channel(BoardId(chosen)) if chosen else DASHBOARD


def variant_of(view: str | None, attempts: str | None) -> Variant:
    """The view and the filter that a request names (RT7)."""
    chosen = next((one for one in VIEWS if one == (view or "state")), None)
    if chosen is None:
        raise Invalid.field("view", f"{view!r} is not one of {', '.join(VIEWS)}")
    return Variant(chosen, _filter_of(attempts))


def _filter_of(text: str | None) -> AttemptFilter:
    if text is None or text == "all":
        return "all"
    if text == "none":
        return "none"
    ids = frozenset(AttemptId(part) for part in text.split(",") if part)
    if not ids:
        raise Invalid.field("attempts", "names no attempt; it is all, none, or ids with commas between")
    if len(ids) > MAX_ATTEMPTS:
        raise Invalid.field("attempts", f"names {len(ids)} attempts; the limit is {MAX_ATTEMPTS}")
    if any(len(one) > MAX_ID for one in ids):
        raise Invalid.field("attempts", f"an id is longer than {MAX_ID} characters")
    return ids


def cursor_of(header: str | None, parameter: str | None) -> Cursor | None:
    """The cursor that a reader brings (RT5).

    The header wins: a browser sends it when it comes back, with the address it was first given.
    """
    text = header or parameter
    return Cursor.parse(text.strip()) if text else None


@get(
    "/sse",
    summary="Watch a board or the dashboard",
    tags=["streams"],
    responses={200: _STREAM},
    opt=also({404: "There is no such board."}),
)
async def open_stream(
    request: Request[Any, Any, Any],
    hub: FromHub,
    board_id: BoardQuery = None,
    project_id: ProjectQuery = None,
    view: ViewQuery = None,
    attempts: AttemptsQuery = None,
    last_event_id: CursorQuery = None,
    last_event_id_header: CursorHeader = None,
) -> EventStream:
    """A stream of server-sent events: what is, then what changes.

    It begins with `hello`, whose `outcome` says whether the reader's cursor was `resumed`, or why it is given a
    `snapshot` instead (`epoch`: its cursor is of another log). `heartbeat` comes every 15 seconds. A stream that
    the server ends says `bye` last, with the reason and whether to come back.
    """
    joining = await hub.open(
        channel_of(board_id, project_id),
        actor_of(request),
        variant=variant_of(view, attempts),
        coding=sse.coding_for(request.headers.get("accept-encoding", "")),
        cursor=cursor_of(last_event_id_header, last_event_id),
    )
    return EventStream(joining)


@head("/sse", include_in_schema=False)
async def head_of_stream(
    request: Request[Any, Any, Any],
    hub: FromHub,
    board_id: BoardQuery = None,
    project_id: ProjectQuery = None,
    view: ViewQuery = None,
    attempts: AttemptsQuery = None,
) -> Response[None]:
    """Whether the stream would open, and with what headers."""
    variant_of(view, attempts)
    await hub.check(channel_of(board_id, project_id), actor_of(request))
    return StreamHead(sse.coding_for(request.headers.get("accept-encoding", "")))


ROUTES = (open_stream, head_of_stream)
