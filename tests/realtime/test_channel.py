"""RT1 to RT8 on one channel, as its readers see it."""

from __future__ import annotations

import asyncio

import pytest

from kanbanai.domain.events import (
    AttemptLogged,
    AttemptStarted,
    AttemptStatusChanged,
    GitStatusChanged,
)
from kanbanai.domain.ids import AttemptId, CardId
from tests.realtime.stage import CHANNEL, NOW, Reader, Stage, card, frames_in, moved, pass_, turns

pytestmark = pytest.mark.anyio


def status(attempt: str, name: str, card_id: str = "card-1") -> AttemptStatusChanged:
    return AttemptStatusChanged(attempt_id=AttemptId(attempt), card_id=CardId(card_id), status=name)  # type: ignore[arg-type]


def logged(attempt: str, message: str) -> AttemptLogged:
    return AttemptLogged(attempt_id=AttemptId(attempt), level="info", message=message, ts=NOW)


async def test_rt6_a_reader_without_a_cursor_gets_hello_state_and_one_status_per_attempt(
    stage: Stage,
) -> None:
    stage.commit(status("att-1", "running"), status("att-2", "queued"))
    line = await stage.watch(view="state")
    reader = Reader().read(bytes(line.arrived))
    assert line.arrived.startswith(b"retry: 1500\nevent: hello\n")
    assert [frame.event for frame in reader.events] == ["hello", "state", "attempt_status", "attempt_status"]
    assert reader.hello == {"serverTime": NOW, "outcome": "snapshot", "cursor": "9f3c2a-5"}
    assert reader.state == stage.state
    assert [frame.body["attemptId"] for frame in reader.events[2:]] == ["att-1", "att-2"]


async def test_rt2_the_last_frame_of_a_snapshot_states_its_cursor_and_no_frame_before_does(
    stage: Stage,
) -> None:
    stage.commit(status("att-1", "running"))
    line = await stage.watch()
    frames = frames_in(bytes(line.arrived))
    assert [frame.id for frame in frames] == [None, None, "9f3c2a-4"]


async def test_rt7_the_patch_view_tells_each_change_as_operations(stage: Stage) -> None:
    line = await stage.watch()
    stage.commit(moved("card-1", "todo", "done"))
    await turns()
    last = frames_in(bytes(line.arrived))[-1]
    assert (last.event, last.id) == ("state_patch", "9f3c2a-4")
    assert last.body["ops"][0]["op"] == "move"
    assert Reader().read(bytes(line.arrived)).state == stage.state


async def test_rt7_the_default_view_tells_a_change_as_the_whole_state(stage: Stage) -> None:
    line = await stage.watch(view="state")
    stage.commit(moved("card-1", "todo", "done"))
    await turns()
    last = frames_in(bytes(line.arrived))[-1]
    assert (last.event, last.id, last.body) == ("state", "9f3c2a-4", stage.state)


async def test_rt7_changes_that_fall_together_are_one_state_and_it_claims_no_event_that_follows(
    stage: Stage,
) -> None:
    line = await stage.watch(view="state")
    before = len(line.arrived)
    stage.commit(card("card-2"), logged("att-1", "one"), card("card-3"), logged("att-1", "two"))
    await turns()
    frames = frames_in(bytes(line.arrived[before:]))
    assert [(frame.event, frame.id) for frame in frames] == [
        ("state", "9f3c2a-4"),
        ("attempt_log", "9f3c2a-6"),
        ("attempt_log", "9f3c2a-7"),
    ]
    assert frames[0].body == stage.state


async def test_rt5_an_event_is_told_with_the_very_bytes_of_the_log(stage: Stage) -> None:
    line = await stage.watch()
    (entry,) = stage.commit(logged("att-1", "grüße ☃"))
    await turns()
    assert bytes(line.arrived).endswith(b"event: attempt_log\ndata: " + entry.body + b"\n\n")


async def test_rt7_details_can_be_left_out_and_ids_pass_over_them(stage: Stage) -> None:
    line = await stage.watch(attempts="none")
    before = len(line.arrived)
    stage.commit(
        logged("att-1", "a detail"),
        status("att-1", "running"),
        AttemptStarted(attempt_id=AttemptId("att-1"), card_id=CardId("card-1")),
        GitStatusChanged(),
        logged("att-1", "another"),
    )
    await turns()
    frames = frames_in(bytes(line.arrived[before:]))
    assert [(frame.event, frame.id) for frame in frames] == [
        ("attempt_status", "9f3c2a-5"),
        ("attempt_started", "9f3c2a-6"),
        ("git_status", "9f3c2a-8"),
    ]


async def test_rt7_details_can_be_narrowed_to_some_attempts(stage: Stage) -> None:
    line = await stage.watch(attempts=frozenset({AttemptId("att-2")}))
    stage.commit(
        logged("att-1", "no"), logged("att-2", "yes"), GitStatusChanged(attempt_id=AttemptId("att-1"))
    )
    await turns()
    frames = frames_in(bytes(line.arrived))[2:]
    assert [(frame.event, frame.body["attemptId"], frame.id) for frame in frames] == [
        ("attempt_log", "att-2", "9f3c2a-6")
    ]


async def test_a_batch_that_a_filter_empties_is_not_written_and_the_heartbeat_brings_its_id(
    stage: Stage,
) -> None:
    line = await stage.watch(attempts="none")
    written = len(line.writes)
    stage.commit(logged("att-1", "a detail"))
    await pass_(1)
    assert len(line.writes) == written
    await pass_(15)
    last = frames_in(bytes(line.arrived))[-1]
    assert (last.event, last.id, last.body) == ("heartbeat", "9f3c2a-4", {"ts": NOW})


async def test_rt1_an_announcement_with_a_gap_is_filled_from_the_log(stage: Stage) -> None:
    line = await stage.watch()
    stage.log.append(CHANNEL, [card("card-2")])  # committed, but the doorbell was lost
    stage.commit(card("card-3"))
    await turns()
    reader = Reader().read(bytes(line.arrived))
    assert reader.state == stage.state
    assert [frame.id for frame in reader.events[2:]] == ["9f3c2a-4", "9f3c2a-5"]


async def test_an_announcement_heard_twice_is_told_once(stage: Stage) -> None:
    line = await stage.watch()
    entries = stage.commit(card("card-2"))
    stage.broker.ring(entries)
    await turns()
    assert [frame.event for frame in frames_in(bytes(line.arrived))] == ["hello", "state", "state_patch"]


async def test_what_is_committed_while_the_channel_loads_is_told(stage: Stage) -> None:
    stage.log.gate.clear()
    opening = asyncio.create_task(stage.watch())
    await turns()
    stage.commit(card("card-2"))
    stage.log.gate.set()
    line = await opening
    await turns()
    stage.commit(card("card-3"))
    await turns()
    assert Reader().read(bytes(line.arrived)).state == stage.state


async def test_rt12_readers_who_are_told_the_same_share_the_very_bytes(stage: Stage) -> None:
    lines = [await stage.watch() for _ in range(3)]
    stage.commit(card("card-2"))
    await turns()
    assert all(line.writes[-1] is lines[0].writes[-1] for line in lines)


async def test_rt12_a_state_is_encoded_once_per_event_however_many_connect(stage: Stage) -> None:
    for _ in range(5):
        await stage.watch()
        await stage.watch(view="state")
    assert stage.hub.statistics().states_encoded == 1
    stage.commit(card("card-2"))
    await turns()
    assert stage.hub.statistics().states_encoded == 2
