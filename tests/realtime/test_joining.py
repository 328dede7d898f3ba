"""RT4 and RT5: how a reader gets from a cursor, or from nothing, to the others."""

from __future__ import annotations

import asyncio

import pytest

from kanbanai.domain.actors import Actor
from kanbanai.domain.channels import Channel
from kanbanai.domain.errors import Forbidden, NotFound, Unavailable
from kanbanai.domain.events import AttemptLogged
from kanbanai.domain.ids import AttemptId, BoardId
from kanbanai.realtime import follower, joining, ring
from tests.realtime.stage import (
    BOARD,
    CHANNEL,
    NOW,
    Line,
    Reader,
    Stage,
    card,
    column,
    frames_in,
    live,
    moved,
    pass_,
    turns,
)

pytestmark = pytest.mark.anyio


def logged(number: int) -> AttemptLogged:
    return AttemptLogged(attempt_id=AttemptId("att-1"), level="info", message=f"line {number}", ts=NOW)


def told(line: Line) -> list[tuple[str, str | None]]:
    return [(frame.event, frame.id) for frame in frames_in(bytes(line.arrived))]


async def test_rt5_resume_replays_exactly_the_missed_events(stage: Stage) -> None:
    reader = Reader().read(bytes((await stage.watch()).arrived))
    stage.commit(moved("card-1", "todo", "done"), logged(1), card("card-2"))
    await turns()
    line = await stage.watch(cursor=reader.cursor)
    assert told(line) == [
        ("hello", None),
        ("state_patch", "9f3c2a-4"),
        ("attempt_log", "9f3c2a-5"),
        ("state_patch", "9f3c2a-6"),
    ]
    assert reader.read(bytes(line.arrived)).state == stage.state
    assert reader.hello["outcome"] == "resumed"
    assert reader.hello["cursor"] == "9f3c2a-6"


async def test_rt5_resume_in_the_default_view_tells_one_state_and_the_other_events(stage: Stage) -> None:
    reader = Reader().read(bytes((await stage.watch(view="state")).arrived))
    stage.commit(logged(1), card("card-2"), logged(2), card("card-3"))
    await turns()
    line = await stage.watch(view="state", cursor=reader.cursor)
    await pass_(0.1)
    assert told(line) == [
        ("hello", None),
        ("state", "9f3c2a-3"),
        ("attempt_log", "9f3c2a-5"),
        ("attempt_log", "9f3c2a-7"),
    ]
    assert reader.read(bytes(line.arrived)).state == stage.state


async def test_rt5_one_who_missed_nothing_gets_hello_alone(stage: Stage) -> None:
    await stage.watch()
    assert told(await stage.watch(cursor="9f3c2a-3")) == [("hello", None)]


@pytest.mark.parametrize(
    ("cursor", "outcome"),
    [
        (None, "snapshot"),
        ("nonsense", "snapshot"),
        ("another-2", "epoch"),
        ("9f3c2a-4", "epoch"),
        ("9f3c2a-3", "resumed"),
        ("9f3c2a-0", "resumed"),
    ],
)
async def test_rt5_hello_says_what_became_of_the_cursor(
    stage: Stage, cursor: str | None, outcome: str
) -> None:
    reader = Reader().read(bytes((await stage.watch(cursor=cursor)).arrived))
    assert reader.hello["outcome"] == outcome
    assert reader.hello["cursor"] == "9f3c2a-3"
    if outcome != "resumed":
        assert reader.state == stage.state


async def test_rt5_a_cursor_older_than_the_log_keeps_gets_a_snapshot(stage: Stage) -> None:
    stage.commit(card("card-2"), card("card-3"))
    stage.log.prune(CHANNEL, upto=3)
    resumed = Reader().read(bytes((await stage.watch(cursor="9f3c2a-3")).arrived))
    too_old = Reader().read(bytes((await stage.watch(cursor="9f3c2a-2")).arrived))
    assert (resumed.hello["outcome"], too_old.hello["outcome"]) == ("resumed", "snapshot")


async def test_rt5_after_a_restart_the_log_tells_what_the_ring_does_not_know(stage: Stage) -> None:
    reader = Reader().read(bytes((await stage.watch()).arrived))
    stage.commit(logged(1), card("card-2"), logged(2))
    again = Stage(stage.log)
    line = await again.watch(cursor=reader.cursor)
    # What a change was on top of is not known any more: one state stands for all of them.
    assert told(line) == [
        ("hello", None),
        ("state", "9f3c2a-3"),
        ("attempt_log", "9f3c2a-5"),
        ("attempt_log", "9f3c2a-6"),
    ]
    assert reader.read(bytes(line.arrived)).state == stage.state


