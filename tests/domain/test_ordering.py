"""Ranks: there is always one between two neighbours, or we are told that there is none."""

from itertools import pairwise

from hypothesis import given, strategies

from kanbanai.domain.ordering import GAP, LIMIT, ROOM, rank_between, spread

RANKS = strategies.integers(min_value=-LIMIT, max_value=LIMIT)
COUNTS = strategies.integers(min_value=1, max_value=50)


def test_the_first_rank_of_a_list_is_in_the_middle_of_all() -> None:
    assert rank_between(None, None) == 0


@given(RANKS)
def test_at_an_end_there_is_a_whole_gap_or_the_column_is_full(rank: int) -> None:
    assert rank_between(rank, None) == (rank + GAP if rank + GAP <= LIMIT else None)
    assert rank_between(None, rank) == (rank - GAP if rank - GAP >= -LIMIT else None)


@given(RANKS, RANKS)
def test_between_two_neighbours_there_is_a_rank_unless_they_touch(one: int, two: int) -> None:
    before, after = sorted((one, two))
    rank = rank_between(before, after)
    if after - before > 1:
        assert rank is not None
        assert before < rank < after
    else:
        assert rank is None


def test_a_gap_takes_forty_insertions_at_one_spot() -> None:
    before, after, count = 0, GAP, 0
    while (rank := rank_between(before, after)) is not None:
        after, count = rank, count + 1
    assert count == 40


@given(strategies.none() | RANKS, COUNTS, strategies.none() | RANKS)
def test_rows_that_are_spread_stay_in_order_with_room_beside_each(
    before: int | None, count: int, after: int | None
) -> None:
    if before is not None and after is not None and before > after:
        before, after = after, before
    ranks = spread(before, count, after)
    if ranks is None:
        return
    assert len(ranks) == count
    fence = [*([] if before is None else [before]), *ranks, *([] if after is None else [after])]
    assert all(left + ROOM <= right for left, right in pairwise(fence))
    assert fence[0] >= -LIMIT
    assert fence[-1] <= LIMIT


@given(COUNTS)
def test_an_open_list_can_always_be_spread(count: int) -> None:
    assert spread(None, count, None) is not None
    assert spread(0, count, None) is not None
    assert spread(None, count, 0) is not None
    assert spread(0, count, ROOM * (count + 1)) is not None
