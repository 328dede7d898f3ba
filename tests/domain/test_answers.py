"""A title and a text are found in what agents answer, however they wrap it."""

import pytest

from kanbanai.domain.answers import Headed, headed
from kanbanai.domain.cards import MAX_TITLE

PLAIN = "# Retry uploads\n\nThree times.\n\n## Done when\n\n- it works"
FOUND = Headed("Retry uploads", "Three times.\n\n## Done when\n\n- it works")


@pytest.mark.parametrize(
    "answer",
    [
        PLAIN,
        f"\n\n{PLAIN}\n\n",
        f"I have looked at the project. Here is the ticket:\n\n{PLAIN}",
        f"```markdown\n{PLAIN}\n```",
        f"Here it is:\n\n```md\n\n{PLAIN}\n```\n\nTell me if you want more.",
        f"~~~\n{PLAIN}\n~~~",
        "Title: Retry uploads\nDescription: Three times.\n\n## Done when\n\n- it works",
        "**Title:** Retry uploads\n\n**Description:**\nThree times.\n\n## Done when\n\n- it works",
        "# **Retry uploads**\nThree times.\n\n## Done when\n\n- it works",
        '# "Retry uploads" #\nThree times.\n\n## Done when\n\n- it works',
        '{"title": "Retry uploads", "description": "Three times.\\n\\n## Done when\\n\\n- it works"}',
        '```json\n{"title": "Retry uploads", "body": "Three times.\\n\\n## Done when\\n\\n- it works"}\n```',
        "## Where I looked\n\n" + PLAIN,
    ],
)
def test_the_title_and_the_text_are_found(answer: str) -> None:
    found = headed([answer])
    assert found == FOUND, found


def test_a_second_level_heading_is_a_title_where_there_is_no_first() -> None:
    assert headed(["## Retry uploads\n\nThree times."]) == Headed("Retry uploads", "Three times.")


def test_blocks_of_code_keep_their_comments_and_their_fences() -> None:
    inside = "# Retry uploads\n\nRun:\n\n```sh\n# not a title\nmake\n```\n\nThen look."
    for answer in (inside, f"```markdown\n{inside}\n```"):
        assert headed([answer]) == Headed(
            "Retry uploads", "Run:\n\n```sh\n# not a title\nmake\n```\n\nThen look."
        )
    assert headed(["```sh\n# not a title\nmake\n```\n\n" + PLAIN]) == FOUND
    assert headed(["```\nmake\n# not a title\n```"]) is None


def test_the_last_message_with_a_title_counts() -> None:
    assert headed(["# My plan\n\nFirst I look.", PLAIN]) == FOUND
    assert headed(["I look first.", PLAIN, "That is all."]) == FOUND
    assert headed(["# Retry", "uploads"]) == Headed("Retry", "")


@pytest.mark.parametrize(
    "answer", ["", "I cannot do that.", "#", "# **", "{}", '{"title": 7}', "{" * 100_000]
)
def test_what_is_no_answer_is_none(answer: str) -> None:
    assert headed([answer]) is None


def test_a_title_is_one_line_of_a_cards_length() -> None:
    found = headed(["# " + "x" * 2 * MAX_TITLE + "\n\ntext"])
    assert found is not None
    assert (len(found.title), found.text) == (MAX_TITLE, "text")