async def test_rt5_no_patch_is_told_on_top_of_a_state_that_has_it_already(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state of a replay is newer than the ids after it. Who is cut off there must not get patches from then on."""
    monkeypatch.setattr(ring, "RING_ENTRIES", 4)
    reader = Reader().read(bytes((await stage.watch()).arrived))
    stage.commit(card("card-2"), logged(1), logged(2), logged(3), logged(4), logged(5))
    await turns()
    stage.commit(logged(6))
    await pass_(0.1)
    line = await stage.watch(cursor=reader.cursor)
    stage.commit(card("card-3"))
    replay = bytes(line.arrived)
    cut_after = replay.index(b"line 3")
    reader.read(replay[: replay.index(b"\n\n", cut_after) + 2])
    assert reader.state == stage.log_state(at=10)
    assert reader.cursor == "9f3c2a-7"
    reader.read(bytes((await stage.watch(cursor=reader.cursor)).arrived))
    assert reader.state == stage.state


async def test_rt4_what_happens_while_the_prologue_is_sent_follows_it_without_gap_or_repetition(
    stage: Stage,
) -> None:
    joined = await stage.open()
    line = Line(joined.subscriber)
    async for piece in joined.pieces():
        line.arrived += piece
        stage.commit(card("card-2"))
        await turns()
    assert joined.has_arrived
    line2 = await live(joined)
    stage.commit(card("card-3"))
    await turns()
    reader = Reader().read(bytes(line.arrived + line2.arrived))
    assert reader.state == stage.state
    assert [frame.id for frame in reader.events[2:]] == ["9f3c2a-4", "9f3c2a-5"]


async def test_rt4_who_joins_while_a_batch_waits_gets_it_with_the_others_and_once(stage: Stage) -> None:
    first = await stage.watch()
    stage.commit(card("card-2"))
    await turns()
    stage.commit(card("card-3"))  # within the window: it waits
    second = await stage.watch()
    await pass_(0.1)
    assert Reader().read(bytes(first.arrived)).state == stage.state
    reader = Reader().read(bytes(second.arrived))
    assert reader.state == stage.state
    assert [frame.event for frame in reader.events] == ["hello", "state"]


async def test_rt4_a_long_replay_is_told_page_by_page_and_ends_with_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "RING_ENTRIES", 20)
    monkeypatch.setattr(follower, "PAGE", 7)
    monkeypatch.setattr(joining, "REST", 500)
    reader = Reader().read(bytes((await stage.watch()).arrived))
    stage.commit(*(logged(number) for number in range(100)))
    opened = await stage.open(cursor=reader.cursor)
    pieces = [piece async for piece in opened.pieces()]
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 7 * 200
    line = await live(opened)
    reader.read(b"".join(pieces) + bytes(line.arrived))
    assert [body["message"] for _, body in reader.passed] == [f"line {number}" for number in range(100)]


async def test_rt5_events_deleted_from_the_log_under_a_reader_end_its_stream_not_its_history(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "RING_ENTRIES", 5)
    monkeypatch.setattr(follower, "PAGE", 7)
    stage.commit(*(logged(number) for number in range(40)))
    opened = await stage.open(cursor="9f3c2a-3")
    stage.log.prune(CHANNEL, upto=30)
    line = await live(opened)
    frames = frames_in(bytes(line.arrived))
    assert frames[-1].body == {"reason": "resync", "reconnect": True}
    reader = Reader().read(bytes((await stage.watch(cursor=frames[-2].id)).arrived))
    assert reader.hello["outcome"] == "snapshot"


async def test_an_unknown_board_is_not_found_before_anything_is_sent(stage: Stage) -> None:
    with pytest.raises(NotFound, match="Board not found"):
        await stage.open(Channel("board:nowhere"))
    assert stage.hub.statistics().channels == 0


async def test_a_store_that_cannot_be_read_is_said_before_anything_is_sent(stage: Stage) -> None:
    stage.log.failure = Unavailable("the database is locked")
    with pytest.raises(Unavailable):
        await stage.open()
    stage.log.failure = None
    assert told(await stage.watch())[0] == ("hello", None)


async def test_readers_who_come_together_load_the_channel_once(stage: Stage) -> None:
    await asyncio.gather(*(stage.watch() for _ in range(10)))
    assert stage.log.reads == 1


async def test_one_who_gives_up_while_the_channel_loads_does_not_take_the_others_along(stage: Stage) -> None:
    stage.log.gate.clear()
    first, second = asyncio.ensure_future(stage.watch()), asyncio.ensure_future(stage.watch())
    await turns()
    first.cancel()
    stage.log.gate.set()
    assert told(await second)[0] == ("hello", None)
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_rt11_access_is_asked_for_on_connect_and_again_on_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    async def access(actor: Actor, channel: Channel) -> None:
        asked.append((actor.id, channel))
        if len(asked) > allowed:
            raise Forbidden("no")

    monkeypatch.setattr(ring, "RING_ENTRIES", 3)
    async with Stage.opened(access) as stage:
        allowed = 10
        stage.commit(column("todo"), *(logged(number) for number in range(20)))
        await stage.watch()
        assert asked == [("local", CHANNEL)]
        await stage.watch(cursor="9f3c2a-1")
        assert len(asked) == 3
        allowed = 3
        with pytest.raises(Forbidden):
            await stage.watch()
        assert stage.hub.statistics().subscribers["prologue"] == 0


async def test_rt11_no_read_is_made_while_streams_are_open(stage: Stage) -> None:
    lines = [await stage.watch() for _ in range(3)]
    reads = stage.log.reads
    for number in range(50):
        stage.commit(card(f"card-{number + 2}"))
    await pass_(0.1)
    assert stage.log.reads == reads
    assert all(Reader().read(bytes(line.arrived)).state == stage.state for line in lines)


async def test_a_reader_ahead_of_this_node_is_waited_for_not_given_another_epoch(stage: Stage) -> None:
    await stage.watch()
    stage.log.append(CHANNEL, [card("card-2")])  # committed elsewhere; the ring is still on its way
    line = await stage.watch(cursor="9f3c2a-4")
    assert Reader().read(bytes(line.arrived)).hello["outcome"] == "resumed"


async def test_the_dashboards_board_is_no_board(stage: Stage) -> None:
    assert BoardId("dashboard") != BOARD
    with pytest.raises(NotFound):
        await stage.open(Channel("board:dashboard"))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Forbidden("no"), {"reason": "denied", "reconnect": False}),
        (NotFound("gone"), {"reason": "gone", "reconnect": False}),
        (Unavailable("locked"), {"reason": "resync", "reconnect": True}),
    ],
)
async def test_rt11_what_goes_wrong_in_the_middle_of_a_replay_ends_the_stream_with_its_reason(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: object
) -> None:
    monkeypatch.setattr(ring, "RING_ENTRIES", 5)
    monkeypatch.setattr(follower, "PAGE", 7)
    stage.commit(*(logged(number) for number in range(40)))
    await stage.watch()
    opened = await stage.open(cursor="9f3c2a-3")
    stage.log.failure = error
    line = await live(opened)
    frames = frames_in(bytes(line.arrived))
    assert [frame.event for frame in frames] == ["hello", *["attempt_log"] * 7, "bye"]
    assert frames[-1].body == reason
    assert stage.faults == ([error] if isinstance(error, Unavailable) else [])
    stage.faults.clear()


async def test_seed_53_a_joiner_who_is_ahead_does_not_let_the_ring_go_on_without_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "RING_ENTRIES", 5)
    behind = await stage.watch(view="state")
    stage.commit(logged(0))
    await turns()
    stage.commit(*(logged(number) for number in range(1, 5)))  # they wait for the window
    ahead = await stage.watch(view="state")
    stage.commit(*(logged(number) for number in range(5, 15)))
    await pass_(1)
    expected = [f"line {number}" for number in range(15)]
    told_behind = [body["message"] for _, body in Reader().read(bytes(behind.arrived)).passed]
    told_ahead = [body["message"] for _, body in Reader().read(bytes(ahead.arrived)).passed]
    assert told_behind == expected
    assert told_ahead == expected[5:]


async def test_seed_255_a_state_in_a_replay_contains_every_change_that_it_stands_for(stage: Stage) -> None:
    """The log may be ahead of the channel: what is not folded yet comes later, on top of the state."""
    reader = Reader().read(bytes((await stage.watch()).arrived))
    again = Stage(stage.log)
    again.commit(card("card-2"))
    await again.watch()  # the channel is loaded
    again.log.append(CHANNEL, [card("card-3")])  # and this is in the log before its ring is heard
    line = await again.watch(cursor=reader.cursor)
    again.broker.ring(again.log.everything[CHANNEL][-1:])
    await pass_(1)
    assert reader.read(bytes(line.arrived)).state == again.state


async def test_seed_521_a_cursor_that_neither_ring_nor_log_can_serve_gets_a_snapshot(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader().read(bytes((await stage.watch()).arrived))
    stage.commit(card("card-2"), logged(1), logged(2))
    again = Stage(stage.log)
    other = await again.watch(cursor="9f3c2a-3")  # a replay with a state: from here on patches begin later
    assert Reader().read(bytes(other.arrived)).state == again.state
    again.commit(logged(3))
    again.log.prune(CHANNEL, upto=6)
    channel = again.hub._channels[CHANNEL]
    monkeypatch.setattr(channel, "patch_floor", 7)
    channel.ring = stage.hub._channels[CHANNEL].ring  # reaches back to where the reader is
    line = await again.watch(cursor=reader.cursor)
    assert reader.read(bytes(line.arrived)).outcomes[-1] == "snapshot"


async def test_rt13_one_who_comes_while_the_server_drains_is_told_good_bye(stage: Stage) -> None:
    await stage.watch()
    stage.commit(card("card-2"))
    stage.log.gate.clear()
    opening = asyncio.ensure_future(stage.open(cursor="9f3c2a-1"))
    await turns()
    await stage.hub.drain(0)
    stage.log.gate.set()
    line = await live(await opening)
    assert frames_in(bytes(line.arrived))[-1].body == {"reason": "shutdown", "reconnect": True}
