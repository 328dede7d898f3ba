"""Ranks: whole numbers that keep a list in order, so that an insertion writes one row and not the whole list.

A new rank goes half-way between its neighbours. `GAP` leaves room for 40 insertions at one and the same spot before two
neighbours touch; then the list is ranked anew (once, in the same transaction) and the insertion is tried again.
"""

from __future__ import annotations

GAP = 1 << 40
"""Room between two neighbours of a freshly ranked list; a 64-bit column then still holds four million of them."""


def rank_between(before: int | None, after: int | None) -> int | None:
    """A rank after `before` and before `after` (None: no neighbour on that side), or None when there is no room."""
    if before is None and after is None:
        return 0
    if before is None:
        assert after is not None
        return after - GAP
    if after is None:
        return before + GAP
    middle = (before + after) // 2
    return middle if before < middle < after else None
