"""What of a conversation everybody is sent."""

from __future__ import annotations

import msgspec

from kanbanai.domain.cards import Image
from kanbanai.domain.conversations import MAX_TOLD_IMAGES, Message, Thinking, told
from kanbanai.domain.ids import ItemId
from kanbanai.domain.times import Timestamp

NOW = Timestamp("2026-11-24T13:30:00.000Z")
MESSAGE = Message(
    id=ItemId("cmsg-1"), timestamp=NOW, role="user", text="Look", format="markdown", profile_id=None
)


def with_images(*sizes: int) -> Message:
    pictures = tuple(Image(data="a" * size, mime="image/png") for size in sizes)
    return msgspec.structs.replace(MESSAGE, images=pictures)


def test_small_images_are_told_with_their_message() -> None:
    message = with_images(MAX_TOLD_IMAGES // 2, MAX_TOLD_IMAGES // 2)
    assert told(message) is message


def test_of_large_images_it_is_told_how_many_there_are() -> None:
    assert told(with_images(MAX_TOLD_IMAGES, 1)) == msgspec.structs.replace(MESSAGE, more_images=2)


def test_what_has_no_images_is_told_as_it_is() -> None:
    thought = Thinking(id=ItemId("cmsg-2"), timestamp=NOW, text="a" * MAX_TOLD_IMAGES * 2, format="markdown")
    assert told(thought) is thought
