"""Following a board: connecting, resuming, waiting, falling back, giving up."""

from __future__ import annotations

import asyncio
import zlib

import pytest

from kanbanai.client import ApiProblem, Health, KanbanClient, Rhythm, Update
from kanbanai.domain import events as e
from kanbanai.domain.cards import CardChanges
from tests.client.stage import BOARD, STEADY, FakeServer, Scene, Stream, board, card, frame, scene

MOVE = {
    "ops": [
        {"op": "move", "path": "/columns/col-2/cardIds/0", "from": "/columns/col-1/cardIds/0"},
        {"op": "replace", "path": "/cards/card-1/updatedAt", "value": "2026-11-23T19:00:00.000Z"},
    ]
}
MOVED = e.CardMoved(
    card_id="card-1",  # type: ignore[arg-type]
    from_column_id="col-1",  # type: ignore[arg-type]
    to_column_id="col-2",  # type: ignore[arg-type]
    index=0,
    updated_at="2026-11-23T19:00:00.000Z",  # type: ignore[arg-type]
)


def cards_of(stage: Scene, column: str) -> tuple[str, ...]:
    state = stage.watch.view.state
    assert state is not None
    return state.columns[column].card_ids  # type: ignore[index]


async def test_a_first_connection_asks_for_the_patch_view_and_names_no_cursor() -> None:
    async with scene(attempts="none") as stage:
        assert await stage.next() == Health(phase="connecting")
        stream = await stage.server.stream()
        assert stream.request.query == {"boardId": BOARD, "view": "patch", "attempts": "none"}
        assert "last-event-id" not in stream.request.headers
        await stream.open()
        await stream.tell("hello", {"serverTime": "x", "outcome": "snapshot", "cursor": "e-9"})
        assert await stage.next() == Health(phase="live")
        assert isinstance(hello := await stage.next(), Update)
        assert (hello.name, hello.cursor) == ("hello", ""), (
            "the greeting's cursor is where we shall be, not are"
        )
        await stream.tell("state", board(["card-1"]), "e-9")
        assert isinstance(state := await stage.next(), Update)
        assert (state.name, state.cursor, state.changes) == ("state", "e-9", ())
        assert cards_of(stage, "col-1") == ("card-1",)


async def test_rt7_patches_are_folded_in_and_told_as_the_events_they_are() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1", "card-2"]))
        await stream.tell("state_patch", MOVE, "e-2")
        update = await stage.update("state_patch")
        assert update.changes == (MOVED,)
        assert (cards_of(stage, "col-1"), cards_of(stage, "col-2")) == (("card-2",), ("card-1",))
        new = card("card-3", "New")
        await stream.tell("state_patch", {"ops": [
            {"op": "add", "path": "/cards/card-3", "value": new},
            {"op": "add", "path": "/columns/col-1/cardIds/0", "value": "card-3"},
            {"op": "add", "path": "/cards/card-2/description", "value": "why"},
        ]}, "e-4")  # fmt: skip
        created, updated = (await stage.update("state_patch")).changes
        assert isinstance(created, e.CardCreated)
        assert (created.card.title, created.index) == ("New", 0)
        assert isinstance(updated, e.CardUpdated)
        assert updated.changes == CardChanges(description="why")


async def test_frames_cut_anywhere_are_put_together() -> None:
    async with scene() as stage:
        stream = await stage.server.stream()
        await stream.open()
        text = b"\xef\xbb\xbf: welcome\r\nretry: 1500\r\n\r\n"
        text += frame("hello", {"outcome": "snapshot"}).replace(b"\n", b"\r\n")
        text += frame("state", board(["card-1"]), "e-1") + frame("state_patch", MOVE, "e-2")
        for place in range(len(text)):
            await stream.write(text[place : place + 1])
        assert (await stage.update("state_patch")).changes == (MOVED,)


async def test_rt12_a_compressed_stream_is_read_frame_by_frame() -> None:
    async with scene() as stage:
        stream = await stage.server.stream()
        assert stream.request.headers["accept-encoding"] == "gzip"
        await stream.open(Content_Encoding="gzip")
        compressor = zlib.compressobj(wbits=31)
        for text in (frame("hello", {"outcome": "snapshot"}), frame("state", board(["card-1"]), "e-1")):
            await stream.write(compressor.compress(text) + compressor.flush(zlib.Z_FULL_FLUSH))
        await stage.update("state")
        assert (await stage.lost(stream)).phase == "reconnecting", (
            "a stream without its trailer has just ended"
        )


