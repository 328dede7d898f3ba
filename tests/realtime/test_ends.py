"""How streams end (RT11, RT13), how they stay alive (RT10), and what becomes of a channel nobody watches."""

from __future__ import annotations

import asyncio

import pytest

from kanbanai.domain.actors import Actor
from kanbanai.domain.channels import DASHBOARD
from kanbanai.domain.errors import NotFound, Unavailable
from kanbanai.domain.events import CardDeleted, ProjectDeleted
from kanbanai.domain.ids import CardId, ColumnId
from kanbanai.domain.log import Entry
from kanbanai.http.sse import CHUNKED
from kanbanai.realtime import hub, reasons, subscriber
from tests.realtime.stage import (
    BOARD,
    CHANNEL,
    NOW,
    Line,
    Reader,
    Stage,
    card,
    frames_in,
    pass_,
    turns,
    unchunked,
    unzipped,
)

pytestmark = pytest.mark.anyio


def bye(line: Line) -> object:
    last = frames_in(bytes(line.arrived))[-1]
    assert (last.event, last.id) == ("bye", None)
    return last.body


async def test_rt10_a_heartbeat_comes_every_15_seconds_on_both_channels(stage: Stage) -> None:
    lines = [await stage.watch(), await stage.watch(DASHBOARD), await stage.watch(view="state")]
    await pass_(46)
    for line in lines:
        beats = [frame for frame in frames_in(bytes(line.arrived)) if frame.event == "heartbeat"]
        assert [frame.body for frame in beats] == [{"ts": NOW}] * 3


async def test_nothing_happens_while_nobody_watches(stage: Stage) -> None:
    line = await stage.watch()
    line.cut()
    await pass_(hub.HEARTBEAT_EVERY + hub.LINGER + 1)
    # Virtual time would jump to the next timer if there were one.
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10**6):
            await asyncio.get_running_loop().create_future()
    assert stage.hub._heartbeat is None


async def test_a_channel_lingers_for_those_who_reconnect_and_is_let_go_then(stage: Stage) -> None:
    line = await stage.watch()
    line.cut()
    await pass_(hub.LINGER / 2)
    assert stage.hub.statistics().channels == 1
    again = await stage.watch()
    await pass_(hub.LINGER)
    assert stage.hub.statistics().channels == 1
    again.cut()
    await pass_(hub.LINGER + 1)
    assert stage.hub.statistics().channels == 0


async def test_a_board_that_nobody_watches_is_never_read(stage: Stage) -> None:
    for number in range(10):
        stage.commit(card(f"card-{number + 2}"))
    await turns()
    assert stage.log.reads == 0


async def test_a_deleted_project_ends_its_streams_for_good(stage: Stage) -> None:
    board, dashboard = await stage.watch(), await stage.watch(DASHBOARD)
    stage.commit(ProjectDeleted(project_id=BOARD), channel=DASHBOARD)
    await turns()
    assert bye(board) == {"reason": "gone", "reconnect": False}
    assert board.is_closed
    assert not dashboard.is_closed
    assert "project_deleted" in [frame.event for frame in frames_in(bytes(dashboard.arrived))]


async def test_a_project_deleted_while_its_board_loads_is_not_found(stage: Stage) -> None:
    stage.log.gate.clear()
    opening = asyncio.ensure_future(stage.watch())
    await turns()
    stage.commit(ProjectDeleted(project_id=BOARD), channel=DASHBOARD)
    stage.log.gate.set()
    with pytest.raises(NotFound):
        await opening


async def test_rt11_the_stream_of_one_whose_access_is_taken_away_ends(stage: Stage) -> None:
    mine, theirs = await stage.watch(), await stage.watch(actor=Actor("user", "guest"))
    stage.hub.revoke(CHANNEL, lambda actor: actor.id == "guest")
    await turns()
    assert bye(theirs) == {"reason": "denied", "reconnect": False}
    assert not mine.is_closed


async def test_rt13_on_shutdown_every_stream_says_good_bye_and_ends_cleanly_spread_over_a_second(
    stage: Stage,
) -> None:
    loop = asyncio.get_running_loop()
    lines = [await stage.watch(envelope=CHUNKED, coding="gzip") for _ in range(40)]
    sizes = [line.prologue_size for line in lines]
    stage.commit(card("card-2"))
    await pass_(1)
    start = loop.time()
    draining = asyncio.ensure_future(stage.hub.drain())
    ended = []
    while not draining.done():
        await pass_(0.01)
        ended.append(sum(line.is_closed for line in lines))
    assert loop.time() - start == pytest.approx(1, abs=0.1)
    assert len(set(ended)) > 15, "they ended all at once"
    for line, size in zip(lines, sizes, strict=True):
        body = unchunked(bytes(line.arrived[size:]), is_whole=True)
        reader = Reader().read(unzipped(bytes(line.arrived[:size]) + body, is_whole=True))
        assert reader.state == stage.state
        assert reader.events[-1].body == {"reason": "shutdown", "reconnect": True}
    with pytest.raises(Unavailable):
        await stage.watch()


