"""What a board's log tells of who did what."""

from __future__ import annotations

from kanbanai.domain.channels import board_channel
from kanbanai.domain.events import CardMoved
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Reading

PAGE = 500
"""Entries of the log looked through together."""
PERSON = "user:"
"""How the actor of what a person did begins."""


def person_moves(tx: Reading, board_id: BoardId, after: int) -> dict[CardId, Timestamp]:
    """When persons have moved cards since that event of the board; each card's last time."""
    channel = board_channel(board_id)
    found: dict[CardId, Timestamp] = {}
    while entries := tx.entries(channel, after, PAGE):
        for entry in entries:
            if entry.kind != CardMoved.kind or not entry.actor.startswith(PERSON):
                continue
            if isinstance(entry.event, CardMoved):
                found[entry.event.card_id] = entry.at
        after = entries[-1].seq
    return found