async def test_rt5_a_broken_stream_is_resumed_by_its_cursor_and_nothing_is_told_twice() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1", "card-2"]))
        await stream.tell("attempt_log", log("one"), "e-2")
        await stage.update("attempt_log")
        lost = await stage.lost(stream)
        assert lost == Health(phase="reconnecting", attempt=1, next_in=1.5, reason=lost.reason)
        assert cards_of(stage, "col-1") == ("card-1", "card-2"), "what was true at the cursor is still shown"
        await stage.wait_over(lost)
        again = await stage.server.stream()
        assert again.request.headers["last-event-id"] == "e-2"
        await stage.greeted(again, "resumed", "e-3")
        await again.tell("state_patch", MOVE, "e-3")
        assert (await stage.update("state_patch")).changes == (MOVED,)


async def test_rt8_frames_without_an_id_do_not_move_the_cursor() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]), "e-5")
        await stream.tell("conversation_delta", {"attemptId": "att-1", "text": "Hm"})
        delta = await stage.update("conversation_delta")
        assert (delta.cursor, delta.changes, delta.body) == (
            "e-5",
            (),
            '{"attemptId": "att-1", "text": "Hm"}',
        )
        await stage.wait_over(await stage.lost(stream))
        assert (await stage.server.stream()).request.headers["last-event-id"] == "e-5"


async def test_a_cursor_of_another_log_brings_the_whole_board_and_the_difference_is_told() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1", "card-2"]), "old-900")
        await stream.tell("attempt_status", status("att-1", "card-2", "running"), "old-901")
        await stage.update("attempt_status")
        await stage.wait_over(await stage.lost(stream))
        again = await stage.server.stream()
        await stage.greeted(again, "epoch", "new-3")
        await again.tell("state", board(["card-2"]), "new-3")
        update = await stage.update("state")
        assert [type(change).__name__ for change in update.changes] == ["CardDeleted"]
        assert update.cursor == "new-3"
        assert stage.watch.view.snapshot.attempts == {}, "the attempts are told anew as well"


async def test_attempts_are_kept_with_the_board() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        await stream.tell("attempt_status", status("att-1", "card-1", "running"), "e-2")
        [change] = (await stage.update("attempt_status")).changes
        assert isinstance(change, e.AttemptStatusChanged)
        [brief] = stage.watch.view.snapshot.attempts["card-1"]  # type: ignore[index]
        assert (brief.attempt_id, brief.status) == ("att-1", "running")
        await stream.tell("state", board(["card-1"]), "e-3")
        await stage.update("state")
        assert stage.watch.view.snapshot.attempts, "a `state` between is no new beginning"
        ops = [
            {"op": "remove", "path": "/columns/col-1/cardIds/0"},
            {"op": "remove", "path": "/cards/card-1"},
        ]
        await stream.tell("state_patch", {"ops": ops}, "e-4")
        await stage.update("state_patch")
        assert stage.watch.view.snapshot.attempts == {}, "they go with their card"


async def test_rt6_the_statuses_that_come_with_the_board_are_told_as_far_as_they_are_news() -> None:
    async with scene() as stage:
        stream = await stage.server.stream()
        await stage.greeted(stream, cursor="e-1")
        await stream.tell("state", board(["card-1", "card-2"]))
        await stream.tell("attempt_status", status("att-1", "card-1", "running"))
        await stream.tell("attempt_status", status("att-2", "card-2", "queued"), "e-1")
        first, last = await stage.update("attempt_status"), await stage.update("attempt_status")
        assert (first.changes, first.cursor, last.changes, last.cursor) == ((), "", (), "e-1")
        assert len(stage.watch.view.snapshot.attempts) == 2
        await stage.wait_over(await stage.lost(stream))
        again = await stage.server.stream()
        await stage.greeted(again, "epoch", "f-7")
        await again.tell("state", board(["card-1", "card-2"]))
        await again.tell("attempt_status", status("att-1", "card-1", "succeeded"))
        await again.tell("attempt_status", status("att-2", "card-2", "queued"), "f-7")
        assert len((await stage.update("attempt_status")).changes) == 1
        assert (await stage.update("attempt_status")).changes == ()
        await again.tell("attempt_status", status("att-2", "card-2", "queued"), "f-8")
        assert len((await stage.update("attempt_status")).changes) == 1, "live, it is told as it comes"


