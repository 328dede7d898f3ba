"""RT8: text as it is being written."""

from __future__ import annotations

from typing import Any

import pytest

from kanbanai.domain.conversations import Message
from kanbanai.domain.events import (
    AttemptLogged,
    AttemptStatusChanged,
    CardDeleted,
    CardEnhancement,
    ConversationItemAdded,
)
from kanbanai.domain.ids import AttemptId, CardId, ColumnId, ItemId
from kanbanai.realtime import drafts, hub
from tests.realtime.stage import BOARD, NOW, Line, Stage, frames_in, pass_, turns

pytestmark = pytest.mark.anyio

ATTEMPT, ITEM = AttemptId("att-1"), ItemId("item-1")


def settled(text: str) -> ConversationItemAdded:
    item = Message(id=ITEM, timestamp=NOW, role="assistant", text=text, format="markdown", profile_id=None)
    return ConversationItemAdded(attempt_id=ATTEMPT, item=item)


class Conversation:
    """What a client shows of an item: it follows the rule of docs/realtime.md."""

    def __init__(self) -> None:
        self.text = ""
        self.count = 0
        self.is_settled = False

    def read(self, line: Line) -> Conversation:
        for frame in frames_in(bytes(line.arrived)):
            self.take(frame.event, frame.body)
        return self

    def take(self, event: str, body: Any) -> None:
        if event == "conversation_item":
            self.text, self.is_settled = body["item"]["text"], True
        elif event == "conversation_delta":
            if body["from"] == 0:
                self.text, self.count = body["text"], body["to"]
            elif body["from"] == self.count:
                self.text, self.count = self.text + body["text"], body["to"]


def say(stage: Stage, text: str, attempt: AttemptId = ATTEMPT) -> None:
    stage.hub.tell_draft(BOARD, attempt, ITEM, text)


async def test_rt8_text_is_told_as_it_comes_without_an_id(stage: Stage) -> None:
    line = await stage.watch()
    say(stage, "Hel")
    await turns()
    last = frames_in(bytes(line.arrived))[-1]
    assert last.id is None
    assert last.body == {"attemptId": "att-1", "itemId": "item-1", "from": 0, "to": 1, "text": "Hel"}
    say(stage, "lo")
    await pass_(0.1)
    assert Conversation().read(line).text == "Hello"


async def test_rt8_one_who_joins_in_between_gets_it_so_far(stage: Stage) -> None:
    for piece in ("Hel", "lo", ", "):
        say(stage, piece)
    line = await stage.watch()
    assert Conversation().read(line).text == "Hello, "
    say(stage, "world")
    await pass_(0.1)
    assert Conversation().read(line).text == "Hello, world"


async def test_rt8_one_who_joins_while_a_piece_waits_does_not_have_it_twice(stage: Stage) -> None:
    first = await stage.watch()
    say(stage, "a")
    await turns()
    say(stage, "b")  # within the window
    second = await stage.watch()
    await pass_(0.1)
    assert Conversation().read(first).text == Conversation().read(second).text == "ab"


async def test_rt8_pieces_that_follow_each_other_within_a_window_are_one_frame(stage: Stage) -> None:
    line = await stage.watch()
    other = AttemptId("att-2")
    say(stage, "0")
    await turns()
    for number in range(1, 5):
        say(stage, f"{number}")
        say(stage, f"<{number}>", other)
    await pass_(0.1)
    told = [
        (body["attemptId"], body["from"], body["to"], body["text"])
        for body in (frame.body for frame in frames_in(line.writes[-1]))
    ]
    assert told == [("att-1", 1, 5, "1234"), ("att-2", 0, 4, "<1><2><3><4>")]


async def test_rt8_a_piece_is_not_joined_over_an_event_or_over_one_who_came_in_between(stage: Stage) -> None:
    first = await stage.watch()
    say(stage, "a")
    await turns()
    say(stage, "b")
    second = await stage.watch()  # is told "ab", and passes over what still waits
    say(stage, "c")
    stage.commit(AttemptLogged(attempt_id=ATTEMPT, level="info", message="Meanwhile", ts=NOW))
    say(stage, "d")
    await pass_(0.1)
    assert Conversation().read(first).text == Conversation().read(second).text == "abcd"
    names = [frame.event for frame in frames_in(first.writes[-1])]
    assert names == ["conversation_delta", "conversation_delta", "attempt_log", "conversation_delta"]


