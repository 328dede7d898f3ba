"""Boards and events that fit them, for properties of the fold."""

import itertools
from collections.abc import Collection
from typing import Any, get_args

from hypothesis import strategies as st

from kanbanai.domain import events as e
from kanbanai.domain.attempts import AttemptBrief, AttemptStatus
from kanbanai.domain.boards import ROLES, BoardState, Column, ColumnChanges, ColumnFields
from kanbanai.domain.cards import (
    TICKET_TYPES,
    Card,
    CardChanges,
    ChecksSummary,
    GithubIssueLink,
    PullRequestBadge,
    PullRequestLife,
)
from kanbanai.domain.ids import AttemptId, CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot
from kanbanai.domain.times import Timestamp

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
STAMPS = st.integers(0, 59).map(lambda second: Timestamp(f"2026-11-23T18:42:{second:02}.000Z"))
CARD_IDS = st.integers(0, 30).map(lambda number: CardId(f"card-{number}"))
LINKS = st.builds(GithubIssueLink, st.integers(1, 99), TEXTS)
BADGES = st.builds(
    PullRequestBadge,
    st.integers(1, 99),
    st.sampled_from(get_args(PullRequestLife)),
    st.none() | st.sampled_from(get_args(ChecksSummary)),
)
STATUSES = st.sampled_from(get_args(AttemptStatus))

CARDS = st.builds(
    Card,
    id=CARD_IDS,
    ticket_key=st.none() | TEXTS,
    pr_url=st.none() | TEXTS,
    pull_request=st.none() | BADGES,
    disable_auto_close_on_pr_merge=st.booleans(),
    disable_auto_close_on_issue_close=st.booleans(),
    ticket_type=st.none() | st.sampled_from(TICKET_TYPES),
    is_enhanced=st.booleans(),
    github_issue=st.none() | LINKS,
    title=TEXTS,
    description=st.none() | TEXTS,
    depends_on=st.lists(CARD_IDS, max_size=3).map(tuple),
    created_at=STAMPS,
    updated_at=STAMPS,
)
_COLUMN = {
    "title": TEXTS,
    "key": st.none() | st.sampled_from(ROLES),
    "wip_limit": st.none() | st.integers(1, 9),
}


@st.composite
def snapshots(draw: st.DrawFn) -> BoardSnapshot:
    """A board of one to five columns and up to eight cards."""
    column_ids = [ColumnId(f"col-{number}") for number in range(draw(st.integers(1, 5)))]
    cards = draw(st.lists(CARDS, unique_by=lambda card: card.id, max_size=8))
    places: dict[ColumnId, list[CardId]] = {one: [] for one in column_ids}
    for card in cards:
        places[draw(st.sampled_from(column_ids))].append(card.id)
    columns = {
        one: draw(
            st.builds(Column, id=st.just(one), card_ids=st.permutations(places[one]).map(tuple), **_COLUMN)
        )
        for one in column_ids
    }
    state = BoardState(
        columns=columns,
        column_order=tuple(draw(st.permutations(column_ids))),
        cards={card.id: card for card in cards},
    )
    attempts: dict[CardId, tuple[AttemptBrief, ...]] = {
        card.id: (AttemptBrief(AttemptId(f"att-{card.id}"), draw(STATUSES)),)
        for card in cards
        if draw(st.booleans())
    }
    return BoardSnapshot(state, attempts)


def _some(fields: dict[str, st.SearchStrategy[Any]], kind: type[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: kind(**given))


CARD_CHANGES: st.SearchStrategy[CardChanges] = _some(
    {
        "title": TEXTS,
        "description": st.none() | TEXTS,
        "ticket_type": st.none() | st.sampled_from(TICKET_TYPES),
        "is_enhanced": st.booleans(),
        "disable_auto_close_on_pr_merge": st.booleans(),
        "depends_on": st.lists(CARD_IDS, max_size=3).map(tuple),
        "pr_url": st.none() | TEXTS,
        "pull_request": st.none() | BADGES,
        "github_issue": st.none() | LINKS,
        "updated_at": STAMPS,
    },
    CardChanges,
)
COLUMN_CHANGES: st.SearchStrategy[ColumnChanges] = _some(_COLUMN, ColumnChanges)


def _unused(name: str, taken: Collection[str]) -> str:
    """An id that nothing has: a history may make more than one."""
    return next(one for n in itertools.count() if (one := f"{name}-{n}") not in taken)


@st.composite
def changes_of(draw: st.DrawFn, before: BoardSnapshot) -> e.StateEvent:
    """An event that can happen on this board."""
    columns, cards = before.state.columns, before.state.cards
    kinds: list[type[Any]] = [e.ColumnCreated]
    column_id = draw(st.sampled_from(sorted(columns))) if columns else ColumnId("none")
    if columns:
        kinds += [e.ColumnUpdated, e.ColumnMoved, e.CardCreated]
        if not columns[column_id].card_ids:
            kinds.append(e.ColumnDeleted)
    if cards:
        kinds += [e.CardUpdated, e.CardMoved, e.CardDeleted]
    kind = draw(st.sampled_from(kinds))
    if kind is e.ColumnCreated:
        column = draw(st.builds(ColumnFields, id=st.just(ColumnId(_unused("col-new", columns))), **_COLUMN))
        return e.ColumnCreated(column=column, index=draw(st.integers(0, len(columns))))
    if kind is e.ColumnUpdated:
        return e.ColumnUpdated(column_id=column_id, changes=draw(COLUMN_CHANGES))
    if kind is e.ColumnMoved:
        return e.ColumnMoved(column_id=column_id, index=draw(st.integers(0, len(columns) - 1)))
    if kind is e.ColumnDeleted:
        return e.ColumnDeleted(column_id=column_id)
    if kind is e.CardCreated:
        fields = draw(CARDS)
        card = Card(
            **{name: getattr(fields, name) for name in fields.__struct_fields__}
            | {"id": CardId(_unused("card-new", cards))}
        )
        size = len(columns[column_id].card_ids)
        return e.CardCreated(card=card, column_id=column_id, index=draw(st.integers(0, size)))
    card_id = draw(st.sampled_from(sorted(cards)))
    if kind is e.CardUpdated:
        return e.CardUpdated(card_id=card_id, changes=draw(CARD_CHANGES))
    origin = next(column.id for column in columns.values() if card_id in column.card_ids)
    if kind is e.CardDeleted:
        return e.CardDeleted(card_id=card_id, column_id=origin)
    size = len(columns[column_id].card_ids) - (origin == column_id)
    return e.CardMoved(
        card_id=card_id,
        from_column_id=origin,
        to_column_id=column_id,
        index=draw(st.integers(0, size)),
        updated_at=draw(STAMPS),
    )
