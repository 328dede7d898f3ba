"""The names of the streams: one per board, one for everything above the boards."""

from __future__ import annotations

from typing import NewType

from kanbanai.domain.ids import BoardId

Channel = NewType("Channel", str)

DASHBOARD = Channel("dashboard")
_BOARD = "board:"


def board_channel(board_id: BoardId) -> Channel:
    """The channel of one board."""
    return Channel(_BOARD + board_id)


def board_of(channel: Channel) -> BoardId | None:
    """The board whose channel this is; None for the dashboard."""
    return BoardId(channel[len(_BOARD) :]) if channel.startswith(_BOARD) else None
