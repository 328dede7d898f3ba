"""Which dependencies may be declared."""

import pytest
from hypothesis import given, strategies

from kanbanai.domain.cards import MAX_DEPENDENCIES
from kanbanai.domain.dependencies import normalized, refuse_cycle
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import CardId

NAMES = [CardId(name) for name in "abcdefg"]
GRAPHS = strategies.dictionaries(
    strategies.sampled_from(NAMES), strategies.lists(strategies.sampled_from(NAMES)).map(tuple)
)


@given(strategies.lists(strategies.sampled_from([*NAMES, "", "  "])))
def test_normal_dependencies_are_sorted_without_blanks_repeats_and_the_card_itself(wanted: list[str]) -> None:
    kept = normalized(CardId("a"), wanted)
    assert list(kept) == sorted(set(wanted) - {"a", "", "  "})
    assert normalized(CardId("a"), kept) == kept


def test_there_is_a_limit() -> None:
    names = [f"card-{number}" for number in range(MAX_DEPENDENCIES + 1)]
    assert len(normalized(CardId("x"), [*names[1:], names[1], "x"])) == MAX_DEPENDENCIES
    with pytest.raises(Invalid, match="101 given"):
        normalized(CardId("x"), names)


@given(GRAPHS, strategies.lists(strategies.sampled_from(NAMES[1:])).map(tuple))
def test_a_cycle_is_refused_when_the_card_can_be_reached_and_only_then(
    graph: dict[CardId, tuple[CardId, ...]], wanted: tuple[CardId, ...]
) -> None:
    card = NAMES[0]
    asked: list[CardId] = []

    def depends_on(name: CardId) -> tuple[CardId, ...]:
        asked.append(name)
        return graph.get(name, ())

    reached, ends = set(wanted), list(wanted)
    while ends:
        for one in graph.get(ends.pop(), ()):
            if one not in reached:
                reached.add(one)
                if one != card:
                    ends.append(one)
    if card in reached:
        with pytest.raises(Invalid) as caught:
            refuse_cycle(card, wanted, depends_on)
        assert caught.value.detail == "dependency_cycle"
    else:
        refuse_cycle(card, wanted, depends_on)
    assert len(asked) == len(set(asked)), "each card is asked once"
