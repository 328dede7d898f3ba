"""Ranks: whole numbers that keep a list in order, so that an insertion writes one row and not the whole list.

A new rank goes half-way between its neighbours. `GAP` leaves room for 40 insertions at one and the same spot; when two
neighbours touch, the rows that follow are spread anew, as few as give everyone `ROOM` again.
"""

from __future__ import annotations

GAP = 1 << 40
"""Between neighbours of a list that was never crowded."""
ROOM = 1 << 20
"""Between neighbours after spreading at least: 20 more insertions at one spot."""
LIMIT = 1 << 62
"""Ranks lie within ±LIMIT, well inside a 64-bit column: four million insertions at either end before spreading anew."""


def rank_between(before: int | None, after: int | None) -> int | None:
    """A rank after `before` and before `after` (None: no neighbour on that side), or None when there is no room."""
    if before is None and after is None:
        return 0
    if before is None:
        rank = (after or 0) - GAP
    elif after is None:
        rank = before + GAP
    else:
        rank = (before + after) // 2
        if rank == before:
            return None
    return rank if -LIMIT <= rank <= LIMIT else None


def spread(before: int | None, count: int, after: int | None) -> list[int] | None:
    """Ranks for `count` rows in order, after `before` and before `after`, so that one more fits beside each of them.

    None when the room between the two is too small for that. A list that is open on both sides lies around 0.
    """
    if before is not None and after is not None:
        step = (after - before) // (count + 1)
        if step < ROOM:
            return None
        first = before + step
    else:
        step = GAP
        if before is not None:
            first = before + step
        elif after is not None:
            first = after - count * step
        else:
            first = -(count // 2) * step
        if first - step < -LIMIT or first + count * step > LIMIT:
            return None
    return [first + place * step for place in range(count)]
