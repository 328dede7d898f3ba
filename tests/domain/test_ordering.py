"""Ranks lie strictly between their neighbours, and rows that are spread have room beside them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanbanai.domain.ordering import GAP, LIMIT, ROOM, rank_between, spread

ranks = st.integers(-LIMIT, LIMIT)


@given(before=st.none() | ranks, after=st.none() | ranks)
def test_a_rank_lies_between_its_neighbours_or_there_is_none(before: int | None, after: int | None) -> None:
    if before is not None and after is not None and before >= after:
        before, after = after - 1, before + 1
    rank = rank_between(before, after)
    if rank is None:
        inside = before is not None and after is not None
        assert not inside or after - before < 2  # type: ignore[operator]
        assert inside or abs((before if after is None else after) or 0) > LIMIT - GAP
    else:
        assert -LIMIT <= rank <= LIMIT
        assert before is None or before < rank
        assert after is None or rank < after


def test_forty_insertions_fit_at_one_spot() -> None:
    after, count = GAP, 0
    while (rank := rank_between(0, after)) is not None:
        after, count = rank, count + 1
    assert count == 40


@given(before=st.none() | ranks, after=st.none() | ranks, count=st.integers(0, 600))
def test_what_is_spread_has_room_on_every_side(before: int | None, after: int | None, count: int) -> None:
    if before is not None and after is not None and before > after:
        before, after = after, before
    placed = spread(before, count, after)
    if placed is None:
        return
    assert len(placed) == count
    whole = [*([] if before is None else [before]), *placed, *([] if after is None else [after])]
    assert all(later - earlier >= ROOM for earlier, later in pairwise(whole))
    assert all(-LIMIT <= rank <= LIMIT for rank in placed)


@pytest.mark.parametrize(
    ("before", "count", "after"), [(0, 1, 1), (0, 2, 3 * ROOM - 1), (LIMIT, 1, None), (None, 1, -LIMIT)]
)
def test_where_there_is_no_room_nothing_is_spread(before: int | None, count: int, after: int | None) -> None:
    assert spread(before, count, after) is None


def test_a_list_alone_lies_around_zero() -> None:
    assert spread(None, 3, None) == [-GAP, 0, GAP]
    assert spread(None, 0, None) == []
