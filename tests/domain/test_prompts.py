"""What an agent is told first."""

import pytest

from kanbanai.domain.prompts import first_prompt


@pytest.mark.parametrize(
    ("parts", "prompt"),
    [
        (("Title", "Text", "Be brief"), "Title\n\nText\n\nBe brief"),
        (("Title", None, None), "Title"),
        (("Title", "", "Be brief"), "Title\n\nBe brief"),
        ((" Title ", "\n  Text\n\nMore \n", " \n"), "Title\n\nText\n\nMore"),
    ],
)
def test_a_card_is_told_in_paragraphs(parts: tuple[str, str | None, str | None], prompt: str) -> None:
    assert first_prompt(*parts) == prompt
