"""Pacing, slices, and readers that cannot keep up (RT9): who is told what, when."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from kanbanai.domain.events import AttemptLogged
from kanbanai.domain.ids import AttemptId
from kanbanai.realtime import feed, reasons, ring, subscriber
from kanbanai.realtime.batches import Batch
from kanbanai.realtime.variants import Variant
from tests.realtime.stage import (
    CHANNEL,
    NOW,
    Line,
    Reader,
    Stage,
    card,
    frames_in,
    pass_,
    turns,
)

pytestmark = pytest.mark.anyio


def logged(size: int = 100) -> AttemptLogged:
    return AttemptLogged(attempt_id=AttemptId("att-1"), level="info", message="x" * size, ts=NOW)


async def written_at(stage: Stage, line: Line, number: int) -> float:
    """When the line has that many writes."""
    loop = asyncio.get_running_loop()
    while len(line.writes) < number:
        await pass_(0.001)
    return loop.time()


async def test_a_first_event_is_told_at_once_and_the_next_ones_when_the_window_ends(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    line = await stage.watch()
    await pass_(1)
    start = loop.time()
    stage.commit(card("card-2"))
    await turns()
    assert (len(line.writes), loop.time()) == (1, start)
    stage.commit(card("card-3"))
    await pass_(0.001)
    stage.commit(card("card-4"))
    assert await written_at(stage, line, 2) == pytest.approx(start + feed.WINDOW["patch"], abs=0.002)
    assert len(frames_in(line.writes[1])) == 2


async def test_what_falls_into_one_turn_of_the_loop_is_one_write(stage: Stage) -> None:
    line = await stage.watch()
    for number in range(5):
        stage.commit(card(f"card-{number + 2}"))
    await turns()
    assert len(line.writes) == 1


async def test_a_thousand_events_in_a_second_are_joined_at_least_ten_to_a_write(stage: Stage) -> None:
    line = await stage.watch()
    for _ in range(1000):
        stage.commit(logged())
        await pass_(0.001)
    await pass_(1)
    assert sum(len(frames_in(write)) for write in line.writes) == 1000
    assert len(line.writes) <= 25


async def test_after_very_many_events_the_next_ones_wait_a_little_longer(stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    line = await stage.watch()
    await pass_(1)
    start = loop.time()
    for _ in range(feed.MANY):
        stage.commit(logged())
    await turns()
    assert len(line.writes) == 1
    stage.commit(logged())
    assert await written_at(stage, line, 2) == pytest.approx(start + feed.WINDOW_OF_MANY, abs=0.002)
    stage.commit(logged())
    assert await written_at(stage, line, 3) == pytest.approx(
        start + feed.WINDOW_OF_MANY + feed.WINDOW["patch"], abs=0.002
    )


async def test_twenty_events_in_a_second_are_not_delayed(stage: Stage) -> None:
    line = await stage.watch()
    await pass_(1)
    for number in range(20):
        stage.commit(card(f"card-{number + 2}"))
        await turns()
        assert len(line.writes) == number + 1
        await pass_(0.05)


@pytest.mark.parametrize(
    ("viewers", "events", "window"),
    [
        (40, 1, feed.WINDOW["patch"]),
        (60, 1, 0.03),
        (200, 1, feed.RELIEF_MOST),
        (140, feed.MANY, 0.07),
        (300, feed.MANY, feed.RELIEF_OF_MANY),
    ],
)
async def test_the_more_are_written_to_the_later_the_next_flush_within_bounds(
    stage: Stage, viewers: int, events: int, window: float
) -> None:
    loop = asyncio.get_running_loop()
    line, *_ = [await stage.watch() for _ in range(viewers)]
    await pass_(1)
    began = loop.time()
    for _ in range(events):
        stage.commit(logged())
    await turns()
    assert len(line.writes) == 1
    stage.commit(logged())
    assert await written_at(stage, line, 2) == pytest.approx(began + window, abs=0.002)


async def test_in_a_stream_to_many_flushes_are_further_apart_until_it_pauses(stage: Stage) -> None:
    line, *_ = [await stage.watch() for _ in range(200)]
    for pause in (0.02, 0.05, 0.02):
        await pass_(1)
        before, times = len(line.writes), []
        for _ in range(50):
            stage.commit(logged())
            times.append(await written_at(stage, line, before + 1))
            before += 1
            await pass_(pause)
            before = len(line.writes)
        between = [later - earlier for earlier, later in pairwise(times)]
        if pause == 0.05:
            assert between == pytest.approx([pause] * 49, abs=0.003), "what comes slower is told at once"
        else:
            assert max(between[: feed.STREAM - 1]) < feed.RELIEF_MOST + pause
            assert min(between[feed.STREAM + 1 :]) > feed.RELIEF_OF_STREAM - 0.003


async def test_a_flush_goes_on_in_later_turns_so_that_requests_are_served_between(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "SLICE", 2)
    lines = [await stage.watch() for _ in range(7)]
    stage.commit(card("card-2"))
    await asyncio.sleep(0)  # the turn in which the flush was made up
    counts: list[int] = []
    while counts[-1:] != [7]:
        counts.append(sum(bool(line.writes) for line in lines))
        await asyncio.sleep(0)
    assert [later - before for before, later in pairwise(counts)] == [2, 2, 1]


async def test_big_batches_make_the_slices_smaller(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "SLICE", 10)
    lines = [await stage.watch() for _ in range(4)]
    stage.commit(logged(9 * feed.WEIGHT))
    await asyncio.sleep(0)
    assert sum(bool(line.writes) for line in lines) == 1
    await turns()
    assert all(len(line.writes) == 1 for line in lines)


async def test_rt4_who_comes_and_goes_in_the_middle_of_a_flush_gets_everything_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "SLICE", 1)
    lines = [await stage.watch() for _ in range(6)]
    stage.commit(card("card-2"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    lines[0].cut()
    lines[5].cut()
    late = [await stage.watch(), await stage.watch(cursor="9f3c2a-3")]
    stage.commit(card("card-3"))
    await pass_(1)
    for line in [*lines[1:5], late[0]]:
        assert Reader().read(bytes(line.arrived)).state == stage.state
    assert [frame.id for frame in frames_in(bytes(late[1].arrived))[1:]] == ["9f3c2a-4", "9f3c2a-5"]


async def test_rt9_a_reader_that_stalls_leaves_its_group_and_is_told_all_when_it_reads_on(
    stage: Stage,
) -> None:
    slow, quick = await stage.watch(), await stage.watch()
    slow.stall()
    for number in range(30):
        stage.commit(card(f"card-{number + 2}"))
        await pass_(0.03)
    assert slow.subscriber.is_paused
    assert Reader().read(bytes(quick.arrived)).state == stage.state
    assert slow.waiting() < Line.HIGH_WATER + 1000, "it holds what filled it and no more"
    slow.take(None)
    await pass_(0.03)
    reader = Reader().read(bytes(slow.arrived))
    assert reader.state == stage.state
    assert [frame.id for frame in reader.events[2:]] == [f"9f3c2a-{number}" for number in range(4, 34)]


async def test_rt9_one_that_takes_nothing_for_too_long_is_closed_with_a_reason(stage: Stage) -> None:
    line = await stage.watch()
    line.stall()
    stage.commit(logged(2000))
    await pass_(subscriber.STUCK_AFTER - 1)
    assert not stage.hub.statistics().ended["slow"]
    await pass_(2)
    assert line.subscriber.reason is reasons.SLOW
    await pass_(subscriber.FAREWELL_TIME + 1)
    assert line.is_closed
    assert stage.hub.statistics().ended["slow"] == 1
    assert stage.hub.statistics().subscribers["ending"] == 0


async def test_rt9_one_that_reads_slowly_but_reads_is_left_alone(stage: Stage) -> None:
    line = await stage.watch()
    line.stall()
    stage.commit(logged(20_000))
    for _ in range(20):
        await pass_(subscriber.STUCK_AFTER / 2)
        line.take(500)
    assert line.subscriber.reason is None
    assert line.subscriber.is_paused


async def test_rt9_one_whose_place_has_left_the_ring_is_closed_and_resumes_without_loss(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "RING_ENTRIES", 10)
    line = await stage.watch()
    line.stall()
    stage.commit(logged(2000))
    await turns()
    for _ in range(20):
        stage.commit(logged())
        await pass_(0.03)
    line.take(None)
    await turns()
    assert line.subscriber.reason is reasons.SLOW
    reader = Reader().read(bytes(line.arrived))
    reader.read(bytes((await stage.watch(cursor=reader.cursor)).arrived))
    assert reader.outcomes[-1] == "resumed"
    assert len(reader.passed) == 21


async def test_rt9_what_a_group_still_waits_for_stays_in_the_ring(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "RING_ENTRIES", 5)
    line = await stage.watch()
    stage.commit(*(logged() for _ in range(50)))
    await turns()
    assert len(frames_in(bytes(line.arrived))) == 2 + 50
    stage.commit(logged())
    assert stage.hub._channels[CHANNEL].ring.start > 45


async def test_one_carrier_that_raises_loses_its_reader_and_nobody_else(stage: Stage) -> None:
    lines = [await stage.watch() for _ in range(3)]

    def broken(_data: bytes) -> None:
        raise OSError("gone")

    lines[1].cut()
    bad = await stage.open()
    async for _ in bad.pieces():
        pass
    line = Line(bad.subscriber)
    line.write = broken  # type: ignore[method-assign,assignment]
    bad.subscriber.go_live(line, bad.subscriber.spelling)
    stage.commit(card("card-2"))
    await turns()
    assert all(Reader().read(bytes(one.arrived)).state == stage.state for one in (lines[0], lines[2]))
    assert line.is_closed
    (fault,) = stage.faults
    assert isinstance(fault.__cause__, OSError)
    stage.faults.clear()


async def test_a_batch_that_cannot_be_made_up_ends_the_streams_so_that_they_come_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await stage.watch()

    def broken(*_: object, **__: object) -> Batch:
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        patch.setattr("kanbanai.realtime.channel.batch", broken)
        stage.commit(card("card-2"))
        await turns()
    last = frames_in(bytes(line.arrived))[-1]
    assert last.body == {"reason": "resync", "reconnect": True}
    assert [type(fault) for fault in stage.faults] == [MemoryError]
    stage.faults.clear()
    reader = Reader().read(bytes(line.arrived))
    assert reader.read(bytes((await stage.watch(cursor=reader.cursor)).arrived)).state == stage.state


async def test_a_feed_goes_with_its_last_reader(stage: Stage) -> None:
    lines = [await stage.watch(attempts="none"), await stage.watch()]
    channel = stage.hub._channels[CHANNEL]
    assert set(channel.feeds) == {Variant("patch", "none"), Variant("patch", "all")}
    for line in lines:
        line.cut()
    assert channel.feeds == {}
