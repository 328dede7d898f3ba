"""Questions. They read one consistent view and never write."""

from __future__ import annotations

from kanbanai.domain.boards import BoardState
from kanbanai.domain.channels import board_channel
from kanbanai.domain.errors import Invalid, NotFound
from kanbanai.domain.ids import BoardId, CardId, ProjectId
from kanbanai.domain.projects import Project
from kanbanai.domain.settings import ProjectSettings
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.ports import PlacedCard, Reading


def board_view(tx: Reading, board_id: BoardId) -> tuple[BoardSnapshot, int]:
    """All that a board shows, and the sequence number it is valid at (RT2). Raises NotFound."""
    snapshot = tx.boards.snapshot(board_id)
    return snapshot, tx.head(board_channel(board_id))


def board_state(tx: Reading, board_id: BoardId) -> tuple[BoardState, int]:
    """The board as the wire's `state`, and the sequence number it is valid at. Raises NotFound."""
    snapshot, seq = board_view(tx, board_id)
    return snapshot.state, seq


def project(tx: Reading, project_id: ProjectId) -> Project:
    """One project. Raises NotFound."""
    found = tx.projects.get(project_id)
    if found is None:
        raise NotFound("Project not found")
    return found


def project_settings(tx: Reading, project_id: ProjectId) -> ProjectSettings:
    """A project's settings. Raises NotFound."""
    found = tx.projects.settings(project_id)
    if found is None:
        raise NotFound("Project not found")
    return found


def card(tx: Reading, board_id: BoardId, card_id: CardId) -> PlacedCard:
    """One card and its column. Raises NotFound when the board or the card is unknown, Invalid when the card is another
    board's."""
    tx.boards.take(board_id)
    found = tx.cards.get(board_id, card_id)
    if found is not None:
        return found
    if tx.cards.board_of(card_id) is not None:
        raise Invalid("Card does not belong to this board")
    raise NotFound("Card not found")
