"""What a card may say of itself."""

import pytest
from hypothesis import given, strategies

from kanbanai.domain.cards import (
    MAX_DESCRIPTION,
    MAX_TITLE,
    TICKET_TYPES,
    Card,
    CardChanges,
    card_description,
    card_title,
    difference,
    ticket_type,
)
from kanbanai.domain.changes import changed
from kanbanai.domain.errors import Invalid
from tests.domain.boards import CARDS


@pytest.mark.parametrize("kind", TICKET_TYPES)
def test_a_ticket_type_is_known_in_any_case_and_with_blanks_around(kind: str) -> None:
    assert ticket_type(f" {kind.upper()} ") == kind


@pytest.mark.parametrize("text", ["", "feature", "feat fix"])
def test_an_unknown_ticket_type_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(Invalid, match="feat, fix, chore"):
        ticket_type(text)


def test_no_ticket_type_is_none() -> None:
    assert ticket_type(None) is None


@given(strategies.text(max_size=40))
def test_a_title_is_trimmed_or_refused(text: str) -> None:
    if text.strip():
        assert card_title(text) == text.strip()
    else:
        with pytest.raises(Invalid, match="needs a title"):
            card_title(text)


def test_the_limits_are_on_characters() -> None:
    assert card_title("ß" * MAX_TITLE) == "ß" * MAX_TITLE
    assert card_description("🂡" * MAX_DESCRIPTION) == "🂡" * MAX_DESCRIPTION
    with pytest.raises(Invalid, match="501 characters long; the limit is 500"):
        card_title("x" * (MAX_TITLE + 1))
    with pytest.raises(Invalid, match="limit is 200000"):
        card_description("x" * (MAX_DESCRIPTION + 1))


@given(CARDS, CARDS)
def test_the_difference_of_two_states_leads_from_one_to_the_other(before: Card, after: Card) -> None:
    same_card = changed(
        before, CardChanges(**{name: getattr(after, name) for name in CardChanges.__struct_fields__})
    )
    assert changed(before, difference(before, same_card)) == same_card
    assert difference(before, before) == CardChanges()