async def test_rt13_one_in_its_prologue_is_told_good_bye_as_well(stage: Stage) -> None:
    opened = await stage.open()
    pieces = opened.pieces()
    first = await anext(pieces)
    await stage.hub.drain(0)
    rest = b"".join([piece async for piece in pieces])
    frames = frames_in(first + rest)
    assert [frame.event for frame in frames] == ["hello", "state", "bye"]
    assert opened.is_over
    opened.subscriber.lost()
    assert stage.hub.statistics().subscribers["ending"] == 0


async def test_one_who_does_not_take_the_last_frame_is_cut_off(stage: Stage) -> None:
    line = await stage.watch()
    line.stall()
    stage.hub.end(CHANNEL, reasons.SHUTDOWN)
    await pass_(subscriber.FAREWELL_TIME - 1)
    assert not line.is_closed
    await pass_(2)
    assert line.is_closed


async def test_one_who_never_begins_to_read_its_prologue_is_given_up(stage: Stage) -> None:
    opened = await stage.open()
    await pass_(subscriber.STUCK_AFTER + 1)
    assert opened.subscriber.reason is reasons.SLOW
    assert opened.subscriber.condition == "lost"
    assert stage.hub.statistics().subscribers["prologue"] == 0


async def test_a_prologue_that_goes_on_slowly_is_left_alone(stage: Stage) -> None:
    opened = await stage.open()
    for _ in range(5):
        await pass_(subscriber.STUCK_AFTER * 0.9)
        opened.subscriber.progress += 1
    assert opened.subscriber.reason is None


async def test_a_log_that_does_not_fit_the_board_ends_its_streams_and_they_come_back_to_the_truth(
    stage: Stage,
) -> None:
    line = await stage.watch()
    (entry,) = stage.log.append(CHANNEL, [card("card-2")])
    wrong = CardDeleted(card_id=CardId("card-none"), column_id=ColumnId("todo"))
    entry_like = Entry(CHANNEL, entry.seq, wrong.kind, b"{}", NOW, "user:local", wrong)
    stage.broker.ring([entry_like])
    await turns()
    assert bye(line) == {"reason": "resync", "reconnect": True}
    (fault,) = stage.faults
    assert isinstance(fault, (KeyError, ValueError))
    stage.faults.clear()
    statistics = stage.hub.statistics()
    assert (statistics.faults, statistics.ended["resync"], statistics.channels) == (1, 1, 0)
    reader = Reader().read(bytes(line.arrived))
    assert reader.read(bytes((await stage.watch(cursor=reader.cursor)).arrived)).state == stage.state


async def test_an_announced_event_that_the_log_lacks_is_a_fault_not_a_silence(stage: Stage) -> None:
    line = await stage.watch()
    event = card("card-2")
    stage.broker.ring([Entry(CHANNEL, 9, event.kind, b"{}", NOW, "user:local", event)])
    await turns()
    assert bye(line) == {"reason": "resync", "reconnect": True}
    (fault,) = stage.faults
    assert "9 was announced" in str(fault)
    stage.faults.clear()


async def test_a_gap_that_cannot_be_read_now_is_read_later(stage: Stage) -> None:
    line = await stage.watch()
    stage.log.failure = Unavailable("the database is locked")
    stage.log.append(CHANNEL, [card("card-2")])
    stage.commit(card("card-3"))
    await pass_(2.5)
    assert [str(fault) for fault in stage.faults] == ["the database is locked"] * 3
    stage.faults.clear()
    stage.log.failure = None
    await pass_(1)
    assert Reader().read(bytes(line.arrived)).state == stage.state


async def test_statistics_say_what_the_streams_amount_to(stage: Stage) -> None:
    lines = [await stage.watch(), await stage.watch(), await stage.watch(view="state")]
    opened = await stage.open()
    stage.commit(card("card-2"))
    await turns()
    lines[0].cut()
    found = stage.hub.statistics()
    assert (found.channels, found.feeds) == (1, 2)
    assert found.subscribers == {"prologue": 1, "joining": 0, "live": 2, "paused": 0, "ending": 0}
    assert (found.frames, found.flushes, found.disconnected) == (3, 2, 1)
    assert found.bytes == sum(len(write) for line in lines for write in line.writes)
    opened.subscriber.lost()
