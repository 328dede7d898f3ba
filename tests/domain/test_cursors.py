"""Positions in a channel, as the stream's `id:` spells them."""

import pytest
from hypothesis import given, strategies

from kanbanai.domain.cursors import Cursor

EPOCHS = strategies.text(alphabet="0123456789abcdef-", min_size=1)


@given(EPOCHS, strategies.integers(min_value=0, max_value=10**18 - 1))
def test_a_cursor_survives_its_spelling(epoch: str, seq: int) -> None:
    assert Cursor.parse(str(Cursor(epoch, seq))) == Cursor(epoch, seq)


@given(strategies.text())
def test_any_text_is_a_cursor_or_none_and_never_an_error(text: str) -> None:
    parsed = Cursor.parse(text)
    assert parsed is None or parsed.epoch + "-" + str(parsed.seq).zfill(1) in {text, str(parsed)}


@pytest.mark.parametrize(
    "text",
    ["", "-", "9f3c2a", "9f3c2a-", "-7", "9f3c2a-x", "9f3c2a- 7", "9f3c2a-٣", "a-" + "9" * 19, "a-1\n"],
)
def test_a_foreign_id_is_no_cursor(text: str) -> None:
    assert Cursor.parse(text) is None