async def test_rt8_the_whole_item_follows_and_settles_it(stage: Stage) -> None:
    line = await stage.watch()
    say(stage, "Hel")
    stage.commit(settled("Hello"))
    await turns()
    names = [frame.event for frame in frames_in(bytes(line.arrived))]
    assert names[-2:] == ["conversation_delta", "conversation_item"]
    late = await stage.watch()
    assert "conversation_delta" not in [frame.event for frame in frames_in(bytes(late.arrived))]


async def test_rt8_an_attempt_that_is_over_leaves_no_draft(stage: Stage) -> None:
    say(stage, "Hel")
    stage.commit(AttemptStatusChanged(attempt_id=ATTEMPT, card_id=CardId("card-1"), status="failed"))
    assert stage.hub._drafts == {}


async def test_rt8_a_reader_that_stalled_has_the_text_when_it_reads_on(stage: Stage) -> None:
    line = await stage.watch()
    line.stall()
    for number in range(40):
        say(stage, f"piece {number} ")
        await pass_(0.03)
    assert line.subscriber.is_paused
    line.take(None)
    await pass_(0.1)
    assert Conversation().read(line).text == "".join(f"piece {number} " for number in range(40))


async def test_rt7_drafts_follow_the_filter(stage: Stage) -> None:
    none, one = await stage.watch(attempts="none"), await stage.watch(attempts=frozenset({ATTEMPT}))
    say(stage, "Hel")
    say(stage, "no", AttemptId("att-2"))
    await turns()
    late = await stage.watch(attempts=frozenset({ATTEMPT}))
    assert len(frames_in(bytes(none.arrived))) == 2
    for line in (one, late):
        assert [frame.body["attemptId"] for frame in frames_in(bytes(line.arrived))[2:]] == ["att-1"]


async def test_rt8_drafts_are_kept_while_nobody_watches_and_let_go_when_settled(stage: Stage) -> None:
    say(stage, "Hel")
    await pass_(hub.LINGER * 2)
    assert Conversation().read(await stage.watch()).text == "Hel"
    stage.commit(settled("Hello"))
    await pass_(1)
    assert not stage.hub._drafts or not any(stage.hub._drafts.values())


async def test_rt8_the_memory_of_drafts_is_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_CHARACTERS", 100)
    early = await stage.watch()
    for _ in range(30):
        say(stage, "0123456789")
        await pass_(0.03)
    late = await stage.watch()
    say(stage, "the end")
    await pass_(0.1)
    assert Conversation().read(early).text == "0123456789" * 30 + "the end"
    assert Conversation().read(late).text == "", "a text without its beginning is no text"
    stage.commit(settled("whole"))
    await pass_(0.1)
    assert Conversation().read(late).text == "whole"


# ── The better text of a card ───────────────────────────────────────────────────────────────────────────────────────

CARD = CardId("card-1")


async def test_rt8_a_cards_better_text_is_told_as_it_comes_whatever_the_filter(stage: Stage) -> None:
    line = await stage.watch(attempts="none")
    stage.hub.tell_proposal(BOARD, CARD, "# Ret")
    await turns()
    last = frames_in(bytes(line.arrived))[-1]
    assert (last.event, last.id) == ("enhancement_delta", None)
    assert last.body == {"cardId": "card-1", "from": 0, "to": 1, "text": "# Ret"}
    stage.hub.tell_proposal(BOARD, CARD, "ry")
    late = await stage.watch()
    await pass_(0.1)
    told = [frame.body for frame in frames_in(bytes(late.arrived)) if frame.event == "enhancement_delta"]
    assert told == [{"cardId": "card-1", "from": 0, "to": 2, "text": "# Retry"}]


@pytest.mark.parametrize(
    "end",
    [
        CardEnhancement(card_id=CARD, status="ready"),
        CardEnhancement(card_id=CARD, status=None),
        CardEnhancement(card_id=CARD, status="failed", failure="It broke"),
    ],
)
async def test_rt8_a_cards_better_text_settles_with_its_enhancement(
    stage: Stage, end: CardEnhancement
) -> None:
    stage.hub.tell_proposal(BOARD, CARD, "# Ret")
    say(stage, "Hel")
    stage.commit(end)
    kept = [topic for one in stage.hub._drafts.values() for topic in one._drafts]
    assert kept == [(ATTEMPT, ITEM)], "what is written elsewhere goes on"


def test_rt8_a_cards_better_text_goes_with_its_card() -> None:
    kept = drafts.Drafts()
    kept.add(CARD, "# Ret")
    kept.add((ATTEMPT, ITEM), "Hel")
    kept.settle(CardDeleted(card_id=CARD, column_id=ColumnId("col-1")))
    assert [aside.attempt for aside in kept.so_far()] == [ATTEMPT]
    assert CardDeleted.kind in drafts.SETTLING_KINDS