async def test_an_event_with_a_field_more_than_we_know_is_passed_on_unread() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        await stream.tell("attempt_log", log("one") | {"colour": "red"}, "e-2")
        update = await stage.update("attempt_log")
        assert update.changes == ()
        assert '"colour"' in update.body


async def test_waits_double_from_1_5_s_to_12_s_and_after_8_tries_it_refreshes_over_http() -> None:
    async with scene() as stage:
        stage.server.says(f"/boards/{BOARD}", {"state": board(["card-1", "card-2"])}, ETag='"e-4"')
        stream = await stage.connected(board(["card-1"]))
        lost = await stage.lost(stream)
        waits = []
        while lost.phase == "reconnecting":
            waits.append(lost.next_in)
            await stage.wait_over(lost)
            trying = await stage.health()
            assert trying == Health(phase="reconnecting", attempt=len(waits), reason=lost.reason)
            lost = await stage.lost(await stage.server.stream())
        assert waits == [1.5, 3, 6, 12, 12, 12, 12, 12]
        assert lost == Health(phase="refreshing", attempt=9, next_in=12, reason=lost.reason)
        refresh = await stage.update("refresh")
        assert [type(change).__name__ for change in refresh.changes] == ["CardCreated"]
        assert cards_of(stage, "col-1") == ("card-1", "card-2")


async def _refreshing(stage: Scene, stream: Stream) -> Health:
    lost = await stage.lost(stream)
    while lost.phase == "reconnecting":
        await stage.wait_over(lost)
        await stage.health()
        lost = await stage.lost(await stage.server.stream())
    return lost


async def test_while_refreshing_it_asks_every_15_s_and_only_for_news() -> None:
    async with scene() as stage:
        path = f"/boards/{BOARD}"
        stage.server.says(path, {"state": board(["card-1"], ["card-2"])}, ETag='"e-4"')
        stream = await stage.connected(board(["card-1", "card-2"]))
        await _refreshing(stage, stream)
        await stage.update("refresh")
        stage.server.says(path, b"", status=304)
        for count in (2, 3):
            await stage.time.someone_sleeps(15)
            await stage.time.pass_(15)
            asked = await stage.server.asked(count, path)
            assert asked[-1].headers["if-none-match"] == '"e-4"'
        tries = [one for one in stage.server.requests if one.path.endswith("/sse")]
        assert len(tries) > 9, "the stream is tried all the while"


async def test_rt5_after_refreshing_the_stream_resumes_where_it_broke_and_no_board_goes_back() -> None:
    """The refreshed board is ahead of the cursor: of what the stream then replays, only the logs are news."""
    async with scene() as stage:
        stage.server.says(f"/boards/{BOARD}", {"state": board(["card-2"], ["card-1"])}, ETag='"e-3"')
        stream = await stage.connected(board(["card-1", "card-2"]))
        waiting = await _refreshing(stage, stream)
        assert (await stage.update("refresh")).changes != ()
        await stage.wait_over(waiting)
        again = await stage.server.stream()
        assert again.request.headers["last-event-id"] == "e-1", (
            "not the refreshed board's: logs between would be lost"
        )
        await stage.greeted(again, "resumed", "e-4")
        await again.tell("attempt_log", log("missed"), "e-2")
        assert len((await stage.update("attempt_log")).changes) == 1
        assert cards_of(stage, "col-2") == ("card-1",), "the stream has not come so far, the board stays"
        await again.tell("state_patch", MOVE, "e-3")
        caught_up = await stage.update("state_patch")
        # The fake server's two boards differ in the moved card's time alone.
        assert [type(change).__name__ for change in caught_up.changes] == ["CardUpdated"]
        back = {
            "ops": [{"op": "move", "path": "/columns/col-1/cardIds/0", "from": "/columns/col-2/cardIds/0"}]
        }
        await again.tell("state_patch", back, "e-4")
        assert [type(change).__name__ for change in (await stage.update("state_patch")).changes] == [
            "CardMoved"
        ]
        assert cards_of(stage, "col-1") == ("card-1", "card-2")


async def test_when_live_again_nobody_refreshes_and_the_tries_are_counted_anew() -> None:
    async with scene() as stage:
        stage.server.says(f"/boards/{BOARD}", {"state": board(["card-1"])}, ETag='"e-1"')
        stream = await stage.connected(board(["card-1"]))
        waiting = await _refreshing(stage, stream)
        await stage.update("refresh")
        await stage.wait_over(waiting)
        again = await stage.server.stream()
        await stage.greeted(again, "resumed")
        assert stage.watch.health == Health(phase="live")
        await again.tell("heartbeat", {"ts": "x"})
        await stage.update("heartbeat")
        asked = len(stage.server.requests)
        await stage.time.pass_(30)
        assert len(stage.server.requests) == asked
        assert (await stage.lost(again)).attempt == 1


