"""Dependencies between the cards of one board: what may be declared and what blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kanbanai.domain.cards import MAX_DEPENDENCIES
from kanbanai.domain.errors import Invalid, OverLimit
from kanbanai.domain.ids import CardId


def normalized(card_id: CardId, wanted: Iterable[str]) -> tuple[CardId, ...]:
    """The dependencies as a set: without blanks, repeats and the card itself, sorted. Raises Invalid over 100."""
    kept = tuple(sorted({CardId(one) for one in wanted if one.strip() and one != card_id}))
    if len(kept) > MAX_DEPENDENCIES:
        raise OverLimit.field("dependsOn", f"{len(kept)} given; the limit is {MAX_DEPENDENCIES}")
    return kept


def refuse_cycle(
    card_id: CardId, wanted: tuple[CardId, ...], depends_on: Callable[[CardId], tuple[CardId, ...]]
) -> None:
    """Raises Invalid (`dependency_cycle`) when a card reached from `wanted` depends on `card_id` already.

    `depends_on` tells the present dependencies of any other card of the board; each is asked once.
    """
    seen: set[CardId] = set()
    open_ends = list(wanted)
    while open_ends:
        current = open_ends.pop()
        if current == card_id:
            raise Invalid.coded("dependsOn", "dependency_cycle", "the card would depend on itself")
        if current not in seen:
            seen.add(current)
            open_ends.extend(depends_on(current))
