"""What can be done with issues of GitHub and the cards that stand for them."""

from __future__ import annotations

from collections.abc import Mapping

from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.issues import Choice, IssueDetails, IssueStats
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries


def stats(tx: Reading, board_id: BoardId) -> IssueStats:
    """How many cards of the board stand for issues. Raises NotFound."""
    queries.project(tx, board_id)
    return tx.issues.stats(board_id)


def details(tx: Reading, board_id: BoardId, card_id: CardId) -> IssueDetails:
    raise NotImplementedError


def order(tx: Transaction, board_id: BoardId, card_id: CardId, repository: str) -> None:
    raise NotImplementedError


def resolve(
    tx: Transaction, board_id: BoardId, card_id: CardId, choices: Mapping[str, Choice | None]
) -> None:
    raise NotImplementedError
