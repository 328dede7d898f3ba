"""The message of a commit that is made for an agent."""

from __future__ import annotations

from kanbanai.domain.commits import MAX_BODY, MAX_SUBJECT, autocommit_message
from kanbanai.domain.ids import AttemptId, ProfileId


def message(last_words: str | None, profile: str | None = None) -> list[str]:
    """Its paragraphs."""
    profile_id = None if profile is None else ProfileId(profile)
    made = autocommit_message(
        last_words, title="Retry uploads", attempt_id=AttemptId("att-1"), profile_id=profile_id
    )
    return made.split("\n\n")


def test_the_first_line_is_the_subject_and_the_rest_the_body() -> None:
    assert message("Retries are there\n\nThree of them.", "ap-1") == [
        "Retries are there",
        "Three of them.",
        "Attempt: att-1\nProfile: ap-1",
    ]


def test_without_words_the_title_is_the_subject() -> None:
    for words in (None, "", "```sh\nmake\n```", " \n "):
        assert message(words) == ["feat: Retry uploads", "Attempt: att-1"]


def test_code_blocks_and_marks_are_left_out() -> None:
    words = "## Done with `upload()`\n\n```python\nprint()\n```\n\nIt works.\n\n~~~\nno end"
    assert message(words) == ["Done with upload()", "It works.", "Attempt: att-1"]


def test_long_words_are_cut() -> None:
    subject, body, _ = message("word " * 100 + "\n" + "more " * 1000)
    assert len(subject) <= MAX_SUBJECT
    assert len(body) <= MAX_BODY
    assert subject.endswith("…")
    assert body.endswith("…")