async def test_a_failed_refresh_says_why() -> None:
    async with scene() as stage:
        stage.server.says(f"/boards/{BOARD}", {"detail": "The disk is full"}, status=507)
        stream = await stage.connected(board(["card-1"]))
        await _refreshing(stage, stream)
        health = await stage.health()
        assert (health.phase, health.reason) == ("refreshing", "The disk is full")


async def test_a_server_that_greets_and_breaks_off_is_not_tried_ever_faster() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        lost = await stage.lost(stream)
        waits = []
        for _ in range(4):
            waits.append(lost.next_in)
            await stage.wait_over(lost)
            await stage.health()
            stream = await stage.server.stream()
            await stage.greeted(stream, "resumed")
            lost = await stage.lost(stream)
        assert waits == [1.5, 3, 6, 12]


async def test_rt10_the_servers_retry_is_the_base_of_the_waits() -> None:
    async with scene() as stage:
        stream = await stage.server.stream()
        await stream.open()
        await stream.write(b"retry: 4000\n\n" + frame("hello", {"outcome": "snapshot"}))
        await stage.update("hello")
        waits = []
        lost = await stage.lost(stream)
        for _ in range(4):
            waits.append(lost.next_in)
            await stage.wait_over(lost)
            await stage.health()
            lost = await stage.lost(await stage.server.stream())
        assert waits == [4, 8, 12, 12]


def test_a_servers_wish_has_bounds() -> None:
    assert STEADY.wait(1, asked=0.0) == 0.1, "retry: 0 is no licence to run the server over"
    assert [STEADY.wait(attempt, asked=60.0) for attempt in (1, 2)] == [60, 60]


def test_chance_only_shortens_a_wait() -> None:
    rhythm = Rhythm(jitter=0.2)
    assert [rhythm.wait(1, chance=chance) for chance in (0, 0.5, 1)] == [1.5, 1.35, pytest.approx(1.2)]
    assert all(9.6 <= rhythm.wait(5000) <= 12 for _ in range(100))


async def test_2_5_heartbeats_of_silence_are_the_end_of_a_connection() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        await stage.time.someone_sleeps(37.5)
        await stage.time.pass_(30)
        await stream.write(b": still here\n")
        await stream.tell("heartbeat", {"ts": "x"})
        await stage.update("heartbeat")
        assert stage.watch.age == 0
        await stage.time.pass_(30)
        assert (stage.watch.health.phase, stage.watch.age) == ("live", 30)
        await stage.time.pass_(7.5)
        lost = await stage.health()
        assert lost == Health(
            phase="reconnecting", attempt=1, next_in=1.5, reason="nothing was heard for 37.5 s"
        )
        await stream.left()


async def test_a_server_that_never_answers_is_given_up_as_well() -> None:
    async with scene() as stage:
        await stage.server.stream()
        await stage.time.someone_sleeps(37.5)
        await stage.time.pass_(37.5)
        await stage.health()
        assert (await stage.health()).phase == "reconnecting"


async def test_rt9_a_slow_user_loses_nothing_and_is_not_taken_for_a_silent_server() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        for number in range(1200):
            await stream.tell("attempt_log", log(str(number)), f"e-{number + 2}")
        # The watch has heard as much as it takes before its user asks for more.
        while not stage.watch._news.full():
            await stage.time.pass_(0)
            await asyncio.sleep(0)
        await stage.time.pass_(100)
        assert stage.watch.health.phase == "live"
        told = [await stage.update("attempt_log") for _ in range(1200)]
        assert [one.cursor for one in told] == [f"e-{number + 2}" for number in range(1200)]


async def test_rt13_a_goodbye_with_an_invitation_is_followed_by_a_new_connection() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]), "e-7")
        await stream.tell("bye", {"reason": "shutdown", "reconnect": True})
        lost = await stage.health()
        assert (lost.phase, lost.next_in) == ("reconnecting", 1.5)
        assert lost.reason == "the server went down or is restarting"
        await stage.wait_over(lost)
        assert (await stage.server.stream()).request.headers["last-event-id"] == "e-7"


