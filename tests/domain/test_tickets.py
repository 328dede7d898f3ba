"""Prefixes and keys; contract section 7."""

import pytest
from hypothesis import given, strategies

from kanbanai.domain.errors import Invalid
from kanbanai.domain.tickets import default_prefix, ticket_key, ticket_number, ticket_prefix


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Wire Capture", "WC"),
        ("kanban-ai server", "KAS"),
        ("one two three four five six seven", "OTTFFS"),
        ("2nd try", "2T"),
        ("Größe", "GS"),
        ("日本", "PRJ"),
        ("--", "PRJ"),
        ("", "PRJ"),
    ],
)
def test_the_default_prefix_is_the_initials_of_the_name(name: str, prefix: str) -> None:
    assert default_prefix(name) == prefix


@given(strategies.text())
def test_every_name_gives_a_prefix_that_may_be_one(name: str) -> None:
    assert ticket_prefix(default_prefix(name)) == default_prefix(name)


@pytest.mark.parametrize(("text", "prefix"), [("wc", "WC"), (" a1b2c3\n", "A1B2C3"), ("7", "7")])
def test_a_prefix_is_stored_in_capitals(text: str, prefix: str) -> None:
    assert ticket_prefix(text) == prefix


@pytest.mark.parametrize("text", ["", "  ", "seventh", "A-B", "Ä", "A B", "ß"])
def test_a_prefix_has_one_to_six_letters_or_digits(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        ticket_prefix(text)
    assert caught.value.fields[0].field == "ticketPrefix"


@given(
    strategies.from_regex(r"[A-Z0-9]{1,6}", fullmatch=True),
    strategies.integers(min_value=1, max_value=10**15 - 1),
)
def test_a_key_gives_its_number_back(prefix: str, number: int) -> None:
    assert ticket_number(ticket_key(prefix, number)) == number


@pytest.mark.parametrize("key", ["", "WC", "WC-", "WC-0", "WC-01", "wc-1", "TOOLONG-1", "WC-1\n", "WC-٣"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(Invalid) as caught:
        ticket_number(key)
    assert caught.value.fields[0].field == "ticketKey"