async def test_rt11_a_goodbye_for_good_is_the_end() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        await stream.tell("bye", {"reason": "gone", "reconnect": False})
        assert await stage.health() == Health(phase="closed", reason="the project was deleted")
        assert [news async for news in stage.watch] == []
        assert [news async for news in stage.watch] == [], "and stays so"
        assert stage.watch.next_in is None


@pytest.mark.parametrize("status", [403, 404])
async def test_a_refusal_is_final(status: int) -> None:
    async with scene() as stage:
        stream = await stage.server.stream()
        await stream.refuse(status, {"detail": "Not for you", "code": "some_code"})
        with pytest.raises(ApiProblem, match="Not for you") as caught:
            await stage.health(), await stage.health()
        assert (caught.value.status, caught.value.code) == (status, "some_code")
        assert stage.watch.health == Health(phase="closed", reason="Not for you")
        with pytest.raises(ApiProblem):
            await stage.next()


@pytest.mark.parametrize(
    ("status", "header", "wait"), [(500, {}, 1.5), (503, {"Retry_After": "9"}, 9), (429, {}, 1.5)]
)
async def test_a_server_in_trouble_is_asked_again(status: int, header: dict[str, str], wait: float) -> None:
    async with scene() as stage:
        await stage.health()
        stream = await stage.server.stream()
        await stream.refuse(status, {"detail": "Not now"}, **header)
        assert await stage.health() == Health(phase="reconnecting", attempt=1, next_in=wait, reason="Not now")


async def test_what_is_no_stream_is_not_taken_for_one() -> None:
    async with scene() as stage:
        await stage.health()
        stream = await stage.server.stream()
        await stream.open("text/html")
        assert "answered with text/html instead of a stream" in str((await stage.health()).reason)


async def test_a_server_that_is_down_is_waited_for() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        await stage.server.down()
        lost = await stage.lost(stream)
        await stage.wait_over(lost)
        await stage.health()
        lost = await stage.health()
        assert lost.next_in == 3
        assert lost.reason == "nobody listens there"
        await stage.server.up()
        await stage.wait_over(lost)
        await stage.greeted(await stage.server.stream(), "resumed")
        assert stage.watch.health == Health(phase="live")


async def test_a_patch_that_does_not_fit_makes_it_ask_for_the_whole_board() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
        await stream.tell("state_patch", {"ops": [{"op": "remove", "path": "/cards/card-9"}]}, "e-2")
        lost = await stage.health()
        assert "operation 0, remove '/cards/card-9'" in str(lost.reason)
        assert cards_of(stage, "col-1") == ("card-1",)
        await stage.wait_over(lost)
        again = await stage.server.stream()
        assert "last-event-id" not in again.request.headers
        await stage.greeted(again)
        await again.tell("state", board(["card-1", "card-2"]), "e-2")
        assert [type(change).__name__ for change in (await stage.update("state")).changes] == ["CardCreated"]


async def test_a_change_before_the_board_is_not_guessed_at() -> None:
    async with scene() as stage:
        await stage.health()
        stream = await stage.server.stream()
        await stage.greeted(stream)
        await stream.tell("state_patch", MOVE, "e-2")
        assert "before the board" in str((await stage.health()).reason)


async def test_leaving_closes_the_connection() -> None:
    async with scene() as stage:
        stream = await stage.connected(board(["card-1"]))
    await stream.left()
    assert stage.watch.health.phase == "closed"


async def test_the_dashboard_is_followed_like_a_board() -> None:
    server = FakeServer()
    await server.up()
    try:
        async with KanbanClient(server.url) as client, client.watch_dashboard(rhythm=STEADY) as watch:
            stream = await server.stream()
            assert stream.request.query == {}
            await stream.open()
            await stream.tell("hello", {"serverTime": "x", "outcome": "snapshot", "cursor": "e-1"})
            await stream.tell("project_created", {"projectId": BOARD, "name": "Shop"}, "e-2")
            async for news in watch:
                if isinstance(news, Update) and news.changes:
                    assert news.changes == (e.ProjectCreated(project_id=BOARD, name="Shop"),)
                    break
            assert watch.view.cursor == "e-2"
    finally:
        await server.ended()


def log(message: str) -> dict[str, object]:
    return {"attemptId": "att-1", "level": "info", "message": message, "ts": "2026-11-23T18:42:00.000Z"}


def status(attempt: str, on: str, now: str) -> dict[str, object]:
    return {"attemptId": attempt, "cardId": on, "status": now}
